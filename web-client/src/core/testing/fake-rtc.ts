/* A browser's media objects, as far as the core uses them, moved by hand. */
import { vi } from 'vitest';

let nextTrack = 0;

export class FakeTrack extends EventTarget {
  readonly id = `track-${(nextTrack += 1)}`;
  enabled = true;
  muted = false;
  contentHint = '';
  readyState: 'live' | 'ended' = 'live';

  constructor(readonly kind: 'audio' | 'video') {
    super();
  }

  stop(): void {
    this.readyState = 'ended';
  }

  /* The system takes the source away, or gives it back. */
  interrupt(muted: boolean): void {
    this.muted = muted;
    this.dispatchEvent(new Event(muted ? 'mute' : 'unmute'));
  }
}

export class FakeStream {
  private readonly tracks = new Set<FakeTrack>();

  constructor(tracks: FakeTrack[] = []) {
    tracks.forEach((track) => this.tracks.add(track));
  }

  getTracks = (): FakeTrack[] => [...this.tracks];
  getAudioTracks = (): FakeTrack[] => this.getTracks().filter((one) => one.kind === 'audio');
  getVideoTracks = (): FakeTrack[] => this.getTracks().filter((one) => one.kind === 'video');
  addTrack = (track: FakeTrack): void => void this.tracks.add(track);
  removeTrack = (track: FakeTrack): void => void this.tracks.delete(track);
}

export class FakeSender {
  track: FakeTrack | null = null;
  parameters: { encodings: Array<Record<string, unknown>> } = { encodings: [{}] };

  replaceTrack = async (track: FakeTrack | null): Promise<void> => {
    this.track = track;
  };
  getParameters = () => structuredClone(this.parameters);
  setParameters = async (next: FakeSender['parameters']): Promise<void> => {
    this.parameters = next;
  };
}

interface FakeTransceiver {
  kind: string;
  direction: string;
  mid: string | null;
  sender: FakeSender;
  receiver: { track: FakeTrack };
}

export class FakeConnection extends EventTarget {
  static all: FakeConnection[] = [];
  readonly transceivers: FakeTransceiver[] = [];
  iceConnectionState: RTCIceConnectionState = 'new';
  connectionState: RTCPeerConnectionState = 'new';
  localDescription: { sdp: string } | null = null;
  remote: string[] = [];
  restarts = 0;
  closed = false;
  stats = new Map<string, Record<string, unknown>>();

  constructor(readonly configuration: RTCConfiguration) {
    super();
    FakeConnection.all.push(this);
  }

  static get last(): FakeConnection {
    return FakeConnection.all.at(-1)!;
  }

  addTransceiver(kind: 'audio' | 'video', init: { direction: string; sendEncodings?: object[] }): FakeTransceiver {
    const transceiver = {
      kind,
      direction: init.direction,
      mid: null,
      sender: new FakeSender(),
      receiver: { track: new FakeTrack(kind) },
    };
    if (init.sendEncodings) {
      const encodings = structuredClone(init.sendEncodings) as Array<Record<string, unknown>>;
      transceiver.sender.parameters = { encodings };
    }
    this.transceivers.push(transceiver);
    return transceiver;
  }

  restartIce = (): void => {
    this.restarts += 1;
  };
  createOffer = async (): Promise<{ sdp: string }> => ({ sdp: `offer ${this.restarts}` });
  setLocalDescription = async (offer: { sdp: string }): Promise<void> => {
    this.localDescription = offer;
    this.transceivers.forEach((one, at) => (one.mid = String(at)));
  };
  setRemoteDescription = async (answer: { sdp: string }): Promise<void> => {
    this.remote.push(answer.sdp);
  };
  getStats = async (): Promise<Map<string, Record<string, unknown>>> => this.stats;
  close = (): void => {
    this.closed = true;
  };

  ice(state: RTCIceConnectionState): void {
    this.iceConnectionState = state;
    this.dispatchEvent(new Event('iceconnectionstatechange'));
  }
}

/* Replaces the globals; what getUserMedia does is the test's. */
export function installFakeRtc(
  getUserMedia: (constraints: MediaStreamConstraints) => Promise<FakeStream>,
): void {
  FakeConnection.all = [];
  vi.stubGlobal('RTCPeerConnection', FakeConnection);
  vi.stubGlobal('MediaStream', FakeStream);
  vi.stubGlobal('navigator', { ...navigator, mediaDevices: { getUserMedia } });
}

export function anyDevices(constraints: MediaStreamConstraints): Promise<FakeStream> {
  const tracks: FakeTrack[] = [];
  if (constraints.audio) {
    tracks.push(new FakeTrack('audio'));
  }
  if (constraints.video) {
    tracks.push(new FakeTrack('video'));
  }
  return Promise.resolve(new FakeStream(tracks));
}
