import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import { codeOf } from '../errors';
import type { AnyEvent } from '../messages';
import { memoryDrawer, type Drawer } from '../storage';
import { aTicket } from '../testing/samples';
import { FarSide } from '../testing/far-side';
import { Backoff } from './backoff';
import type { LinkState } from './link';
import { SignalSocket, subprotocol } from './socket';

let far: FarSide;
let drawer: Drawer;
let links: LinkState[];
let events: AnyEvent[];

function aSocket(token: string | null = 'token'): SignalSocket {
  const socket = new SignalSocket({
    url: 'ws://far/ws',
    token: () => token,
    client: { name: 'test', version: '0', lang: 'zh-CN' },
    drawer,
    backoff: new Backoff(300, 8000, () => 0.5),
    open: far.openSocket,
    probe: async () => false,
  });
  socket.on('link', (state) => links.push(state));
  socket.on('event', (event) => events.push(event));
  return socket;
}

function connected(): SignalSocket {
  const socket = aSocket();
  socket.connect();
  far.socket.open();
  far.socket.welcome();
  return socket;
}

beforeEach(() => {
  vi.useFakeTimers();
  far = new FarSide();
  drawer = memoryDrawer();
  links = [];
  events = [];
});
afterEach(() => vi.useRealTimers());

describe('hello', () => {
  it('speaks the subprotocol and says hello first, with the token', () => {
    const socket = aSocket();
    void socket.request('ticket.cancel', {});
    socket.connect();
    expect(far.socket.protocol).toBe(subprotocol);
    far.socket.open();
    expect(far.socket.heard).toHaveLength(1);
    expect(far.socket.heard[0]).toMatchObject({ t: 'req', m: 'hello', d: { token: 'token' } });
    expect(far.socket.heard[0]!['d']).not.toHaveProperty('resume');
    far.socket.welcome();
    expect(far.socket.requests('ticket.cancel')).toHaveLength(1);
    expect(links).toEqual(['connecting', 'open']);
  });

  it('keeps sid and key for a reload, and resumes with last_seq 0', () => {
    connected();
    const reloaded = aSocket();
    expect(reloaded.resumable).toBe(true);
    reloaded.connect();
    far.socket.open();
    expect(far.socket.heard[0]).toMatchObject({
      d: { resume: { sid: 's-1', key: 'k-1', last_seq: 0 } },
    });
  });

  it('never uses an id twice for one sid, even after a reload', () => {
    const first = connected();
    void first.request('ticket.cancel', {});
    const used = far.socket.heard.map((frame) => frame['id']).filter((id) => id !== undefined);
    const reloaded = aSocket();
    reloaded.connect();
    far.socket.open();
    far.socket.welcome({ resumed: true });
    void reloaded.request('ticket.cancel', {});
    const now = far.socket.heard.map((frame) => frame['id']).filter((id) => id !== undefined);
    expect(Math.min(...(now as number[]))).toBeGreaterThan(Math.max(...(used as number[])));
  });

  it('stops and forgets the sid when the token is refused', async () => {
    const socket = connected();
    far.socket.lose();
    await vi.advanceTimersByTimeAsync(400);
    far.socket.open();
    far.socket.refuse('hello', 'auth.expired');
    expect(socket.link).toBe('refused');
    expect(socket.resumable).toBe(false);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(far.sockets).toHaveLength(2);
  });

  it('gives up a socket that is never welcomed', async () => {
    const socket = aSocket();
    socket.connect();
    far.socket.open();
    await vi.advanceTimersByTimeAsync(8_001);
    expect(socket.link).toBe('waiting');
  });
});

describe('requests', () => {
  it('gives the answer to the one who asked', async () => {
    const socket = connected();
    const asked = socket.request('ticket.create', { matter: 'BD01', notice_sha256: 'x' });
    far.socket.answer('ticket.create', { ticket: aTicket() });
    expect((await asked).ticket.number).toBe('A012');
  });

  it('fails with the code of the server', async () => {
    const socket = connected();
    const asked = socket.request('ticket.create', { matter: 'BD01', notice_sha256: 'x' });
    far.socket.refuse('ticket.create', 'queue.closed');
    expect(codeOf(await asked.catch((error: unknown) => error))).toBe('queue.closed');
  });

  it('fails when the answer has another shape', async () => {
    const socket = connected();
    const asked = socket.request('ticket.create', { matter: 'BD01', notice_sha256: 'x' });
    far.socket.answer('ticket.create', { ticket: { id: 1 } });
    expect(codeOf(await asked.catch((error: unknown) => error))).toBe('client.bad_answer');
  });

  it('sends what has no answer again after a resume, with the same id', async () => {
    const socket = connected();
    const asked = socket.request('session.end', {});
    const id = far.socket.requests('session.end')[0]!['id'];
    far.socket.lose();
    await vi.advanceTimersByTimeAsync(400);
    far.socket.open();
    far.socket.welcome({ resumed: true });
    expect(far.socket.requests('session.end').map((frame) => frame['id'])).toEqual([id]);
    far.socket.answer('session.end', {});
    await expect(asked).resolves.toEqual({});
  });

  it('fails what was sent when the sid is new, and sends what was not', async () => {
    const socket = connected();
    const sent = socket.request('session.end', {});
    far.socket.lose();
    void socket.request('ticket.requeue', {});
    await vi.advanceTimersByTimeAsync(400);
    far.socket.open();
    far.socket.welcome({ resumed: false, sid: 's-2' });
    expect(codeOf(await sent.catch((error: unknown) => error))).toBe('client.session_lost');
    expect(far.socket.requests('session.end')).toHaveLength(0);
    expect(far.socket.requests('ticket.requeue')).toHaveLength(1);
  });

  it('fails what was sent when the server was restarted: its answers died with it', async () => {
    const socket = connected();
    const sent = socket.request('session.end', {});
    far.socket.lose();
    await vi.advanceTimersByTimeAsync(400);
    far.socket.open();
    far.socket.welcome({ resumed: true, revived: true });
    expect(codeOf(await sent.catch((error: unknown) => error))).toBe('client.session_lost');
    expect(far.socket.requests('session.end')).toHaveLength(0);
  });
});

describe('events', () => {
  it('come once, although sent again after a resume', async () => {
    connected();
    far.socket.event(1, 'queue.position', { ticket: aTicket() });
    far.socket.lose();
    await vi.advanceTimersByTimeAsync(400);
    far.socket.open();
    expect(far.socket.heard[0]).toMatchObject({ d: { resume: { last_seq: 1 } } });
    far.socket.welcome({ resumed: true, seq: 2 });
    far.socket.event(1, 'queue.position', { ticket: aTicket() });
    far.socket.event(2, 'ticket.updated', { ticket: aTicket() });
    expect(events.map((event) => event.m)).toEqual(['queue.position', 'ticket.updated']);
  });

  it('are acknowledged after 32 or after 5 s', async () => {
    connected();
    for (let seq = 1; seq <= 32; seq += 1) {
      far.socket.event(seq, 'queue.position', { ticket: aTicket() });
    }
    expect(far.socket.ofType('ack')).toEqual([{ t: 'ack', seq: 32 }]);
    far.socket.event(33, 'queue.position', { ticket: aTicket() });
    await vi.advanceTimersByTimeAsync(5_000);
    expect(far.socket.ofType('ack').at(-1)).toEqual({ t: 'ack', seq: 33 });
  });

  it.each([
    ['an unknown name', { t: 'ev', seq: 1, m: 'brand.new', d: {} }],
    ['a wrong shape', { t: 'ev', seq: 1, m: 'queue.position', d: { ticket: 7 } }],
    ['no frame at all', '{"t":'],
    ['a frame of another kind', { t: 'what', seq: 1 }],
  ])('are ignored with %s, and the link lives on', (_name, frame) => {
    const socket = connected();
    far.socket.say(frame);
    expect(events).toEqual([]);
    expect(socket.link).toBe('open');
  });

  it('go on from where a snapshot stands', () => {
    const socket = aSocket();
    socket.connect();
    far.socket.open();
    far.socket.welcome({ seq: 40, snapshot: {} });
    far.socket.event(40, 'queue.position', { ticket: aTicket() });
    far.socket.event(41, 'queue.position', { ticket: aTicket() });
    expect(events).toHaveLength(1);
  });
});

describe('keeping alive', () => {
  it('pings, and reconnects when no pong comes', async () => {
    const socket = connected();
    expect(far.socket.ofType('ping')).toHaveLength(1);
    far.socket.say({ t: 'pong', at: Date.now(), now: Date.now() + 5_000 });
    expect(socket.clock.offsetMs()).toBe(5_000);
    await vi.advanceTimersByTimeAsync(15_000);
    expect(far.socket.ofType('ping')).toHaveLength(2);
    await vi.advanceTimersByTimeAsync(10_000);
    expect(socket.link).toBe('waiting');
    await vi.advanceTimersByTimeAsync(1_000);
    expect(far.sockets).toHaveLength(2);
  });

  it("answers the server's ping", () => {
    connected();
    far.socket.say({ t: 'ping', at: 17 });
    expect(far.socket.ofType('pong')).toEqual([{ t: 'pong', at: 17, now: Date.now() }]);
  });

  it('waits longer after each failure, and starts over once welcomed', async () => {
    const socket = connected();
    const delays: number[] = [];
    for (let i = 0; i < 7; i += 1) {
      const before = far.sockets.length;
      far.socket.lose();
      let waited = 0;
      while (far.sockets.length === before && waited < 20_000) {
        await vi.advanceTimersByTimeAsync(100);
        waited += 100;
      }
      delays.push(waited);
    }
    expect(delays).toEqual([100, 300, 600, 1200, 2400, 4800, 8000]);
    far.socket.open();
    far.socket.welcome({ resumed: true });
    far.socket.lose();
    await vi.advanceTimersByTimeAsync(100);
    expect(socket.link).toBe('connecting');
  });

  it('tries at once when the network is back', () => {
    const socket = connected();
    far.socket.lose();
    socket.nudge();
    expect(far.sockets).toHaveLength(2);
  });
});
