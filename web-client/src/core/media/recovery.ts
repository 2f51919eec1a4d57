const restartAfterMs = 2500;
const rebuildAfterMs = 5000;
/* Where signaling works a new connection is quicker than an engine that clings to a dead pair. */
const rebuildAfterAnswerMs = 2000;
const rebuildCapMs = 20_000;

export interface RecoveryActions {
  /* ICE restart on the same connection */
  restart: () => void;
  /* a new connection */
  rebuild: () => void;
}

/*
 * When to mend a connection: an ICE restart after 2.5 s of `disconnected` (at once when the network is known to have changed,
 * ICE failed, or what came steadily stopped), a new connection when 5 s later there is still no media, and again at growing intervals while it lasts.
 */
export class Recovery {
  private restartTimer: ReturnType<typeof setTimeout> | null = null;
  private rebuildTimer: ReturnType<typeof setTimeout> | null = null;
  private rebuildMs = rebuildAfterMs;
  private well = false;
  private ice: RTCIceConnectionState = 'new';

  constructor(private readonly actions: RecoveryActions) {}

  /* A connection was begun; it has to bring media in time. */
  begun(): void {
    this.well = false;
    this.ice = 'new';
    this.armRebuild();
  }

  iceState(state: RTCIceConnectionState): void {
    this.ice = state;
    switch (state) {
      case 'connected':
      case 'completed':
        this.mended();
        break;
      case 'disconnected':
        this.well = false;
        this.restartTimer ??= setTimeout(() => this.restartNow(), restartAfterMs);
        break;
      case 'failed':
        this.well = false;
        this.restartNow();
        break;
      case 'new':
      case 'checking':
      case 'closed':
        break;
    }
  }

  /* The device has another network: the old path is surely gone. */
  networkChanged(): void {
    this.restartNow();
  }

  /* What came all the time comes no more. */
  pathLost(): void {
    if (this.well) {
      this.well = false;
      this.restartNow();
    }
  }

  /* The server knows of the restart: what comes of it comes soon. */
  restarted(): void {
    if (!this.well && this.rebuildMs === rebuildAfterMs) {
      this.armRebuild(rebuildAfterAnswerMs);
    }
  }

  /* Something arrives. A restart that helps does not always show in the state of ICE: it may have said `connected` throughout. */
  heard(): void {
    if (this.ice === 'connected' || this.ice === 'completed') {
      this.mended();
    }
  }

  /* Connected, but what should be seen does not arrive. */
  mediaStalled(): void {
    if (this.well) {
      this.well = false;
      this.actions.rebuild();
      this.armRebuild();
    }
  }

  /* The server was asked too early and named when to ask again. */
  postpone(afterMs: number): void {
    this.armRebuild(afterMs);
  }

  get recovering(): boolean {
    return !this.well;
  }

  stop(): void {
    this.disarm();
  }

  private mended(): void {
    this.well = true;
    this.rebuildMs = rebuildAfterMs;
    this.disarm();
  }

  private restartNow(): void {
    if (this.restartTimer !== null) {
      clearTimeout(this.restartTimer);
      this.restartTimer = null;
    }
    this.actions.restart();
    if (this.rebuildTimer === null) {
      this.armRebuild();
    }
  }

  private armRebuild(afterMs = this.rebuildMs): void {
    if (this.rebuildTimer !== null) {
      clearTimeout(this.rebuildTimer);
    }
    this.rebuildTimer = setTimeout(() => {
      this.rebuildTimer = null;
      this.rebuildMs = Math.min(rebuildCapMs, this.rebuildMs * 2);
      this.actions.rebuild();
      this.armRebuild();
    }, afterMs);
  }

  private disarm(): void {
    if (this.restartTimer !== null) {
      clearTimeout(this.restartTimer);
    }
    if (this.rebuildTimer !== null) {
      clearTimeout(this.rebuildTimer);
    }
    this.restartTimer = null;
    this.rebuildTimer = null;
  }
}
