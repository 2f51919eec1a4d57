/* Delays between attempts: 0.3 s, doubling to 8 s, each with ±25 % so that a restarted server is not met by all at once. */
export class Backoff {
  private attempt = 0;

  constructor(
    private readonly firstMs = 300,
    private readonly capMs = 8000,
    private readonly random: () => number = Math.random,
  ) {}

  nextMs(): number {
    const plain = Math.min(this.capMs, this.firstMs * 2 ** this.attempt);
    this.attempt += 1;
    return Math.round(plain * (0.75 + 0.5 * this.random()));
  }

  reset(): void {
    this.attempt = 0;
  }
}
