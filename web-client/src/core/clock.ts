/*
 * The server's clock, learnt from pings. The offset of the exchange with the shortest round trip is kept: it has the smallest
 * possible error (half its round trip). Older winners age, so that a drifting clock is followed.
 */
export class ServerClock {
  private offset = 0;
  private bestRtt = Infinity;
  private lastRtt: number | null = null;

  constructor(private readonly local: () => number = Date.now) {}

  /* A first guess from `welcome.now`, good to one network delay. */
  guess(serverNow: number): void {
    if (this.bestRtt === Infinity) {
      this.offset = serverNow - this.local();
    }
  }

  /* `sentAt` is local, `serverNow` is the server's answer; both in milliseconds since 1970. */
  learn(sentAt: number, serverNow: number): void {
    const receivedAt = this.local();
    const rtt = receivedAt - sentAt;
    if (rtt < 0) {
      return; /* the local clock was set back meanwhile */
    }
    this.lastRtt = rtt;
    const aged = this.bestRtt * 1.1 + 1;
    if (rtt <= aged) {
      this.bestRtt = rtt;
      this.offset = serverNow + rtt / 2 - receivedAt;
    } else {
      this.bestRtt = aged;
    }
  }

  now(): number {
    return this.local() + this.offset;
  }

  offsetMs(): number {
    return this.offset;
  }

  rttMs(): number | null {
    return this.lastRtt;
  }
}
