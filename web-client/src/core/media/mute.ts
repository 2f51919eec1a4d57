import type { Participant, RequestData } from '../messages';
import type { Capture, DeviceKind } from './capture';

type Told = RequestData['media.mute'];
export type Muted = Participant['muted'];

/*
 * What the others are told about this page's voice and picture. Muted is what the person switched off, what the system took
 * away, and what could not be opened at all; the cause of a system's mute is guessed from the page being seen or not. A device
 * that is still being opened is no mute: the record would say that somebody wished it.
 */
export class MuteTeller {
  private readonly byUser: Record<DeviceKind, boolean> = { microphone: false, camera: false };
  private told: Told = { audio: false, video: false };

  constructor(
    private readonly capture: Capture,
    private readonly tell: (d: Told) => void,
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
    const change: Told = { cause: this.cause() };
    if (audio !== this.told.audio) {
      change.audio = audio;
    }
    if (video !== this.told.video) {
      change.video = video;
    }
    this.told = { audio, video, cause: change.cause! };
    this.tell(change);
  }

  /* Engines may take a track away a moment before the page learns that it went to the background. */
  pageTurned(): void {
    if (this.told.cause === 'phone_call' && this.cause() === 'background') {
      this.told.cause = 'background';
      this.tell({ ...this.told });
    }
  }

  /* `known` is what the server holds of this page: nothing in a new session, what was told before a reload. */
  reset(known: Muted = { audio: false, video: false }): void {
    this.told = { ...known };
    this.refresh();
  }

  private silent(kind: DeviceKind): boolean {
    const track = this.capture.track(kind);
    return this.byUser[kind] || (track === null ? this.capture.errors[kind] !== undefined : track.muted);
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
