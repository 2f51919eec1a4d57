import type { Client } from './client';
import type { ClientState } from './state';

interface DebugHandle {
  readonly pc: RTCPeerConnection | null;
  readonly state: ClientState;
}

declare global {
  interface Window {
    shipinban?: DebugHandle;
  }
}

/* For tests and for people who help: only where `localStorage.shipinbanDebug` is set. */
export function installDebugHandle(client: Client): void {
  let wanted = false;
  try {
    wanted = localStorage.getItem('shipinbanDebug') !== null;
  } catch {
    return; /* storage may be forbidden in a WebView */
  }
  if (wanted) {
    window.shipinban = {
      get pc() {
        return client.media.connection;
      },
      get state() {
        return client.store.state;
      },
    };
  }
}
