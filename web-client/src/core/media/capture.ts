import mitt, { type Emitter } from 'mitt';

import { watchInterruption, watchReturn } from './quirks/ios-interruption';

export type DeviceKind = 'camera' | 'microphone';
/* denied: by the person or the system · none: there is no such device · busy: another program holds it · insecure: not https */
export type CaptureErrorName = 'denied' | 'none' | 'busy' | 'insecure' | 'failed';
export type Facing = 'user' | 'environment';

export class CaptureError extends Error {
  constructor(
    readonly reason: CaptureErrorName,
    readonly device: DeviceKind,
    message: string = reason,
  ) {
    super(message);
    this.name = 'CaptureError';
  }
}

/* The names of the specification and those that older engines use for the same. */
const reasons: Record<string, CaptureErrorName> = {
  NotAllowedError: 'denied',
  PermissionDeniedError: 'denied',
  SecurityError: 'insecure',
  NotFoundError: 'none',
  DevicesNotFoundError: 'none',
  NotReadableError: 'busy',
  TrackStartError: 'busy',
  AbortError: 'busy',
};

export function nameCaptureError(error: unknown, device: DeviceKind): CaptureError {
  const name = error instanceof Error || error instanceof DOMException ? error.name : '';
  const message = error instanceof Error ? error.message : String(error);
  return new CaptureError(reasons[name] ?? 'failed', device, message);
}

/* From what we want to what any device gives: an old phone refuses sizes it cannot do instead of the nearest. */
function cameraWishes(facing: Facing): MediaTrackConstraints[] {
  return [
    {
      facingMode: { ideal: facing },
      width: { ideal: 1280 },
      height: { ideal: 720 },
      frameRate: { ideal: 30, max: 30 },
    },
    { facingMode: { ideal: facing }, width: { ideal: 640 }, height: { ideal: 480 } },
    {},
  ];
}

const microphoneWishes: MediaTrackConstraints[] = [
  { echoCancellation: true, noiseSuppression: true, autoGainControl: true },
  {},
];

/* Always through the global, at the moment of need: pages and tests may have replaced it. */
const getUserMedia = (constraints: MediaStreamConstraints): Promise<MediaStream> =>
  navigator.mediaDevices.getUserMedia(constraints);

async function openOne(kind: DeviceKind, wish: MediaTrackConstraints): Promise<MediaStreamTrack> {
  const stream = await getUserMedia(kind === 'camera' ? { video: wish } : { audio: wish });
  const [track] = kind === 'camera' ? stream.getVideoTracks() : stream.getAudioTracks();
  if (!track) {
    throw new DOMException('the stream has no such track', 'NotFoundError');
  }
  return track;
}

export type CaptureEvents = {
  /* a track came, went, was stopped by the system or given back */
  change: void;
};

/*
 * The microphone and camera of this page: at most one live track a kind (iOS stops the older one otherwise). Each is opened
 * by itself, so that a missing camera does not cost the voice.
 */
export class Capture {
  private readonly emitter: Emitter<CaptureEvents> = mitt<CaptureEvents>();
  readonly on = this.emitter.on;
  readonly off = this.emitter.off;
  readonly errors: Partial<Record<DeviceKind, CaptureError>> = {};
  facing: Facing = 'user';

  private readonly tracks: Partial<Record<DeviceKind, MediaStreamTrack>> = {};
  private readonly unwatch: Partial<Record<DeviceKind, () => void>> = {};
  /* Whatever was asked for before a stop() must not leave a camera on when it comes after it. */
  private generation = 0;
  private readonly takenAway = new Set<DeviceKind>();
  private opening: Promise<void> | null = null;
  private unwatchReturn: (() => void) | null = null;

  /* The system has it, for another call or because the page is not seen: it was open, and is silent or cannot be opened again. */
  isTaken(kind: DeviceKind): boolean {
    return this.tracks[kind]?.muted ?? this.takenAway.has(kind);
  }

  /* Fresh tracks for what was taken away, and for what is there and cannot be trusted after an interruption. */
  async takeBack(): Promise<void> {
    for (const kind of ['microphone', 'camera'] as const) {
      if (this.takenAway.has(kind) || this.tracks[kind] !== undefined) {
        await this.reopen(kind);
      }
    }
  }

  track(kind: DeviceKind): MediaStreamTrack | null {
    return this.tracks[kind] ?? null;
  }

  /* Opens what is missing. Never rejects: what failed is named in `errors`. */
  async open(kinds: DeviceKind[] = ['microphone', 'camera']): Promise<void> {
    if (this.opening === null) {
      const opening = this.openMissing(kinds, this.generation).finally(() => {
        if (this.opening === opening) {
          this.opening = null;
        }
      });
      this.opening = opening;
    }
    await this.opening;
  }

  private async openMissing(kinds: DeviceKind[], generation: number): Promise<void> {
    const missing = kinds.filter((kind) => !this.isLive(kind));
    if (missing.length === 2) {
      await this.openBoth(generation);
    }
    for (const kind of missing) {
      if (!this.isLive(kind)) {
        await this.openKind(kind, generation);
      }
    }
    this.emitter.emit('change');
  }

  /* The other camera; on failure the old one is opened again. */
  async flip(): Promise<void> {
    const { generation, facing: before } = this;
    this.facing = before === 'user' ? 'environment' : 'user';
    this.drop('camera');
    await this.openKind('camera', generation);
    if (!this.tracks.camera) {
      this.facing = before;
      await this.openKind('camera', generation);
    }
    this.emitter.emit('change');
  }

  /* A new track of a kind the system took away: its own flags cannot be trusted to come back. */
  async reopen(kind: DeviceKind): Promise<void> {
    const { generation } = this;
    this.drop(kind);
    await this.openKind(kind, generation);
    if (generation === this.generation && this.errors[kind]?.reason === 'busy') {
      this.takenAway.add(kind);
      this.watchReturn();
    }
    this.emitter.emit('change');
  }

  /* Who took it does not say when it is free again: asked when the person comes back to the page, or devices change. */
  private watchReturn(): void {
    this.unwatchReturn ??= watchReturn(() => {
      for (const kind of [...this.takenAway]) {
        void this.reopen(kind);
      }
    });
  }

  stop(): void {
    this.takenAway.clear();
    this.unwatchReturn?.();
    this.unwatchReturn = null;
    this.generation += 1;
    this.opening = null; /* the next open() asks anew instead of waiting for a question nobody answers */
    this.drop('camera');
    this.drop('microphone');
    this.emitter.emit('change');
  }

  /* One question to the person instead of two. Whatever fails here is tried again one by one, and named there. */
  private async openBoth(generation: number): Promise<void> {
    this.drop('camera');
    this.drop('microphone');
    try {
      const stream = await getUserMedia({
        audio: microphoneWishes[0]!,
        video: cameraWishes(this.facing)[0]!,
      });
      const audio = stream.getAudioTracks()[0];
      const video = stream.getVideoTracks()[0];
      if (generation === this.generation && audio && video) {
        this.keep('microphone', audio);
        this.keep('camera', video);
      } else {
        stream.getTracks().forEach((track) => track.stop());
      }
    } catch {
      /* which of the two it was is not said */
    }
  }

  private async openKind(kind: DeviceKind, generation: number): Promise<void> {
    if (generation !== this.generation) {
      return;
    }
    delete this.errors[kind];
    if (!navigator.mediaDevices?.getUserMedia) {
      this.errors[kind] = new CaptureError('insecure', kind);
      return;
    }
    const wishes = kind === 'camera' ? cameraWishes(this.facing) : microphoneWishes;
    for (const wish of wishes) {
      try {
        const track = await openOne(kind, wish);
        if (generation !== this.generation) {
          track.stop();
          return;
        }
        this.keep(kind, track);
        return;
      } catch (error) {
        if (generation !== this.generation) {
          return;
        }
        this.errors[kind] = nameCaptureError(error, kind);
        if (['denied', 'none', 'insecure'].includes(this.errors[kind].reason)) {
          return; /* a smaller wish would not change the answer */
        }
      }
    }
  }

  private isLive(kind: DeviceKind): boolean {
    return this.tracks[kind]?.readyState === 'live';
  }

  private keep(kind: DeviceKind, track: MediaStreamTrack): void {
    this.drop(kind); /* two ways of opening may have met */
    delete this.errors[kind];
    this.takenAway.delete(kind);
    if (this.takenAway.size === 0) {
      this.unwatchReturn?.();
      this.unwatchReturn = null;
    }
    this.tracks[kind] = track;
    if (kind === 'camera') {
      track.contentHint = 'motion';
    }
    this.unwatch[kind] = watchInterruption(track, {
      changed: () => this.emitter.emit('change'),
      lost: () => void this.reopen(kind),
    });
  }

  private drop(kind: DeviceKind): void {
    this.unwatch[kind]?.();
    delete this.unwatch[kind];
    this.tracks[kind]?.stop();
    delete this.tracks[kind];
  }
}
