import type { ServerClock } from '../clock';
import type { ClientFrame } from '../messages';

interface Options {
  clock: ServerClock;
  send: (frame: ClientFrame) => void;
  /* No pong in time: the socket looks open and is not. */
  dead: () => void;
}

const probeMinMs = 500;
const probeMaxMs = 2000;

/* Pings with both clocks: they show a dead socket that TCP would keep for minutes, and teach the server's clock. */
export class Keepalive {
  private interval: ReturnType<typeof setInterval> | null = null;
  private deadline: ReturnType<typeof setTimeout> | null = null;
  private deadlineAt = 0;
  private timeoutMs = 10_000;

  constructor(private readonly options: Options) {}

  start(everyMs: number, timeoutMs: number): void {
    this.stop();
    this.timeoutMs = timeoutMs;
    this.interval = setInterval(() => this.ping(timeoutMs), everyMs);
    this.ping(timeoutMs);
  }

  stop(): void {
    if (this.interval !== null) {
      clearInterval(this.interval);
    }
    this.interval = null;
    this.disarm();
  }

  /* To be called when the socket may well be dead: the page slept, the network changed, media stopped. It is given up soon. */
  probe(): void {
    const usual = this.options.clock.rttMs() ?? probeMaxMs;
    this.ping(Math.min(this.timeoutMs, probeMaxMs, Math.max(probeMinMs, usual * 4)));
  }

  private ping(patienceMs: number): void {
    this.options.send({ t: 'ping', at: Date.now() });
    const deadlineAt = Date.now() + patienceMs;
    if (this.deadline !== null && this.deadlineAt <= deadlineAt) {
      return;
    }
    this.disarm();
    this.deadlineAt = deadlineAt;
    this.deadline = setTimeout(() => {
      this.deadline = null;
      this.options.dead();
    }, patienceMs);
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
