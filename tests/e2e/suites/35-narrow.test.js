/* A citizen's line that carries a voice and no picture: both are told in words, the voice goes on, the picture comes back by itself. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { Stack } from '../lib/daemon.js';
import { Network } from '../lib/network.js';
import { clerkTone, connect, hears, recordingRuns, seen, seesOther, signIn, takeNumber } from '../lib/scenario.js';
import { until } from '../lib/wait.js';

describe('a line too narrow for a picture', () => {
  let stack, citizen, clerk, network;

  before(async () => {
    network = new Network(5);
    stack = await Stack.start();
    [clerk, { citizen }] = await Promise.all([signIn(stack, { grain: 0.3 }), takeNumber(stack, { network, elder: true })]);
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

  /* 48000 samples are a second of the voice that the citizen hears. */
  const voice = () => citizen.page.evaluate(async () => {
    const heard = [...(await window.shipinban.pc.getStats()).values()].filter((one) => one.type === 'inbound-rtp' && one.kind === 'audio');
    return { concealed: heard.reduce((sum, one) => sum + (one.concealedSamples ?? 0), 0), all: heard.reduce((sum, one) => sum + (one.totalSamplesReceived ?? 0), 0) };
  });
  const says = (party, id, pattern, what, ms) => until(async () => {
    const place = party.byTestId(id).first();
    return (await place.isVisible()) && pattern.test((await place.textContent()).trim());
  }, what, ms);

  it('is told of on both pages', async () => {
    const narrowed = Date.now();
    await network.set('down', { rate_bps: 100000, queue_ms: 1000 });
    await Promise.all([
      says(citizen, 'narrow-card', /^网络较慢，已暂停画面，声音继续$/, 'the citizen to be told', 20000),
      says(clerk, 'status-line', /网络较慢，已暂停画面，声音继续/, 'the clerk to be told', 20000),
    ]);
    console.log(`# 100 kbit/s: told after ${((Date.now() - narrowed) / 1000).toFixed(1)} s`);
  });

  const heardOn = (before, seconds) => until(async () => {
    const now = await voice();
    return now.all - before.all > seconds * 48000 && now;
  }, `${seconds} seconds of the voice`, 30000);

  it('carries the voice on, whole and in time', async () => {
    /* What pictures had left before the line goes at the pace that the voice leaves to it. */
    const since = Date.now();
    const before = await until(async () => {
      await network.forget();
      const now = await heardOn(await voice(), 1);
      return (await network.stats()).down.queue_p95_ms < 300 && now;
    }, 'the voice to come in time again', 40000);
    console.log(`# the voice is in time again after ${((Date.now() - since) / 1000).toFixed(1)} s`);
    await network.forget();
    const shown = (await seen(citizen, 2)).length;
    const after = await heardOn(before, 5);
    await hears(citizen, clerkTone);
    const concealed = (after.concealed - before.concealed) / (after.all - before.all);
    const { down } = await network.stats();
    console.log(`# paused: ${(concealed * 100).toFixed(2)} % of the voice concealed, queue p95 ${down.queue_p95_ms} ms, ${(await seen(citizen, 2)).length - shown} pictures`);
    assert.ok(concealed < 0.05, `${concealed} of the voice concealed`);
    assert.ok(down.queue_p95_ms < 500, `the voice waits for ${down.queue_p95_ms} ms`);
    await Promise.all([citizen.shot('narrow-citizen-elder'), clerk.shot('narrow-clerk')]);
    await citizen.page.evaluate(() => (document.documentElement.dataset.elder = 'false'));
    await citizen.shot('narrow-citizen');
  });

  it('gets its picture back by itself when it is wide again', async () => {
    const since = Date.now();
    await network.set('down', { rate_bps: 0 });
    await seesOther(citizen, 2, 25);
    console.log(`# wide again: a second of pictures after ${((Date.now() - since) / 1000).toFixed(1)} s`);
    await Promise.all([
      until(async () => !(await citizen.byTestId('narrow-card').first().isVisible()), 'the notice to go'),
      until(async () => !/已暂停画面/.test(await clerk.byTestId('status-line').first().textContent()), 'the clerk\'s notice to go'),
    ]);
    await seesOther(clerk, 1, 25);
  });
});
