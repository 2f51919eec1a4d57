import mitt, { type Emitter } from 'mitt';

import { ServerClock } from '../clock';
import { ClientError } from '../errors';
import {
  decodeAnswer,
  decodeEvent,
  decodeFrame,
  type Answer,
  type ClientFrame,
  type RequestData,
  type RequestName,
  type ServerFrame,
} from '../messages';
import { Acks } from './acks';
import { Alarm } from './alarm';
import { Attempts } from './attempts';
import { Backoff } from './backoff';
import { Blockage, probeSocket } from './blockage';
import { Keepalive } from './keepalive';
import type { LinkState, SocketEvents, SocketOptions } from './link';
import { PendingRequests } from './pending';

export const subprotocol = 'shipinban.v1';
const closeReplaced = 4009;

/*
 * The one WebSocket of a page: hello and resume, requests with answers, events in order and once. A request that finds no
 * open socket waits and is sent after the next welcome; after a resume, what has no answer is sent again with its old id.
 */
export class SignalSocket {
  readonly clock: ServerClock;
  private readonly emitter: Emitter<SocketEvents> = mitt<SocketEvents>();
  readonly on = this.emitter.on;
  readonly off = this.emitter.off;

  private socket: WebSocket | null = null;
  private state: LinkState = 'idle';
  private helloId = 0;
  /* the server has said something on this socket */
  private answered = false;
  readonly attempts = new Attempts();
  private readonly timer = new Alarm();
  private readonly pending: PendingRequests;
  private readonly acks = new Acks((seq) => this.send({ t: 'ack', seq }));
  private readonly keepalive: Keepalive;
  private readonly backoff: Backoff;
  private readonly blockage: Blockage;

  constructor(private readonly options: SocketOptions) {
    this.clock = options.clock ?? new ServerClock();
    this.backoff = options.backoff ?? new Backoff();
    this.blockage = new Blockage(options.probe ?? probeSocket, (blocked) => this.emitter.emit('blocked', blocked));
    this.pending = new PendingRequests(options.drawer);
    this.keepalive = new Keepalive({
      clock: this.clock,
      send: (frame) => this.send(frame),
      dead: () => this.drop(),
    });
  }

  get link(): LinkState {
    return this.state;
  }

  /* There is a session of this tab to resume. */
  get resumable(): boolean {
    return this.options.drawer.get('sid') !== null;
  }

  connect(): void {
    if (this.state === 'open' || this.state === 'connecting') {
      return;
    }
    this.timer.clear();
    this.enter('connecting');
    this.answered = false;
    const open = this.options.open ?? ((url, protocol) => new WebSocket(url, protocol));
    const socket = open(this.options.url, subprotocol);
    this.socket = socket;
    socket.onopen = () => this.hello();
    socket.onmessage = (message) => this.receive(String(message.data));
    socket.onclose = (close) => this.closed(socket, close.code);
    this.timer.set(this.attempts.begin(), () => this.drop());
  }

  request<M extends RequestName>(m: M, d: RequestData[M]): Promise<Answer<M>> {
    if (this.state === 'replaced' || this.state === 'refused' || this.state === 'closed') {
      return Promise.reject(new ClientError('client.offline', `the link is ${this.state}`));
    }
    const { id, answer } = this.pending.add(m, d);
    if (this.state === 'open') {
      this.pending.sendOne(id, (frame) => this.send(frame));
    }
    return answer;
  }

  /* The network changed, the page woke up, media stopped: find out now whether the socket lives, or try at once. */
  nudge(): void {
    if (this.state === 'open') {
      this.keepalive.probe();
    } else if (this.state === 'waiting') {
      this.backoff.reset();
      this.connect();
    }
  }

  /* What was begun on the network before leads nowhere. */
  networkChanged(): void {
    if (this.state === 'connecting' && !this.attempts.isFresh) {
      this.release();
      this.enter('waiting');
    }
    this.nudge();
  }

  /* Ends the link for good and forgets the `sid`. */
  leave(): void {
    this.forget();
    this.enter('closed');
    this.release();
    this.pending.failAll(new ClientError('client.offline', 'the link was closed'));
  }

  /* A new `sid` at the next hello. */
  forget(): void {
    this.options.drawer.remove('sid');
    this.options.drawer.remove('key');
    this.acks.reset(0);
  }

  private hello(): void {
    this.timer.set(this.attempts.opened(), () => this.drop());
    const sid = this.options.drawer.get('sid');
    const key = this.options.drawer.get('key');
    const d: RequestData['hello'] = {
      token: this.options.token() ?? '',
      client: this.options.client,
      features: [],
    };
    if (sid !== null && key !== null) {
      d.resume = { sid, key, last_seq: this.acks.lastSeq };
    }
    this.helloId = this.pending.nextId();
    this.send({ t: 'req', id: this.helloId, m: 'hello', d });
  }

  private receive(text: string): void {
    const frame = decodeFrame(text);
    this.answered = true;
    switch (frame?.t) {
      case 'res':
        if (frame.id === this.helloId) {
          this.welcomed(frame);
        } else {
          this.pending.settle(frame);
        }
        break;
      case 'ev':
        this.heard(frame.seq, frame.m, frame.d);
        break;
      case 'ping':
        this.send({ t: 'pong', at: frame.at, now: Date.now() });
        break;
      case 'pong':
        this.keepalive.pong(frame.at, frame.now);
        break;
      case 'bye':
        if (frame.reason === 'replaced') {
          this.replaced();
        }
        break;
      case undefined:
        break; /* not a frame of this protocol */
    }
  }

  private welcomed(frame: Extract<ServerFrame, { t: 'res' }>): void {
    this.helloId = 0;
    if (!frame.ok) {
      this.refused(frame.e.code);
      return;
    }
    const welcome = decodeAnswer('hello', frame.d);
    if (welcome === null) {
      this.drop();
      return;
    }
    this.timer.clear();
    this.backoff.reset();
    this.blockage.welcomed();
    this.clock.guess(welcome.now);
    this.options.drawer.set('sid', welcome.sid);
    this.options.drawer.set('key', welcome.key);
    if (!welcome.resumed || welcome.snapshot) {
      this.acks.reset(welcome.seq);
    }
    if (!welcome.resumed || welcome.revived) {
      this.pending.failSent(new ClientError('client.session_lost'));
    }
    /* Before anybody hears of it: the server forgets an id that is below one it has seen, and a handler may send a new one. */
    this.pending.sendAll((request) => this.send(request));
    this.enter('open');
    this.keepalive.start(welcome.ping.every_ms, welcome.ping.timeout_ms);
    this.emitter.emit('welcome', welcome);
  }

  private heard(seq: number, m: string, d: unknown): void {
    if (!this.acks.heard(seq)) {
      return;
    }
    const event = decodeEvent(m, d);
    if (event === null) {
      return;
    }
    if (event.m === 'leave') {
      this.sentAway(event.d.action, event.d.after_ms);
    }
    this.emitter.emit('event', event);
  }

  private sentAway(action: 'disconnect' | 'resume' | 'rejoin', afterMs: number): void {
    if (action === 'rejoin') {
      this.forget();
    }
    this.release();
    if (action === 'disconnect') {
      this.enter('closed');
    } else {
      this.plan(afterMs);
    }
  }

  private refused(code: string): void {
    this.emitter.emit('refusal', code);
    if (code.startsWith('auth.')) {
      this.forget();
      this.enter('refused');
      this.release();
      this.pending.failAll(new ClientError(code));
    } else {
      this.drop();
    }
  }

  private replaced(): void {
    this.enter('replaced');
    this.release();
    this.pending.failAll(new ClientError('client.replaced'));
  }

  private closed(socket: WebSocket, code: number): void {
    if (socket !== this.socket) {
      return; /* an older one, already given up */
    }
    if (code === closeReplaced) {
      this.replaced();
    } else {
      this.drop();
    }
  }

  /* Gives the socket up and plans the next attempt. */
  private drop(): void {
    if (this.state === 'connecting' && !this.answered) {
      this.blockage.failed(this.options.url);
    }
    this.release();
    this.plan(this.attempts.pauseMs(this.backoff.nextMs()));
  }

  private plan(afterMs: number): void {
    this.enter('waiting');
    this.timer.set(afterMs, () => this.connect());
  }

  private release(): void {
    this.timer.clear();
    this.keepalive.stop();
    this.acks.stop();
    const socket = this.socket;
    this.socket = null;
    socket?.close();
  }

  private send(frame: ClientFrame): void {
    if (this.socket?.readyState === WebSocket.OPEN) {
      this.socket.send(JSON.stringify(frame));
    }
  }

  private enter(next: LinkState): void {
    if (this.state !== next) {
      this.state = next;
      this.emitter.emit('link', next);
    }
  }
}
