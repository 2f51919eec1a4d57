/*
 * Delays between attempts: at once, then 0.25 s, doubling to 8 s. Each with ±25 %, the first spread over 0.1 s, so that a
 * restarted server is not met by all at the same moment.
 */
export class Backoff {
  private attempt = 0;

  constructor(
    private readonly firstMs = 250,
    private readonly capMs = 8000,
    private readonly random: () => number = Math.random,
  ) {}

  nextMs(): number {
    this.attempt += 1;
    if (this.attempt === 1) {
      return Math.round(100 * this.random());
    }
    const plain = Math.min(this.capMs, this.firstMs * 2 ** (this.attempt - 2));
    return Math.round(plain * (0.75 + 0.5 * this.random()));
  }

  reset(): void {
    this.attempt = 0;
  }
}
