import { describe, expect, it } from 'vitest';

import { ServerClock } from './clock';

describe('the server clock', () => {
  it('takes half of the round trip', () => {
    let local = 1_000;
    const clock = new ServerClock(() => local);
    local = 1_100;
    clock.learn(1_000, 51_050);
    expect(clock.now()).toBe(local + 50_000);
    expect(clock.rttMs()).toBe(100);
  });

  it('trusts the shortest round trip, not the last', () => {
    let local = 0;
    const clock = new ServerClock(() => local);
    local = 10;
    clock.learn(0, 1_005);
    local = 2_000;
    clock.learn(1_000, 9_000);
    expect(clock.offsetMs()).toBe(1_000);
  });

  it('follows a drift, as old winners age', () => {
    let local = 0;
    const clock = new ServerClock(() => local);
    local = 10;
    clock.learn(0, 1_005);
    for (let i = 1; i <= 30; i += 1) {
      local = i * 1_000 + 40;
      clock.learn(i * 1_000, i * 1_000 + 2_020);
    }
    expect(clock.offsetMs()).toBe(2_000);
  });

  it('guesses from the welcome only until a ping was answered', () => {
    const clock = new ServerClock(() => 100);
    clock.guess(600);
    expect(clock.offsetMs()).toBe(500);
    clock.learn(90, 1_095);
    clock.guess(7_000);
    expect(clock.offsetMs()).toBe(1_000);
  });

  it('ignores an exchange over which the local clock was set back', () => {
    const clock = new ServerClock(() => 0);
    clock.learn(50, 1_000);
    expect(clock.rttMs()).toBeNull();
  });
});
