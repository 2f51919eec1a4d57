/* Join to first frame on loopback, over ten joins of one page: printed, and only held to be finite. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { Stack } from '../lib/daemon.js';
import { connect, signIn, takeNumber } from '../lib/scenario.js';
import { until } from '../lib/wait.js';

const joins = 10;

describe('numbers', () => {
  let stack, citizen, clerk;

  before(async () => {
    stack = await Stack.start();
    clerk = await signIn(stack);
    ({ citizen } = await takeNumber(stack));
    await connect(citizen, clerk);
  });
  after(async () => {
    await citizen?.close();
    await clerk?.close();
    await stack?.stop();
  });

  it('join to first frame', async () => {
    const times = [];
    for (let i = 0; i < joins; i++) {
      await citizen.page.reload();
      const ms = await until(async () => citizen.page.evaluate(() => window.e2e.joinToFirstFrameMs()), 'the time from joining to the first frame');
      times.push(ms);
    }
    times.sort((a, b) => a - b);
    console.log(`# join to first frame: p50 ${Math.round(times[joins / 2])} ms, p95 ${Math.round(times[joins - 1])} ms over ${joins} joins`);
    assert.equal(times.length, joins);
  });
});
