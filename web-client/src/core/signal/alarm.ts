/* One timer that is set anew or not at all. */
export class Alarm {
  private timer: ReturnType<typeof setTimeout> | null = null;

  set(afterMs: number, act: () => void): void {
    this.clear();
    this.timer = setTimeout(act, afterMs);
  }

  clear(): void {
    if (this.timer !== null) {
      clearTimeout(this.timer);
    }
    this.timer = null;
  }
}
