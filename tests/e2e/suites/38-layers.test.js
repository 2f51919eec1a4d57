/* Two people on different lines look at one camera: the wide line shows it whole, the narrow one small and smooth, at the same moment. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { Party, desk } from '../lib/browser.js';
import { Stack } from '../lib/daemon.js';
import { Network } from '../lib/network.js';
import { connect, hangUp, recordingRuns, seen, seesOther, signIn, takeNumber } from '../lib/scenario.js';
import { until } from '../lib/wait.js';

const [width, height] = [1280, 720];
const clerkSender = 2;

/** The layers of the camera as its sender counts them: {l, h}. */
async function sent(party) {
  const rows = await party.page.evaluate(async () => {
    const stats = [...(await window.shipinban.pc.getStats()).values()].filter((s) => s.type === 'outbound-rtp' && s.rid);
    return stats.map(({ rid, active, framesEncoded, frameWidth, bytesSent, scalabilityMode }) => [rid, { active, framesEncoded, frameWidth, bytesSent, scalabilityMode }]);
  });
  return Object.fromEntries(rows);
}

async function watched(party) {
  await party.page.evaluate(() => window.e2e.watch('[data-testid="remote-video"]'));
  return (await seen(party, clerkSender)).at(-1);
}

describe('people on different lines', () => {
  let stack, citizen, clerk, helper, network;

  before(async () => {
    network = new Network(5);
    stack = await Stack.start();
    clerk = await signIn(stack, { width, height, grain: 0.05 });
    ({ citizen } = await takeNumber(stack, { toneHz: 0 }));
    await connect(citizen, clerk);
    await recordingRuns(citizen);
  });
  after(async () => {
    await Promise.all([citizen, clerk, helper].map((party) => party?.close()));
    await stack?.stop();
    await network?.stop();
  });

  it('two alone: one layer is sent, the small one is off', async () => {
    await seesOther(citizen, clerkSender, 50);
    const { l, h } = await sent(clerk);
    assert.ok(h.framesEncoded > 0 && h.active !== false, JSON.stringify(h));
    assert.ok(!l?.active, `the small layer should be off: ${JSON.stringify(l)}`);
    console.log(`# alone: ${JSON.stringify(h)}`);
  });

  it('a third person on 300 kbit/s sees it small, and the other one goes on seeing it whole', async () => {
    await clerk.tap('invite');
    const link = await (await clerk.shows('invite-url')).inputValue();
    await clerk.page.keyboard.press('Escape');
    helper = await Party.open(link, { viewport: desk, sender: 3, toneHz: 550, network });
    await helper.tap('notice-accept');
    await helper.shows('call-screen');
    await seesOther(helper, clerkSender, 10);
    const narrowed = Date.now();
    await network.set('down', { rate_bps: 300000, queue_ms: 1000, delay_ms: 20 });
    await until(async () => {
      const [wide, narrow, { l, h }] = await Promise.all([watched(citizen), watched(helper), sent(clerk)]);
      return narrow?.width === l?.frameWidth && wide?.width === h.frameWidth && Date.now() - narrow.time < 1000 && Date.now() - wide.time < 1000;
    }, 'a small picture beside a whole one', 40000).catch(async (error) => {
      throw new Error(`${error.message}: wide ${JSON.stringify(await watched(citizen))}, narrow ${JSON.stringify(await watched(helper))}, sent ${JSON.stringify(await sent(clerk))}`);
    });
    console.log(`# ${((Date.now() - narrowed) / 1000).toFixed(1)} s after the line became narrow: ${(await watched(helper)).width} beside ${(await watched(citizen)).width}; sent ${JSON.stringify(await sent(clerk))}`);
  });

  it('the narrow picture is smooth, the wide one stays sharp', async () => {
    await network.forget();
    const since = Date.now();
    await Promise.all([seesOther(citizen, clerkSender, 150), seesOther(helper, clerkSender, 80, 40000)]);
    const gaps = async (party) => {
      const times = (await seen(party, clerkSender)).map((frame) => frame.time).filter((time) => time > since);
      return { fps: (times.length * 1000) / (times.at(-1) - times[0]), longest: Math.round(Math.max(...times.slice(1).map((time, i) => time - times[i]))) };
    };
    const [wide, narrow, { down }] = [await gaps(citizen), await gaps(helper), await network.stats()];
    console.log(`# wide ${wide.fps.toFixed(1)} fps, longest still ${wide.longest} ms; narrow ${narrow.fps.toFixed(1)} fps, longest still ${narrow.longest} ms, queue p95 ${down.queue_p95_ms} ms`);
    const [big, small] = [(await watched(citizen)).width, (await watched(helper)).width];
    assert.ok(small <= big / 2 && big >= width / 2, `${small} beside ${big}`);
    assert.ok(narrow.fps > 8, `${narrow.fps} pictures a second on the narrow line`);
    assert.ok(narrow.longest < 2000, `a still picture of ${narrow.longest} ms on the narrow line`);
  });

  it('when the narrow one leaves the small layer is off again', async () => {
    await hangUp(helper);
    await until(async () => (await sent(clerk)).l.active === false, 'the small layer to be off', 20000);
    const before = (await sent(clerk)).l.framesEncoded;
    await seesOther(citizen, clerkSender, 25);
    assert.equal((await sent(clerk)).l.framesEncoded, before);
  });

  it('the recording has the whole picture in one piece', async () => {
    await hangUp(citizen);
    const { timeline } = await stack.recording();
    const legs = timeline.legs.filter((leg) => leg.role === 'clerk' && leg.source === 'camera');
    assert.equal(legs.length, 1, JSON.stringify(legs));
    assert.ok(legs[0].width >= width / 2 && legs[0].height >= height / 2, `${legs[0].width}x${legs[0].height}`);
  });
});
