/* What keeps one side from the call is said to the other in words, and written down: a phone call, another app in front, no network. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { Stack } from '../lib/daemon.js';
import { Network } from '../lib/network.js';
import { connect, finish, hangUp, recordingRuns, seen, seesOther, signIn, takeNumber } from '../lib/scenario.js';
import { until } from '../lib/wait.js';

/* What the system does to a page: the tests' tracks and document take it from here. */
const takeTracks = (party, taken) => party.page.evaluate((muted) => {
  for (const track of window.e2e.tracks.filter((one) => one.readyState === 'live')) {
    Object.defineProperty(track, 'muted', { value: muted, configurable: true });
    track.dispatchEvent(new Event(muted ? 'mute' : 'unmute'));
  }
}, taken);
const turnPage = (party, hidden) => party.page.evaluate((away) => {
  Object.defineProperty(document, 'hidden', { value: away, configurable: true });
  Object.defineProperty(document, 'visibilityState', { value: away ? 'hidden' : 'visible', configurable: true });
  document.dispatchEvent(new Event('visibilitychange'));
}, hidden);

describe('a call that is interrupted', () => {
  let stack, citizen, clerk, network;
  const since = {};

  before(async () => {
    network = new Network(12);
    stack = await Stack.start();
    clerk = await signIn(stack);
    ({ citizen } = await takeNumber(stack, { network }));
    await connect(citizen, clerk);
    await recordingRuns(citizen);
    await Promise.all([seesOther(citizen, 2, 25), seesOther(clerk, 1, 25)]);
  });
  after(async () => {
    await citizen?.close();
    await clerk?.close();
    await stack?.stop();
    await network?.stop();
  });

  const says = async (party, words, ms = 10000) => {
    const strip = await party.shows('interruption-strip', ms);
    await until(async () => words.test(await strip.textContent()), `${words} in place of "${await strip.textContent()}"`, ms);
  };
  const saysNothing = (party) => party.byTestId('interruption-strip').first().waitFor({ state: 'detached', timeout: 15000 });

  it('by a phone call: the clerk reads 对方来电中 and since when, then the citizen is back with a fresh microphone', async () => {
    const before = await citizen.page.evaluate(() => window.e2e.tracks.length);
    await takeTracks(citizen, true);
    await says(clerk, /对方来电中\s*00:0[1-9]/);
    await clerk.shot('interrupted-phone-call-clerk');
    await takeTracks(citizen, false);
    await saysNothing(clerk);
    await Promise.all([seesOther(citizen, 2, 25), seesOther(clerk, 1, 25)]);
    assert.ok((await citizen.page.evaluate(() => window.e2e.tracks.length)) > before, 'fresh tracks');
  });

  it('by another app in front', async () => {
    await turnPage(citizen, true);
    await says(clerk, /对方切到了后台/);
    await clerk.shot('interrupted-background-clerk');
    await turnPage(citizen, false);
    await saysNothing(clerk);
  });

  it('not by a clerk who looks something up in another window; but by one who is called', async () => {
    await turnPage(clerk, true);
    await takeTracks(clerk, true);
    await says(citizen, /对方切到了后台/);
    await turnPage(clerk, false);
    await says(citizen, /对方来电中/);
    await citizen.shot('interrupted-phone-call-citizen');
    await takeTracks(clerk, false);
    await saysNothing(citizen);
    await turnPage(clerk, true);
    await seesOther(citizen, 2, 50);
    assert.equal(await citizen.byTestId('interruption-strip').count(), 0);
    await turnPage(clerk, false);
  });

  it('by ten seconds without network: said within 3 s, gone when it is back', async () => {
    const dark = Date.now();
    const over = network.dark(10000);
    await says(clerk, /对方网络中断，正在恢复/, 15000);
    since.said = Date.now() - dark;
    await clerk.shot('interrupted-gone-clerk');
    await over;
    const back = Date.now();
    const fresh = await until(async () => (await seen(clerk, 1)).find((frame) => frame.time > back)?.time, 'the citizen again');
    await saysNothing(clerk);
    console.log(`# no network: said to the clerk after ${since.said} ms; seen again ${Math.round(fresh - back)} ms after the network`);
    assert.ok(since.said < 6000 && fresh - back < 4000);
    await Promise.all([seesOther(citizen, 2, 25), seesOther(clerk, 1, 25)]);
  });

  it('by the NAT while nothing is sent: muted, camera off, and the other side goes on', async () => {
    await takeTracks(citizen, false);
    await citizen.page.evaluate(async () => {
      for (const sender of window.shipinban.pc.getSenders()) await sender.replaceTrack(null);
    });
    const rebound = Date.now();
    await network.rebind();
    const fresh = await until(async () => (await seen(citizen, 2)).find((frame, i, all) => frame.time > rebound + 300 && all[i - 1] && frame.time - all[i - 1].time < 300)?.time, 'the clerk again', 15000);
    console.log(`# rebind with a silent uplink: the clerk moves again on the citizen's page after ${Math.round(fresh - rebound)} ms`);
    assert.ok(fresh - rebound < 12000);
  });

  it('is recorded with the causes', async () => {
    await hangUp(citizen);
    await finish(clerk);
    const { timeline } = await stack.recording();
    const { id } = timeline.participants.find((one) => one.role === 'citizen');
    const told = timeline.events.filter((one) => one.type === 'interruption' && one.participant === id);
    for (const cause of ['PHONE_CALL', 'BACKGROUND', 'NETWORK']) {
      const own = told.filter((one) => one.cause === cause);
      assert.ok(own.some((one) => one.state === 'begin') && own.some((one) => one.state === 'end'), `${cause}: ${JSON.stringify(told)}`);
    }
    const gap = timeline.gaps.find((one) => one.participant === id && one.source === 'mic' && one.cause === 'NETWORK');
    assert.ok(gap && Math.abs(gap.end_ms - gap.start_ms - 10000) < 3000, JSON.stringify(timeline.gaps));
    assert.ok(timeline.gaps.some((one) => one.participant === id && one.cause === 'PHONE_CALL'), JSON.stringify(timeline.gaps));
    console.log(`# timeline: ${timeline.gaps.filter((one) => one.participant === id).map((one) => `${one.source} ${one.cause} ${one.end_ms - one.start_ms} ms`).join(', ')}`);
  });
});
