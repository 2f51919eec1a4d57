import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import { memoryDrawer } from '../storage';
import { FarSide } from '../testing/far-side';
import { Backoff } from './backoff';
import { SignalSocket } from './socket';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe('requests that wait for the link', () => {
  it('go in the order of their ids, although handlers of the welcome send some too', async () => {
    const far = new FarSide();
    const socket = new SignalSocket({
      url: 'ws://far/ws',
      token: () => 'token',
      client: { name: 'test', version: '0', lang: 'zh-CN' },
      drawer: memoryDrawer(),
      backoff: new Backoff(300, 8000, () => 0.5),
      open: far.openSocket,
    });
    socket.connect();
    far.socket.open();
    far.socket.welcome();
    socket.on('link', (state) => state === 'open' && void socket.request('token.refresh', {}));
    socket.on('welcome', () => void socket.request('queue.subscribe', {}));
    far.socket.lose();
    void socket.request('session.resume', {});
    await vi.advanceTimersByTimeAsync(400);
    far.socket.open();
    far.socket.welcome({ resumed: true });
    const sent = far.socket.ofType('req').filter((frame) => frame['m'] !== 'hello');
    expect(sent.map((frame) => frame['m'])).toEqual(['session.resume', 'token.refresh', 'queue.subscribe']);
    const ids = sent.map((frame) => Number(frame['id']));
    expect(ids).toEqual([...ids].sort((one, other) => one - other));
  });
});
