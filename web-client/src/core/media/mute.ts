import type { RequestData } from '../messages';
import type { Capture, DeviceKind } from './capture';

type Told = Pick<RequestData['media.mute'], 'audio' | 'video'>;

/*
 * What the others are told about this page's voice and picture. Muted is what the person switched off, what the system took
 * away, and what could not be opened at all; the cause of a system's mute is guessed from the page being seen or not.
 */
export class MuteTeller {
  private readonly byUser: Record<DeviceKind, boolean> = { microphone: false, camera: false };
  private told: Told = { audio: false, video: false };

  constructor(
    private readonly capture: Capture,
    private readonly tell: (d: RequestData['media.mute']) => void,
  ) {}

  isMuted(kind: DeviceKind): boolean {
    return this.byUser[kind];
  }

  setMuted(kind: DeviceKind, muted: boolean): void {
    this.byUser[kind] = muted;
    this.refresh();
  }

  /* After any change of the tracks: a track that was opened anew starts unmuted. */
  refresh(): void {
    for (const kind of ['microphone', 'camera'] as const) {
      const track = this.capture.track(kind);
      if (track) {
        track.enabled = !this.byUser[kind];
      }
    }
    const audio = this.silent('microphone');
    const video = this.silent('camera');
    if (audio === this.told.audio && video === this.told.video) {
      return;
    }
    const change: RequestData['media.mute'] = { cause: this.cause() };
    if (audio !== this.told.audio) {
      change.audio = audio;
    }
    if (video !== this.told.video) {
      change.video = video;
    }
    this.told = { audio, video };
    this.tell(change);
  }

  /* The server knows nothing of it: a new session, or a new `sid`. */
  reset(): void {
    this.told = { audio: false, video: false };
    this.refresh();
  }

  private silent(kind: DeviceKind): boolean {
    const track = this.capture.track(kind);
    return this.byUser[kind] || track === null || track.muted;
  }

  private cause(): 'user' | 'background' | 'phone_call' {
    const taken = (['microphone', 'camera'] as const).some(
      (kind) => this.capture.track(kind)?.muted && !this.byUser[kind],
    );
    if (!taken) {
      return 'user';
    }
    return document.hidden ? 'background' : 'phone_call';
  }
}
