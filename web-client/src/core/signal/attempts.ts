const timeoutMs = 8000;
/* In a call a way that does not open is tried anew before TCP thinks of it; every third time a slow one gets its chance. */
const urgentTimeoutsMs = [2500, 2500, 6000];
const urgentPauseMs = 1000;
/* Several signs of one change come together. */
const freshMs = 300;

/* How long to wait for a socket, and before the next one. `urgent`: somebody is talking, being away for seconds counts. */
export class Attempts {
  urgent = false;
  private count = 0;
  private begunAt = 0;

  /* One begins: how long it may take to open. */
  begin(): number {
    this.begunAt = Date.now();
    const urgentMs = urgentTimeoutsMs[this.count % urgentTimeoutsMs.length]!;
    this.count += 1;
    return this.urgent ? urgentMs : timeoutMs;
  }

  opened(): number {
    this.count = 0;
    return timeoutMs;
  }

  get isFresh(): boolean {
    return Date.now() - this.begunAt < freshMs;
  }

  pauseMs(usual: number): number {
    return this.urgent ? Math.min(usual, urgentPauseMs) : usual;
  }
}
