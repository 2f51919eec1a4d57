import { chosenPair } from './chosen-pair';
import type { Peer } from './peer';

const lookEveryMs = 300;
const doubtfulAfterMs = 250;
const silentAfterMs = 900;
/* Only what came steadily is missed when it stops: media and the reports on ours do, checks of an idle connection do not. */
const steadyLooks = 5;

/* The way that media takes. */
export interface Path {
  id: string;
  /* everything received on it, reports and checks too where the engine counts them */
  bytes: number;
  /* the device's end: what changes when the device has another network */
  local: string;
}

interface Entry {
  id: string;
  type: string;
  nominated?: boolean;
  state?: string;
  localCandidateId?: string;
  bytesReceived?: number;
  address?: string;
  networkType?: string;
}

/* null: there is none, the device took its end away or nothing is connected yet */
export function pathOf(stats: Iterable<Entry>): Path | null {
  const entries = [...stats];
  const pair = chosenPair(entries);
  if (!pair) {
    return null;
  }
  const local = entries.find((one) => one.id === pair.localCandidateId);
  return { id: pair.id, bytes: pair.bytesReceived ?? 0, local: [local?.networkType, local?.address].join(' ') };
}

export interface PathSigns {
  /* something arrives */
  heard: () => void;
  /* what came steadily does not come: it may be a pause */
  doubtful: () => void;
  /* it does not come any more */
  silent: () => void;
  /* media goes on, from another network of this device */
  moved: (afterMs: number) => void;
}

/*
 * Whether anything still arrives on a connection. Engines take many seconds to call a path dead, or never do: Chromium keeps
 * `connected` when the device's interface is gone. Looks at what costs nothing as long as packets come.
 */
export class PathWatch {
  private timer: ReturnType<typeof setInterval> | null = null;
  private arrivals = 0;
  private steady = 0;
  private path: Path | null = null;
  private quietSince: number | null = null;
  private doubted = false;
  private told = false;
  /* the device's end that worked last; since when it may be another one */
  private local: string | null = null;
  private doubtedSince: number | null = null;
  private lastHeard = 0;

  constructor(
    private readonly peer: () => Peer | null,
    private readonly signs: PathSigns,
  ) {}

  start(): void {
    this.timer ??= setInterval(() => void this.look(), lookEveryMs);
  }

  stop(): void {
    if (this.timer !== null) {
      clearInterval(this.timer);
    }
    this.timer = null;
    this.begun();
    this.local = null;
    this.doubtedSince = null;
  }

  /* Another connection: nothing is expected of it yet, but the device is the same. */
  begun(): void {
    this.arrivals = 0;
    this.doubtEnd();
    this.path = null;
    this.steady = 0;
    this.quietSince = null;
    this.doubted = false;
    this.told = false;
  }

  /* What getStats() said anyway. */
  learn(stats: Iterable<Entry>): void {
    const path = this.quietSince === null ? pathOf(stats) : null;
    if (path === null) {
      return; /* an engine without a path names one that it had once */
    }
    const now = Date.now();
    const moved = this.local !== null && this.local !== path.local;
    const sinceMs = now - (this.doubtedSince ?? now);
    this.local = path.local;
    this.doubtedSince = null;
    if (moved) {
      this.signs.moved(sinceMs);
    }
  }

  private doubtEnd(): void {
    if (this.local !== null) {
      this.doubtedSince ??= this.lastHeard;
    }
  }

  private async look(): Promise<void> {
    const peer = this.peer();
    if (peer === null) {
      return;
    }
    const arrivals = peer.arrivals();
    if (arrivals !== this.arrivals) {
      this.arrivals = arrivals;
      await this.heard(peer);
      return;
    }
    const stats = await peer.stats();
    if (peer !== this.peer()) {
      return;
    }
    const before = this.path;
    const path = pathOf(stats);
    this.path = path;
    /* another pair's count says nothing: engines go back to old ones when they have no better */
    if (path !== null && path.id === before?.id && path.bytes > before.bytes) {
      await this.heard(peer, stats);
    } else {
      this.quiet(path === null);
    }
  }

  private async heard(peer: Peer, stats?: Entry[]): Promise<void> {
    const paused = this.quietSince !== null && Date.now() - this.quietSince >= silentAfterMs;
    this.steady = paused ? 1 : this.steady + 1;
    this.quietSince = null;
    this.doubted = false;
    this.told = false;
    if (this.doubtedSince !== null || this.local === null) {
      this.learn(stats ?? (await peer.stats()));
    }
    if (peer === this.peer()) {
      this.lastHeard = Date.now();
      this.signs.heard();
    }
  }

  private quiet(gone: boolean): void {
    const now = Date.now();
    this.quietSince ??= now;
    const lasts = now - this.quietSince;
    const missed = this.steady >= steadyLooks || (gone && this.steady > 0);
    if (!missed) {
      return;
    }
    if (!this.doubted && (gone || lasts >= doubtfulAfterMs)) {
      this.doubted = true;
      this.signs.doubtful();
    }
    if (!this.told && (gone || lasts >= silentAfterMs)) {
      this.told = true;
      this.doubtEnd();
      this.steady = 0;
      this.signs.silent();
    }
  }
}
