import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import { FarSide } from '../testing/far-side';
import type { SignalSocket } from './socket';

let far: FarSide;

const connected = (): SignalSocket => far.connected();

beforeEach(() => {
  vi.useFakeTimers();
  far = new FarSide();
});
afterEach(() => vi.useRealTimers());

describe('a socket that may be dead', () => {
  it('gives a socket up within 2 s of a doubt, where a ping would wait 10 s', async () => {
    const socket = connected();
    socket.nudge();
    await vi.advanceTimersByTimeAsync(1_999);
    expect(far.sockets).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(101);
    expect(far.sockets).toHaveLength(2);
  });

  it('keeps a socket that answers the doubt', async () => {
    const socket = connected();
    socket.nudge();
    const ping = far.socket.ofType('ping').at(-1)!;
    far.socket.say({ t: 'pong', at: ping['at'], now: Date.now() });
    await vi.advanceTimersByTimeAsync(8_000);
    expect(far.sockets).toHaveLength(1);
  });

  it('begins anew on another network instead of waiting for the old one', async () => {
    const socket = connected();
    far.socket.lose();
    socket.nudge();
    await vi.advanceTimersByTimeAsync(100);
    socket.networkChanged();
    expect(far.sockets).toHaveLength(2); /* the same change, told twice */
    await vi.advanceTimersByTimeAsync(300);
    socket.networkChanged();
    expect(far.sockets).toHaveLength(3);
  });

  it('tries often while somebody is talking', async () => {
    const socket = connected();
    socket.attempts.urgent = true;
    far.socket.lose();
    await vi.advanceTimersByTimeAsync(20_000);
    const inCall = far.sockets.length;
    socket.attempts.urgent = false;
    await vi.advanceTimersByTimeAsync(20_000);
    expect([inCall > 5, far.sockets.length - inCall < 4]).toEqual([true, true]);
  });
});
