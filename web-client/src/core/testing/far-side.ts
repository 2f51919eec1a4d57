/* A small signaling server in memory for the tests: it plays the far side of the protocol, frame by frame. */
import type { Welcome } from '../messages';
import { SignalSocket } from '../signal/socket';
import { memoryDrawer } from '../storage';

type Frame = Record<string, unknown>;

export class FarSocket {
  readyState: number = WebSocket.CONNECTING;
  onopen: (() => void) | null = null;
  onmessage: ((message: { data: string }) => void) | null = null;
  onclose: ((close: { code: number }) => void) | null = null;
  readonly heard: Frame[] = [];

  constructor(
    readonly url: string,
    readonly protocol: string,
  ) {}

  send(text: string): void {
    this.heard.push(JSON.parse(text) as Frame);
  }

  close(): void {
    this.readyState = WebSocket.CLOSED;
  }

  /* What the network does. */
  open(): void {
    this.readyState = WebSocket.OPEN;
    this.onopen?.();
  }

  lose(code = 1006): void {
    this.readyState = WebSocket.CLOSED;
    this.onclose?.({ code });
  }

  say(frame: Frame | string): void {
    this.onmessage?.({ data: typeof frame === 'string' ? frame : JSON.stringify(frame) });
  }

  /* What was heard of one kind. */
  requests(m: string): Frame[] {
    return this.heard.filter((frame) => frame['t'] === 'req' && frame['m'] === m);
  }

  ofType(t: string): Frame[] {
    return this.heard.filter((frame) => frame['t'] === t);
  }

  answer(m: string, d: object): void {
    const request = this.requests(m).at(-1);
    this.say({ t: 'res', id: request?.['id'], ok: true, d });
  }

  refuse(m: string, code: string): void {
    const request = this.requests(m).at(-1);
    this.say({ t: 'res', id: request?.['id'], ok: false, e: { code, msg: code } });
  }

  event(seq: number, m: string, d: object): void {
    this.say({ t: 'ev', seq, m, d });
  }

  welcome(change: Partial<Welcome> = {}): void {
    this.answer('hello', { ...aWelcome, ...change });
  }
}

export const aWelcome: Welcome = {
  sid: 's-1',
  key: 'k-1',
  resumed: false,
  seq: 0,
  now: 1_764_000_000_000,
  me: { role: 'citizen' },
  ping: { every_ms: 15_000, timeout_ms: 10_000 },
  ice_servers: [],
  limits: { slots: { audio: 4, video: 4 }, frame_bytes: 65_536, chat_chars: 500 },
};

/* Every socket that was opened, newest last. */
export class FarSide {
  readonly sockets: FarSocket[] = [];

  readonly openSocket = (url: string, protocol: string): WebSocket => {
    const socket = new FarSocket(url, protocol);
    this.sockets.push(socket);
    return socket as unknown as WebSocket;
  };

  get socket(): FarSocket {
    const last = this.sockets.at(-1);
    if (!last) {
      throw new Error('nobody connected');
    }
    return last;
  }

  /* A client's socket that was welcomed here. */
  connected(change: Partial<ConstructorParameters<typeof SignalSocket>[0]> = {}): SignalSocket {
    const socket = new SignalSocket({
      url: 'ws://far/ws',
      token: () => 'token',
      client: { name: 'test', version: '0', lang: 'zh-CN' },
      drawer: memoryDrawer(),
      open: this.openSocket,
      probe: async () => false,
      ...change,
    });
    socket.connect();
    this.socket.open();
    this.socket.welcome();
    return socket;
  }
}
