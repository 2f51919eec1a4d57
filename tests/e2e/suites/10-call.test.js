/* The main job, on real media: a citizen and a clerk talk, the session is recorded, the file tells the same. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { Stack } from '../lib/daemon.js';
import { framesInJournal } from '../lib/journal.js';
import { counters, decodeErrors, strongestTone, voice } from '../lib/media.js';
import { citizenTone, clerkTone, connect, finish, hangUp, hears, recordingRuns, seen, seesOther, signIn, takeNumber } from '../lib/scenario.js';

for (const codec of ['vp8', 'h264']) {
  describe(`a call in ${codec}`, () => {
    let stack, citizen, clerk;
    const shown = {};

    before(async () => {
      stack = await Stack.start({ media: { video_codecs: codec === 'vp8' ? 'vp8;h264' : 'h264;vp8' } });
    });
    after(async () => {
      await citizen?.close();
      await clerk?.close();
      await stack?.stop();
    });

    it('links a number to a window', async () => {
      clerk = await signIn(stack);
      ({ citizen } = await takeNumber(stack));
      await citizen.shot(`${codec}-citizen-waiting`);
      await clerk.shot(`${codec}-clerk-queue`);
      const ms = await connect(citizen, clerk);
      console.log(`# ${codec}: 进入 to both pictures ${ms} ms`);
      await recordingRuns(citizen);
      await recordingRuns(clerk);
    });

    it('carries painted counters both ways, rising', async () => {
      await Promise.all([seesOther(citizen, 2, 100), seesOther(clerk, 1, 100)]);
      for (const [party, sender] of [[citizen, 2], [clerk, 1]]) {
        const rows = await seen(party, sender);
        for (let i = 1; i < rows.length; i++) assert.ok(rows[i].counter >= rows[i - 1].counter, `counter ${rows[i].counter} after ${rows[i - 1].counter}`);
      }
    });

    it('carries each voice to the other side', async () => {
      await hears(citizen, clerkTone);
      await hears(clerk, citizenTone);
    });

    it('keeps decoding when the picture changes its size three times', async () => {
      for (const [width, height] of [[320, 180], [360, 640], [640, 360]]) {
        await citizen.page.evaluate(([w, h]) => window.e2e.setPictureSize(w, h), [width, height]);
        const rows = await seesOther(clerk, 1, 40);
        const last = rows.at(-1);
        assert.equal(last.width > last.height, width > height, `the shape of ${width}x${height} arrived`);
      }
      await citizen.shot(`${codec}-citizen-call`);
      await clerk.shot(`${codec}-clerk-call`);
    });

    it('ends with a result', async () => {
      shown.citizen = await seen(clerk, 1);
      shown.clerk = await seen(citizen, 2);
      await hangUp(citizen);
      await finish(clerk);
      await citizen.shows('thank-you');
      await citizen.shot(`${codec}-citizen-done`);
    });

    it('is recorded whole: every counter that was shown, no decode error, the right voice', async () => {
      const { path, timeline } = await stack.recording();
      const legs = timeline.legs.filter((leg) => leg.source === 'camera');
      assert.deepEqual(legs.map((leg) => leg.role).sort(), ['citizen', 'clerk']);
      for (const leg of legs) {
        const file = join(path, leg.file);
        assert.equal(leg.codec.toLowerCase(), codec);
        assert.equal(await decodeErrors(file), '');
        const frames = await counters(file);
        const inFile = new Set(frames.map((frame) => frame.counter).filter((counter) => counter !== null));
        const wanted = [...new Set(shown[leg.role].map((row) => row.counter))];
        const missing = wanted.filter((counter) => !inFile.has(counter));
        assert.ok(missing.length <= wanted.length * 0.01, `${leg.role}: ${missing.length} of ${wanted.length} shown counters are missing from ${leg.file}`);
        const journal = await framesInJournal(path, timeline, leg);
        assert.ok(frames.length >= journal * 0.99, `${leg.role}: ${frames.length} frames in the file, ${journal} in the journal`);
        const tone = strongestTone(await voice(file), [citizenTone, clerkTone]);
        assert.equal(tone.hz, leg.role === 'citizen' ? citizenTone : clerkTone);
        assert.ok(tone.ratio > 10, `the tone stands out (${tone.ratio.toFixed(1)})`);
      }
    });
  });
}
