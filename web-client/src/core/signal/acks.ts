const everyMs = 5000;
const everyEvents = 32;

/* Which events were heard, and when to tell the server so: after 32 of them or 5 s. */
export class Acks {
  private last = 0;
  private told = 0;
  private timer: ReturnType<typeof setTimeout> | null = null;

  constructor(private readonly tell: (seq: number) => void) {}

  get lastSeq(): number {
    return this.last;
  }

  /* Where a snapshot stands. */
  reset(seq: number): void {
    this.last = seq;
    this.told = seq;
  }

  /* false: this event was heard before (sent again after a resume). */
  heard(seq: number): boolean {
    if (seq <= this.last) {
      return false;
    }
    this.last = seq;
    if (seq - this.told >= everyEvents) {
      this.flush();
    } else {
      this.timer ??= setTimeout(() => this.flush(), everyMs);
    }
    return true;
  }

  stop(): void {
    if (this.timer !== null) {
      clearTimeout(this.timer);
    }
    this.timer = null;
  }

  private flush(): void {
    this.stop();
    this.told = this.last;
    this.tell(this.last);
  }
}
