/* Firefox with Chromium through the real pages, once on each side, once where the preferred codec is one that Firefox lacks. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { Party } from '../lib/browser.js';
import { Stack } from '../lib/daemon.js';
import { FirefoxParty, hasFirefox } from '../lib/firefox.js';
import { counters, decodeErrors, strongestTone, voice } from '../lib/media.js';
import { namespace } from '../lib/namespace.js';
import { citizenTone, clerkTone, connect, finish, hangUp, hears, recordingRuns, seen, seesOther, signIn, takeNumber } from '../lib/scenario.js';

const net = hasFirefox ? namespace(fileURLToPath(import.meta.url)) : { why: 'there is no Firefox' };

function call(title, { citizenIn, clerkIn, codecs, prefix }) {
  describe(title, () => {
    let stack, citizen, clerk;
    const shown = {};

    before(async () => {
      stack = await Stack.start({ server: { listen: net.address }, media: { listen: net.address, video_codecs: codecs } });
      [clerk, { citizen }] = await Promise.all([signIn(stack, { engine: clerkIn }), takeNumber(stack, { engine: citizenIn })]);
    });
    after(async () => {
      await citizen?.close();
      await clerk?.close();
      await stack?.stop();
    });

    it('is seen and recorded on both sides', async () => {
      await connect(citizen, clerk);
      await recordingRuns(citizen);
      await recordingRuns(clerk);
      await Promise.all([seesOther(citizen, 2, 60), seesOther(clerk, 1, 60)]);
    });

    it('is heard on both sides', async () => {
      await Promise.all([hears(citizen, clerkTone), hears(clerk, citizenTone)]);
    });

    it('is recorded: what was shown, and both voices', async () => {
      await citizen.shot(`${prefix}-citizen`);
      await clerk.shot(`${prefix}-clerk`);
      shown.citizen = await seen(clerk, 1);
      shown.clerk = await seen(citizen, 2);
      await hangUp(citizen);
      await finish(clerk);
      const { path, timeline } = await stack.recording();
      for (const role of ['citizen', 'clerk']) {
        const legs = timeline.legs.filter((leg) => leg.source === 'camera' && leg.role === role);
        const inFiles = new Set();
        for (const leg of legs) {
          const file = join(path, leg.file);
          assert.equal(await decodeErrors(file), '');
          for (const frame of await counters(file)) inFiles.add(frame.counter);
        }
        assert.equal(legs.at(-1).codec.toLowerCase(), 'vp8', `${role}: ${legs.map((leg) => leg.codec)}`);
        const wanted = [...new Set(shown[role].map((row) => row.counter))];
        const missing = wanted.filter((counter) => !inFiles.has(counter));
        assert.ok(missing.length <= wanted.length * 0.01, `${role}: ${missing.length} of ${wanted.length} shown counters are missing`);
        const tone = strongestTone(await voice(join(path, legs.at(-1).file)), [citizenTone, clerkTone]);
        assert.equal(tone.hz, role === 'citizen' ? citizenTone : clerkTone);
      }
    });
  });
}

if (net.why) {
  describe('Firefox', () => {
    it('talks with Chromium', { skip: net.why });
  });
} else if (net.address) {
  call('a citizen in Firefox', { citizenIn: FirefoxParty, clerkIn: Party, codecs: 'vp8;h264', prefix: 'firefox-citizen' });
  call('a clerk in Firefox, where H.264 is preferred', { citizenIn: Party, clerkIn: FirefoxParty, codecs: 'h264;vp8', prefix: 'firefox-clerk' });
}
