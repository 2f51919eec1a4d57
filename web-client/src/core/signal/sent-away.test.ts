import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import { codeOf } from '../errors';
import { FarSide } from '../testing/far-side';
import { Backoff } from './backoff';
import type { SignalSocket } from './socket';

let far: FarSide;

const connected = (): SignalSocket =>
  far.connected({ backoff: new Backoff(300, 8000, () => 0.5) });

beforeEach(() => {
  vi.useFakeTimers();
  far = new FarSide();
});
afterEach(() => vi.useRealTimers());

describe('being sent away', () => {
  it('stays away when another page took over, until asked', async () => {
    const socket = connected();
    const asked = socket.request('session.end', {});
    far.socket.say({ t: 'bye', reason: 'replaced' });
    far.socket.lose(4009);
    expect(codeOf(await asked.catch((error: unknown) => error))).toBe('client.replaced');
    await vi.advanceTimersByTimeAsync(60_000);
    expect(socket.link).toBe('replaced');
    expect(far.sockets).toHaveLength(1);
    socket.connect();
    far.socket.open();
    expect(far.socket.heard[0]).toMatchObject({ d: { resume: { sid: 's-1' } } });
  });

  it('takes the close code alone for the same', () => {
    const socket = connected();
    far.socket.lose(4009);
    expect(socket.link).toBe('replaced');
  });

  it('comes back after the time that the server named, with a new sid for a rejoin', async () => {
    const socket = connected();
    far.socket.event(1, 'leave', { action: 'rejoin', after_ms: 2_000 });
    expect(socket.link).toBe('waiting');
    await vi.advanceTimersByTimeAsync(1_900);
    expect(far.sockets).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(200);
    far.socket.open();
    expect(far.socket.heard[0]!['d']).not.toHaveProperty('resume');
  });

  it('does not come back from a disconnect', async () => {
    const socket = connected();
    far.socket.event(1, 'leave', { action: 'disconnect', after_ms: 0 });
    await vi.advanceTimersByTimeAsync(60_000);
    expect(socket.link).toBe('closed');
    expect(far.sockets).toHaveLength(1);
  });
});
