import mitt, { type Emitter } from 'mitt';

import { CaptureError, nameCaptureError, type Capture, type CaptureErrorName } from './capture';
import type { MediaLink } from './media-link';
import { isOneCameraOnly } from './quirks/one-camera';

export interface CameraChoice {
  id: string;
  /* empty where the browser does not tell */
  label: string;
}

export type PaperCameraEvents = {
  change: void;
};

/* Small print needs size and no motion. */
const wishes: MediaTrackConstraints[] = [
  { width: { ideal: 1920 }, height: { ideal: 1080 }, frameRate: { ideal: 15, max: 15 } },
  {},
];

const looksAtPapers = /document|visuali[sz]er|scan|back|rear|environment|展台|高拍|后置|背面/i;

/*
 * The second camera, which shows papers while the first one shows the face: a document camera on a desk, the rear camera of a
 * phone. A phone that cannot open two at once turns its one camera round instead (`oneAtATime`).
 */
export class PaperCamera {
  private readonly emitter: Emitter<PaperCameraEvents> = mitt<PaperCameraEvents>();
  readonly on = this.emitter.on;
  readonly off = this.emitter.off;
  track: MediaStreamTrack | null = null;
  /* every camera but the one that shows the face, as of the last look() */
  choices: CameraChoice[] = [];
  chosen: string | null = null;
  opening = false;
  oneAtATime = isOneCameraOnly();
  problem: CaptureErrorName | null = null;

  /* What a start() that was overtaken opens must not stay on. */
  private generation = 0;

  constructor(
    private readonly media: MediaLink,
    private readonly capture: Capture,
  ) {
    media.on('change', () => {
      if (media.status === 'idle' && (this.track !== null || this.opening || this.problem !== null)) {
        this.problem = null;
        void this.stop();
      }
    });
  }

  /* Names are told once a camera was allowed. */
  async look(): Promise<void> {
    const camera = this.capture.track('camera');
    const face = camera?.getSettings?.().deviceId;
    const devices = (await navigator.mediaDevices?.enumerateDevices?.().catch(() => [])) ?? [];
    const cameras = devices.filter((one) => one.kind === 'videoinput');
    /* where the face's camera does not say its name it is taken for the first */
    const known = camera === null || cameras.some((one) => one.deviceId === face);
    this.choices = cameras
      .filter((one, at) => (known ? one.deviceId !== face : at > 0))
      .map((one) => ({ id: one.deviceId, label: one.label }));
    this.emitter.emit('change');
  }

  /* `id`: of `choices`; without it the last one, else the likeliest. Never rejects: `problem` says what failed. */
  async start(id?: string): Promise<void> {
    this.generation += 1;
    const { generation } = this;
    this.problem = null;
    this.opening = true;
    this.emitter.emit('change');
    if (!this.oneAtATime) {
      await this.open(id, generation);
    }
    if (generation !== this.generation) {
      return;
    }
    if (this.oneAtATime && this.track === null) {
      await this.capture.flip();
    }
    this.opening = false;
    this.emitter.emit('change');
  }

  async stop(): Promise<void> {
    this.generation += 1;
    this.opening = false;
    await this.put(null);
  }

  forgetProblem(): void {
    this.problem = null;
    this.emitter.emit('change');
  }

  /* The one camera looks at the papers now. */
  get turned(): boolean {
    return this.oneAtATime && this.capture.facing === 'environment';
  }

  private async open(id: string | undefined, generation: number): Promise<void> {
    if (this.isPhone() && this.capture.facing === 'environment') {
      await this.capture.flip(); /* the rear one is wanted for the papers */
    }
    await this.look();
    const choice = this.choose(id);
    if (generation !== this.generation) {
      return;
    }
    if (choice === null) {
      this.problem = 'none';
      return;
    }
    this.track?.stop(); /* two beside the face are more than many a device can do */
    try {
      const track = await this.openTrack(choice.id);
      if (generation !== this.generation) {
        track.stop();
        return;
      }
      this.chosen = choice.id;
      await this.put(track);
    } catch (error) {
      if (generation === this.generation) {
        this.failed(error);
        await this.put(null);
      }
    }
  }

  private choose(id: string | undefined): CameraChoice | null {
    const by = (test: (one: CameraChoice) => boolean): CameraChoice | undefined => this.choices.find(test);
    return (
      by((one) => one.id === id) ??
      by((one) => one.id === this.chosen) ??
      by((one) => looksAtPapers.test(one.label)) ??
      this.choices[0] ??
      null
    );
  }

  private async openTrack(id: string): Promise<MediaStreamTrack> {
    let failure: unknown = null;
    for (const wish of wishes) {
      try {
        const stream = await navigator.mediaDevices.getUserMedia({ video: { ...wish, deviceId: { exact: id } } });
        const [track] = stream.getVideoTracks();
        if (track) {
          return track;
        }
      } catch (error) {
        failure = error;
      }
    }
    throw failure ?? new CaptureError('none', 'camera');
  }

  private failed(error: unknown): void {
    const { reason } = nameCaptureError(error, 'camera');
    if (reason === 'busy' && this.isPhone()) {
      this.oneAtATime = true;
    } else {
      this.problem = reason;
    }
  }

  private async put(track: MediaStreamTrack | null): Promise<void> {
    const before = this.track;
    this.track = track;
    before?.stop();
    if (track !== null) {
      track.contentHint = 'detail';
      this.watch(track);
    }
    this.emitter.emit('change');
    if (before !== null || track !== null) {
      await this.media.sendDocument(track);
    }
  }

  /* Pulled out, or taken by the system: on a phone because the first camera wanted its place back. */
  private watch(track: MediaStreamTrack): void {
    const face = this.capture.track('camera');
    track.addEventListener('ended', () => {
      if (track !== this.track) {
        return;
      }
      const now = this.capture.track('camera');
      this.oneAtATime ||= this.isPhone() && (now !== face || now?.readyState === 'ended');
      this.problem = 'busy';
      void this.stop();
    });
  }

  /* Cameras of phones know which way they look. */
  private isPhone(): boolean {
    return this.capture.track('camera')?.getSettings?.().facingMode !== undefined;
  }
}
