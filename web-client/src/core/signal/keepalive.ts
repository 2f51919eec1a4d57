import type { ServerClock } from '../clock';
import type { ClientFrame } from '../messages';

interface Options {
  clock: ServerClock;
  send: (frame: ClientFrame) => void;
  /* No pong in time: the socket looks open and is not. */
  dead: () => void;
}

/* Pings with both clocks: they show a dead socket that TCP would keep for minutes, and teach the server's clock. */
export class Keepalive {
  private interval: ReturnType<typeof setInterval> | null = null;
  private deadline: ReturnType<typeof setTimeout> | null = null;
  private timeoutMs = 10_000;

  constructor(private readonly options: Options) {}

  start(everyMs: number, timeoutMs: number): void {
    this.stop();
    this.timeoutMs = timeoutMs;
    this.interval = setInterval(() => this.ping(), everyMs);
    this.ping();
  }

  stop(): void {
    if (this.interval !== null) {
      clearInterval(this.interval);
    }
    this.interval = null;
    this.disarm();
  }

  /* Also to be called when the page comes back from sleep: the answer tells whether the socket lived through it. */
  ping(): void {
    this.options.send({ t: 'ping', at: Date.now() });
    this.deadline ??= setTimeout(() => {
      this.deadline = null;
      this.options.dead();
    }, this.timeoutMs);
  }

  pong(at: number, now: number): void {
    this.disarm();
    this.options.clock.learn(at, now);
  }

  private disarm(): void {
    if (this.deadline !== null) {
      clearTimeout(this.deadline);
    }
    this.deadline = null;
  }
}
