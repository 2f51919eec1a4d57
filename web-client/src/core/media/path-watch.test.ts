import { afterEach, beforeEach, describe, expect, it, vi, type Mock } from 'vitest';

import { PathWatch, type PathSigns } from './path-watch';
import type { Peer } from './peer';

let arrivals: number;
let stats: Array<Record<string, unknown>>;
let signs: { [K in keyof PathSigns]: Mock<PathSigns[K]> };
let watch: PathWatch;

const pathStats = (bytes: number, address: string, id = 'p1'): Array<Record<string, unknown>> => [
  { id, type: 'candidate-pair', nominated: true, state: 'succeeded', localCandidateId: 'l', bytesReceived: bytes },
  { id: 'l', type: 'local-candidate', address, networkType: 'wifi' },
];

async function run(ms: number, each?: () => void): Promise<void> {
  for (let passed = 0; passed < ms; passed += 100) {
    each?.();
    await vi.advanceTimersByTimeAsync(100);
  }
}
const media = (ms: number): Promise<void> => run(ms, () => (arrivals += 1));
const count = (): number[] => [signs.doubtful, signs.silent, signs.moved].map((one) => one.mock.calls.length);

beforeEach(() => {
  vi.useFakeTimers();
  arrivals = 0;
  stats = pathStats(1000, '10.0.0.1');
  signs = { heard: vi.fn<() => void>(), doubtful: vi.fn<() => void>(), silent: vi.fn<() => void>(), moved: vi.fn<(afterMs: number) => void>() };
  const peer = { arrivals: () => arrivals, stats: () => Promise.resolve(stats) } as unknown as Peer;
  watch = new PathWatch(() => peer, signs);
  watch.start();
});
afterEach(() => {
  watch.stop();
  vi.useRealTimers();
});

describe('the watch over the path', () => {
  it('says that packets arrive, and nothing else', async () => {
    await media(10_000);
    expect(signs.heard.mock.calls.length).toBeGreaterThan(20);
    expect(count()).toEqual([0, 0, 0]);
  });

  it('doubts soon and says silent within 1.5 s, once', async () => {
    await media(3_000);
    await run(700);
    expect(count()).toEqual([1, 0, 0]);
    await run(800);
    expect(count()).toEqual([1, 1, 0]);
    await run(30_000);
    expect(count()).toEqual([1, 1, 0]);
  });

  it('hears reports on what is sent, where no media is to come', async () => {
    await media(3_000);
    let bytes = 1000;
    await run(10_000, () => (stats = pathStats((bytes += 80), '10.0.0.1')));
    expect(signs.silent).not.toHaveBeenCalled();
  });

  it('expects nothing of a path on which only checks come', async () => {
    let bytes = 1000;
    for (let i = 0; i < 10; i += 1) {
      stats = pathStats((bytes += 80), '10.0.0.1');
      await run(2_500);
    }
    expect(signs.silent).not.toHaveBeenCalled();
  });

  it('does not wait when the device took the path away', async () => {
    await media(3_000);
    stats = [];
    await run(700);
    expect(count()).toEqual([1, 1, 0]);
  });

  it('is not deceived by an older pair that counted more', async () => {
    await media(3_000);
    stats = pathStats(900_000, '10.0.0.9', 'p0');
    await run(600);
    stats = pathStats(950_000, '10.0.0.8', 'p2');
    await run(900);
    expect(signs.silent).toHaveBeenCalledTimes(1);
  });

  it('tells that the device has another network, and how long media was away', async () => {
    await media(3_000);
    stats = [];
    await run(2_000);
    stats = pathStats(10, '10.1.0.1');
    await media(600);
    expect(signs.moved).toHaveBeenCalledTimes(1);
    expect(signs.moved.mock.calls[0]![0]).toBeGreaterThanOrEqual(1_900);
    expect(signs.moved.mock.calls[0]![0]).toBeLessThanOrEqual(2_700);
  });

  it('tells of the move also when a new connection was needed', async () => {
    await media(3_000);
    stats = [];
    await run(2_000);
    watch.begun();
    await run(1_000);
    arrivals = 0;
    stats = pathStats(10, '10.1.0.1', 'p7');
    await media(600);
    expect(signs.moved).toHaveBeenCalledTimes(1);
    expect(signs.moved.mock.calls[0]![0]).toBeGreaterThanOrEqual(2_900);
  });

  it('does not take an older pair, named while nothing arrives, for a move', async () => {
    await media(3_000);
    await run(600);
    watch.learn(pathStats(5, '10.9.9.9', 'p0') as never);
    expect(signs.moved).not.toHaveBeenCalled();
  });

  it('does not call a short pause on the same network a move', async () => {
    await media(3_000);
    await run(2_000);
    await media(600);
    expect(signs.silent).toHaveBeenCalledTimes(1);
    expect(signs.moved).not.toHaveBeenCalled();
  });
});
