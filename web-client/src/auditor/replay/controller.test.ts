import { beforeEach, describe, expect, it } from 'vitest';

import { hardSeekMs, ReplayController, type Player } from './controller';
import type { Leg } from './timeline';
import type { Track } from './tracks';

/* A player whose media time runs with the test's clock, `offMs` beside it where asked. */
class FakePlayer implements Player {
  playbackRate = 1;
  paused = true;
  seeking = false;
  ended = false;
  failed = false;
  readyState = 4;
  duration = Infinity;
  seeks: number[] = [];
  shown: Array<string | null> = [];
  private time = 0;

  get currentTime(): number {
    return this.time;
  }

  set currentTime(seconds: number) {
    this.seeks.push(seconds);
    this.time = seconds;
  }

  async play(): Promise<void> {
    this.paused = false;
  }

  pause(): void {
    this.paused = true;
  }

  show(leg: Leg | null): void {
    this.shown.push(leg?.file ?? null);
    this.time = 0;
  }

  run(ms: number): void {
    if (!this.paused) {
      this.time += (ms / 1000) * this.playbackRate;
    }
  }

  drift(ms: number): void {
    this.time += ms / 1000;
  }
}

const leg = (file: string, start_ms: number, end_ms: number): Leg => ({
  file,
  participant: 'p1',
  role: 'citizen',
  source: 'camera',
  audio: true,
  start_ms,
  end_ms,
});

const track = (...legs: Leg[]): Track => ({
  id: 'p1/person',
  participant: 'p1',
  role: 'citizen',
  label: '',
  source: 'person',
  legs,
});

describe('replay controller', () => {
  let now = 0;
  let left: FakePlayer;
  let right: FakePlayer;
  let controller: ReplayController;

  const run = (ms: number, step = 20): void => {
    for (let passed = 0; passed < ms; passed += step) {
      now += step;
      left.run(step);
      right.run(step);
      controller.tick();
    }
  };

  beforeEach(() => {
    now = 5000;
    left = new FakePlayer();
    right = new FakePlayer();
    controller = new ReplayController(10_000, () => now);
    controller.add(track(leg('a', 0, 4000), leg('b', 6000, 10_000)), left);
    controller.add(track(leg('c', 500, 10_000)), right);
  });

  it('plays each leg from its own beginning and shows nothing between legs', () => {
    controller.play();
    run(400);
    expect(right.shown).toEqual([]);
    run(600);
    expect(left.shown).toEqual(['a']);
    expect(right.shown).toEqual(['c']);
    expect(right.currentTime * 1000).toBeCloseTo(500, -2);
    run(4000);
    expect(left.shown).toEqual(['a', null]);
    expect(left.paused).toBe(true);
    run(2000);
    expect(left.shown).toEqual(['a', null, 'b']);
    expect(left.currentTime * 1000).toBeCloseTo(controller.state.positionMs - 6000, -2);
  });

  it('seeks a player that is far off, and only then', () => {
    controller.play();
    run(1000);
    const before = left.seeks.length;
    left.drift(hardSeekMs + 60);
    run(20);
    expect(left.seeks.length).toBe(before + 1);
    expect(Math.abs(left.currentTime * 1000 - controller.state.positionMs)).toBeLessThan(25);
  });

  it('closes a small drift by the rate alone', () => {
    controller.play();
    run(1000);
    const before = left.seeks.length;
    left.drift(100);
    controller.tick();
    expect(left.playbackRate).toBeLessThan(1);
    expect(left.playbackRate).toBeGreaterThanOrEqual(0.95);
    run(2500);
    expect(left.seeks.length).toBe(before);
    expect(Math.abs(left.currentTime * 1000 - controller.state.positionMs)).toBeLessThan(25);
    expect(left.playbackRate).toBe(1);
  });

  it('speeds up a player that is behind', () => {
    controller.play();
    run(1000);
    left.drift(-80);
    controller.tick();
    expect(left.playbackRate).toBeGreaterThan(1);
  });

  it('keeps the nudge within the speed that was chosen', () => {
    controller.setSpeed(2);
    controller.play();
    run(400);
    const started = controller.state.positionMs;
    run(500);
    expect(controller.state.positionMs - started).toBeCloseTo(1000, -1);
    left.drift(100);
    controller.tick();
    expect(left.playbackRate).toBeCloseTo(1.9, 2);
  });

  it('waits for the player that lacks data, and the others wait with it', () => {
    controller.play();
    run(1000);
    right.readyState = 1;
    run(20);
    const held = controller.state.positionMs;
    run(1000);
    expect(controller.state).toMatchObject({ positionMs: held, playing: true, stalled: true });
    expect(left.paused).toBe(true);
    right.readyState = 4;
    run(200);
    expect(controller.state.stalled).toBe(false);
    expect(controller.state.positionMs).toBeGreaterThan(held);
    expect(left.paused).toBe(false);
  });

  it('does not wait for a leg that cannot be played', () => {
    left.readyState = 0;
    left.failed = true;
    controller.play();
    run(500);
    expect(controller.state.stalled).toBe(false);
    expect(controller.state.positionMs).toBeGreaterThan(400);
  });

  it('does not wait for a player that has nothing to show', () => {
    controller.seek(4500);
    left.readyState = 0;
    controller.play();
    run(500);
    expect(controller.state.positionMs).toBeGreaterThan(4800);
  });

  it('seeks both while paused, to the frame', () => {
    controller.seek(2000);
    expect(left.currentTime).toBe(2);
    expect(right.currentTime).toBe(1.5);
    left.seeking = true;
    controller.seek(2500);
    expect(left.currentTime).toBe(2);
    left.seeking = false;
    controller.tick();
    expect(left.currentTime).toBe(2.5);
  });

  it('holds the last frame of a file that is shorter than its leg', () => {
    right.duration = 8;
    controller.seek(9800);
    const before = right.seeks.length;
    expect(right.currentTime).toBe(8);
    run(100);
    expect(right.seeks.length).toBe(before);
  });

  it('stops at the end and begins anew', () => {
    controller.seek(9900);
    controller.play();
    run(200);
    expect(controller.state).toMatchObject({ positionMs: 10_000, playing: false });
    controller.play();
    expect(controller.state.positionMs).toBe(0);
  });

  it('does not jump when the tab was asleep', () => {
    controller.play();
    run(200);
    now += 60_000;
    controller.tick();
    expect(controller.state.positionMs).toBeLessThan(1300);
  });

  it('keeps to the recording', () => {
    controller.seekBy(-5000);
    expect(controller.state.positionMs).toBe(0);
    controller.seek(99_999);
    expect(controller.state.positionMs).toBe(10_000);
  });
});
