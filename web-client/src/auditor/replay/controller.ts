import { legAt, type Track } from './tracks';
import type { Leg } from './timeline';

/* What the controller needs of a <video>; times in seconds, as there. */
export interface Player {
  currentTime: number;
  playbackRate: number;
  readonly paused: boolean;
  readonly seeking: boolean;
  readonly ended: boolean;
  readonly readyState: number;
  readonly duration: number;
  /* This leg cannot be played; nobody waits for it. */
  readonly failed: boolean;
  play(): Promise<void>;
  pause(): void;
  /* Shows this leg; null shows nothing. Called only when it changes. */
  show(leg: Leg | null): void;
}

interface Lane {
  track: Track;
  player: Player;
  leg: Leg | null;
}

export interface ReplayState {
  positionMs: number;
  playing: boolean;
  speed: number;
  /* playing, but waiting for data */
  stalled: boolean;
}

export const hardSeekMs = 150;
const pausedToleranceMs = 30;
const steadyMs = 15;
/* 5 % is not heard as another pitch and closes 150 ms in 3 s. */
const nudgeLimit = 0.05;
const haveCurrentData = 2;
const haveFutureData = 3;
/* A clock step longer than this was a sleeping tab, not playback. */
const longestStepMs = 1000;

/*
 * One clock for all pictures: the position runs by the wall clock times the speed, players follow it. A player that is off
 * by more than 150 ms is sought; below that its rate is nudged, so that nothing is seen or heard of it. When any player
 * lacks data, all wait. tick() is called often (each animation frame); nothing here keeps a timer.
 */
export class ReplayController {
  private readonly lanes: Lane[] = [];
  private position = 0;
  private speed = 1;
  private wanted = false;
  private stalled = false;
  private lastTick: number | null = null;

  constructor(
    private readonly durationMs: number,
    private readonly now: () => number,
  ) {}

  add(track: Track, player: Player): void {
    this.lanes.push({ track, player, leg: null });
    this.follow();
  }

  get state(): ReplayState {
    return { positionMs: this.position, playing: this.wanted, speed: this.speed, stalled: this.stalled };
  }

  play(): void {
    if (this.position >= this.durationMs) {
      this.position = 0;
    }
    this.wanted = true;
    this.lastTick = null;
    this.follow();
  }

  pause(): void {
    this.wanted = false;
    this.stalled = false;
    this.follow();
  }

  toggle(): void {
    if (this.wanted) {
      this.pause();
    } else {
      this.play();
    }
  }

  seek(positionMs: number): void {
    this.position = Math.min(this.durationMs, Math.max(0, positionMs));
    this.lastTick = null;
    this.follow();
  }

  seekBy(deltaMs: number): void {
    this.seek(this.position + deltaMs);
  }

  setSpeed(speed: number): void {
    this.speed = speed;
    this.follow();
  }

  tick(): void {
    const now = this.now();
    const step = this.lastTick === null ? 0 : Math.min(longestStepMs, now - this.lastTick);
    this.lastTick = now;
    if (this.wanted) {
      this.stalled = this.lanes.some((lane) => lacksData(lane));
      if (!this.stalled) {
        this.position = Math.min(this.durationMs, this.position + step * this.speed);
      }
      if (this.position >= this.durationMs) {
        this.wanted = false;
      }
    }
    this.follow();
  }

  private follow(): void {
    this.lanes.forEach((lane) => this.followLane(lane));
  }

  private followLane(lane: Lane): void {
    const leg = legAt(lane.track, this.position);
    if (leg !== lane.leg) {
      lane.leg = leg;
      lane.player.show(leg);
    }
    if (leg === null) {
      hush(lane.player);
      return;
    }
    this.align(lane.player, this.position - leg.start_ms);
    this.run(lane.player);
  }

  private align(player: Player, targetMs: number): void {
    if (player.readyState < 1 || player.seeking) {
      return; /* nothing to seek in yet, or on its way */
    }
    /* a file may end a little before its leg: the last frame stays */
    const lastMs = Number.isFinite(player.duration) ? player.duration * 1000 : Infinity;
    const target = Math.min(targetMs, lastMs);
    const driftMs = player.currentTime * 1000 - target;
    const running = this.wanted && !this.stalled;
    if (Math.abs(driftMs) > (running ? hardSeekMs : pausedToleranceMs)) {
      player.currentTime = target / 1000;
      player.playbackRate = this.speed;
      return;
    }
    player.playbackRate = this.speed * (1 - nudgeOf(driftMs));
  }

  private run(player: Player): void {
    const running = this.wanted && !this.stalled && !player.ended;
    if (running && player.paused && player.readyState >= haveCurrentData) {
      /* refused where sound needs a tap first, or overtaken by a pause: the next tick tries again */
      player.play().catch(() => undefined);
    } else if (!running) {
      hush(player);
    }
  }
}

function hush(player: Player): void {
  if (!player.paused) {
    player.pause();
  }
}

/* Ahead → slower. Within 15 ms nothing is changed: the rate would only wander. */
function nudgeOf(driftMs: number): number {
  return Math.abs(driftMs) <= steadyMs
    ? 0
    : Math.max(-nudgeLimit, Math.min(nudgeLimit, driftMs / 1000));
}

function lacksData(lane: Lane): boolean {
  const { player, leg } = lane;
  return leg !== null && !player.ended && !player.failed && (player.seeking || player.readyState < haveFutureData);
}
