/* A citizen on a bad network: loss, another address behind the NAT, a dead spot. The relay is on the citizen's leg. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { Stack } from '../lib/daemon.js';
import { Network } from '../lib/network.js';
import { connect, recordingRuns, seen, seesOther, signIn, takeNumber } from '../lib/scenario.js';
import { until } from '../lib/wait.js';

describe('a citizen on a bad network', () => {
  let stack, citizen, clerk, network;

  before(async () => {
    network = new Network(11);
    stack = await Stack.start();
    clerk = await signIn(stack, { grain: 0.3 });
    ({ citizen } = await takeNumber(stack, { network }));
    await network.set('both', { delay_ms: 20, jitter_ms: 5 });
    await connect(citizen, clerk);
    await recordingRuns(citizen);
  });
  after(async () => {
    await citizen?.close();
    await clerk?.close();
    await stack?.stop();
    await network?.stop();
  });

  /** Milliseconds from now until both have seen the other's picture go on, fresh by the counter. */
  const goesOn = async (since) => {
    const fresh = (party, sender) => until(async () => (await seen(party, sender)).find((frame) => frame.time > since)?.time, `a picture of ${sender} after the trouble`, 30000);
    const times = await Promise.all([fresh(citizen, 2), fresh(clerk, 1)]);
    return times.map((time) => Math.round(time - since));
  };

  it('sees and is seen through 5 % of loss both ways', async () => {
    await network.forget();
    await network.set('both', { loss: 0.05 });
    await Promise.all([seesOther(citizen, 2, 120), seesOther(clerk, 1, 120)]);
    const { up, down } = await network.stats();
    assert.ok(up.lost > 10 && down.lost > 10, `the relay lost ${up.lost} up, ${down.lost} down`);
    await network.set('both', { loss: 0 });
  });

  it('bends to a line of 300 kbit/s, and the voice stays whole', async () => {
    const voice = () => citizen.page.evaluate(async () => {
      const heard = [...(await window.shipinban.pc.getStats()).values()].filter((s) => s.type === 'inbound-rtp' && s.kind === 'audio');
      return { concealed: heard.reduce((sum, s) => sum + (s.concealedSamples ?? 0), 0), all: heard.reduce((sum, s) => sum + (s.totalSamplesReceived ?? 0), 0) };
    });
    const narrowed = Date.now();
    await network.set('down', { rate_bps: 300000, queue_ms: 1000 });
    await until(async () => {
      await network.forget();
      await seesOther(citizen, 2, 50);
      const { down } = await network.stats();
      return down.queue_full === 0 && down.queue_p95_ms < 300;
    }, 'the clerk\'s camera to fit into the citizen\'s line', 40000);
    const fitted = Date.now();
    await network.forget();
    const before = await voice();
    await seesOther(citizen, 2, 100);
    const { down } = await network.stats();
    const after = await voice();
    const concealed = (after.concealed - before.concealed) / (after.all - before.all);
    console.log(`# 300 kbit/s: fits after ${((fitted - narrowed) / 1000).toFixed(1)} s; then ${Math.round((down.bytes * 8) / (Date.now() - fitted))} kbit/s, queue p95 ${down.queue_p95_ms} ms, ${(concealed * 100).toFixed(2)} % of the voice concealed`);
    assert.equal(down.queue_full, 0);
    assert.ok(concealed < 0.02, `${concealed} of the voice concealed`);
    await network.set('down', { rate_bps: 0 });
  });

  it('goes on after the NAT gave it another port', async () => {
    const since = Date.now();
    await network.rebind();
    await Promise.all([seesOther(citizen, 2, 50), seesOther(clerk, 1, 50)]);
    const longest = async (party, sender) => {
      const times = (await seen(party, sender)).map((frame) => frame.time).filter((time) => time > since);
      return Math.round(Math.max(...times.slice(1).map((time, i) => time - times[i])));
    };
    console.log(`# rebind: the longest still picture was ${await longest(citizen, 2)} ms at the citizen's, ${await longest(clerk, 1)} ms at the clerk's`);
  });

  it('comes back by itself after ten seconds without network', async () => {
    const [card] = await Promise.all([citizen.shows('reconnect-card', 15000).then((place) => place.textContent()), network.dark(10000)]);
    assert.match(card, /正在恢复通话/);
    const [citizenMs, clerkMs] = await goesOn(Date.now());
    await Promise.all([seesOther(citizen, 2, 25), seesOther(clerk, 1, 25)]);
    console.log(`# black hole: citizen sees after ${citizenMs} ms, clerk after ${clerkMs} ms`);
  });
});
