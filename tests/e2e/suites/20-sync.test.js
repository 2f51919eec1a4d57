/* Sound and picture of a rendered file belong together: a beep starts with every 50th painted frame. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { Stack } from '../lib/daemon.js';
import { beeps, counters, voice } from '../lib/media.js';
import { connect, finish, hangUp, recordingRuns, seesOther, signIn, takeNumber } from '../lib/scenario.js';
import { markEvery } from '../lib/timecode.js';

const bar = 0.08;

describe('sound and picture', () => {
  let stack, citizen, clerk;

  before(async () => {
    stack = await Stack.start();
    clerk = await signIn(stack, { toneHz: 0 });
    ({ citizen } = await takeNumber(stack, { toneHz: 0 }));
    await connect(citizen, clerk);
    await recordingRuns(citizen);
  });
  after(async () => {
    await citizen?.close();
    await clerk?.close();
    await stack?.stop();
  });

  it(`are within ${bar * 1000} ms at 10 points over 60 s in every file`, async () => {
    await Promise.all([seesOther(citizen, 2, 60 * 20, 120000), seesOther(clerk, 1, 60 * 20, 120000)]);
    await hangUp(citizen);
    await finish(clerk);
    const { path, timeline } = await stack.recording();
    for (const leg of timeline.legs.filter((one) => one.source === 'camera')) {
      const file = join(path, leg.file);
      const marks = (await counters(file)).filter((frame) => frame.counter !== null && frame.counter % markEvery === 0);
      const sounds = beeps(await voice(file));
      const offsets = marks
        .map((mark) => sounds.map((sound) => sound - mark.time).sort((a, b) => Math.abs(a) - Math.abs(b))[0])
        .filter((offset) => Math.abs(offset) < 0.5);
      assert.ok(offsets.length >= 10, `${leg.file}: ${offsets.length} of ${marks.length} marks have a beep nearby, ${sounds.length} beeps`);
      const step = (offsets.length - 1) / 9;
      const points = Array.from({ length: 10 }, (_, i) => offsets[Math.round(i * step)]);
      console.log(`# ${leg.role}: A/V offsets ${points.map((offset) => (offset * 1000).toFixed(0)).join(' ')} ms`);
      for (const offset of points) assert.ok(Math.abs(offset) <= bar, `${leg.file}: ${(offset * 1000).toFixed(0)} ms`);
    }
  });
});
