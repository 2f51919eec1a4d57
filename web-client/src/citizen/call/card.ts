import type { ClientError, ClientState, LinkState, MediaStatus, Participant, Slot } from '@/core';

/* What the middle of the call has to say. */
export interface CallSight {
  state: ClientState;
  link: LinkState;
  /* https goes through and WebSocket does not */
  blocked: boolean;
  media: MediaStatus;
  mediaProblem: ClientError | null;
  main: Participant | null;
  camera: Slot['state'];
  seen: boolean;
  /* it is said over the picture why the other side is not heard or seen */
  interrupted: boolean;
}

export type Card =
  | 'blocked'
  | 'reconnect'
  | 'media'
  | 'hold'
  | 'connecting'
  | 'away'
  | 'codec'
  | 'narrow'
  | 'audio-only'
  | 'waiting';

/* The gravest comes first; null: nothing, the picture speaks for itself. */
export function cardOf(sight: CallSight): Card | null {
  if (sight.link !== 'open') {
    return sight.blocked ? 'blocked' : 'reconnect';
  }
  if (sight.mediaProblem !== null) {
    return 'media';
  }
  if (sight.media === 'recovering') {
    return 'reconnect';
  }
  if (sight.state.hold !== null) {
    return 'hold';
  }
  if (sight.main === null || sight.media !== 'connected') {
    return 'connecting';
  }
  if (sight.interrupted) {
    return null;
  }
  if (sight.main.state === 'away') {
    return 'away';
  }
  if (sight.camera === 'codec_unsupported') {
    return 'codec';
  }
  if (sight.camera === 'paused') {
    return 'narrow';
  }
  if (sight.main.muted.video) {
    return 'audio-only';
  }
  return sight.seen ? null : 'waiting';
}
