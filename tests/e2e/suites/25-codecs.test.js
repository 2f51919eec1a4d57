/* Codecs that change in mid-call, encoders that give nothing, browsers with nothing in common. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { afterEach, describe, it } from 'node:test';
import { Stack } from '../lib/daemon.js';
import { beeps, counters, decodeErrors, voice } from '../lib/media.js';
import { citizenTone, clerkTone, connect, finish, hangUp, hears, recordingRuns, seen, seesOther, signIn, takeNumber } from '../lib/scenario.js';
import { markEvery } from '../lib/timecode.js';
import { until } from '../lib/wait.js';

/** The codec ("VP8") in which the page receives the picture that it shows. */
async function receivedCodec(party) {
  return party.page.evaluate(async () => {
    const stats = [...(await window.shipinban.pc.getStats()).values()];
    const flow = stats.filter((one) => one.type === 'inbound-rtp' && one.kind === 'video').sort((a, b) => b.framesDecoded - a.framesDecoded)[0];
    return stats.find((one) => one.id === flow?.codecId)?.mimeType.split('/')[1] ?? null;
  });
}

/** The page's own camera goes over to another codec, all its sizes at once, without an offer. */
async function sendIn(party, codec) {
  await party.page.evaluate(async (wanted) => {
    const sender = window.shipinban.pc.getSenders().find((one) => one.track?.kind === 'video');
    const parameters = sender.getParameters();
    const codec = parameters.codecs.find((one) => one.mimeType.toLowerCase() === `video/${wanted}`);
    for (const encoding of parameters.encodings) encoding.codec = codec;
    await sender.setParameters(parameters);
  }, codec);
}

/** Before the call: this page knows one codec for pictures only, in these directions. */
async function knowOnly(party, codec, directions = ['sendonly', 'recvonly']) {
  await party.page.evaluate(({ only, ways }) => {
    const add = RTCPeerConnection.prototype.addTransceiver;
    RTCPeerConnection.prototype.addTransceiver = function (kind, init) {
      const transceiver = add.call(this, kind, init);
      const side = init.direction === 'sendonly' ? RTCRtpSender : RTCRtpReceiver;
      if (kind === 'video' && ways.includes(init.direction)) transceiver.setCodecPreferences(side.getCapabilities('video').codecs.filter((one) => one.mimeType.toLowerCase() === `video/${only}`));
      return transceiver;
    };
  }, { only: codec, ways: directions });
}

/** Before the call: this page's figures are those of a device whose encoder for one codec gives nothing. */
async function breakEncoder(party, codec) {
  await party.page.evaluate((broken) => {
    const real = RTCPeerConnection.prototype.getStats;
    RTCPeerConnection.prototype.getStats = async function (...args) {
      const stats = new Map(await real.apply(this, args));
      for (const [id, one] of stats)
        if (one.type === 'outbound-rtp' && stats.get(one.codecId)?.mimeType.toLowerCase() === `video/${broken}`) stats.set(id, { ...one, framesEncoded: 0 });
      return stats;
    };
  }, codec);
}

/** Of the camera's legs of one role: what was painted when, on the session's own clock. */
async function framesOf(recording, legs) {
  const frames = [];
  for (const leg of legs) {
    const file = join(recording.path, leg.file);
    assert.equal(await decodeErrors(file), '', leg.file);
    for (const frame of await counters(file)) if (frame.counter !== null) frames.push({ counter: frame.counter, ms: leg.start_ms + frame.time * 1000 });
  }
  return frames;
}

describe('codecs', () => {
  let stack, citizen, clerk;

  const begin = async (options = {}) => {
    stack = await Stack.start(options.settings ?? {});
    [clerk, { citizen }] = await Promise.all([signIn(stack), takeNumber(stack, options.citizen ?? {})]);
  };
  const enter = async () => {
    await clerk.shows('queue-row');
    await clerk.tap('next');
    await citizen.tap('enter-call');
  };
  afterEach(async () => {
    await citizen?.close();
    await clerk?.close();
    await stack?.stop();
    citizen = clerk = stack = null;
  });

  it('change in mid-call: the other side sees on, and the recording goes on in another file on the same clock', async () => {
    await begin();
    await connect(citizen, clerk);
    await recordingRuns(citizen);
    for (const codec of ['VP8', 'H264', 'VP8']) {
      await sendIn(citizen, codec.toLowerCase());
      await until(async () => (await receivedCodec(clerk)) === codec, `a picture in ${codec}`);
      await seesOther(clerk, 1, 75);
    }
    const rows = await seen(clerk, 1);
    for (let i = 1; i < rows.length; i++) assert.ok(rows[i].counter >= rows[i - 1].counter, `counter ${rows[i].counter} after ${rows[i - 1].counter}`);
    await hangUp(citizen);
    await finish(clerk);
    const recording = await stack.recording();
    const legs = recording.timeline.legs.filter((leg) => leg.source === 'camera' && leg.role === 'citizen');
    assert.deepEqual(legs.map((leg) => leg.codec.toLowerCase()), ['vp8', 'h264', 'vp8']);
    assert.equal(recording.timeline.legs.filter((leg) => leg.role === 'clerk').length, 1, 'the other side is not cut');
    const frames = await framesOf(recording, legs);
    const inFiles = new Set(frames.map((frame) => frame.counter));
    const wanted = [...new Set(rows.map((row) => row.counter))];
    const missing = wanted.filter((counter) => !inFiles.has(counter));
    assert.ok(missing.length <= wanted.length * 0.01, `${missing.length} of ${wanted.length} shown counters are missing`);
    for (let i = 1; i < frames.length; i++) assert.ok(frames[i].counter >= frames[i - 1].counter && frames[i].ms > frames[i - 1].ms, `${JSON.stringify(frames[i - 1])} then ${JSON.stringify(frames[i])}`);
    for (const leg of legs) {
      const file = join(recording.path, leg.file);
      const sounds = beeps(await voice(file));
      const marks = (await counters(file)).filter((frame) => frame.counter !== null && frame.counter % markEvery === 0);
      const offsets = marks.map((mark) => sounds.map((sound) => sound - mark.time).sort((a, b) => Math.abs(a) - Math.abs(b))[0]).filter((offset) => Math.abs(offset) < 0.5);
      console.log(`# ${leg.file}: A/V offsets ${offsets.map((offset) => (offset * 1000).toFixed(0)).join(' ')} ms`);
      assert.ok(offsets.length > 0 && offsets.every((offset) => Math.abs(offset) <= 0.08), leg.file);
    }
  });

  it('of an encoder that gives nothing are left for the next', async () => {
    await begin();
    await breakEncoder(citizen, 'vp8');
    const joined = Date.now();
    await connect(citizen, clerk);
    await until(async () => (await receivedCodec(clerk)) === 'H264', 'a picture in the next codec');
    console.log(`# another codec ${Date.now() - joined} ms after 进入`);
    await seesOther(clerk, 1, 50);
    assert.match(stack.daemon.output, /gives no pictures in VP8/);
    assert.equal(await receivedCodec(citizen), 'VP8', 'the other side is not concerned');
    await seesOther(citizen, 2, 25);
    await hangUp(citizen);
  });

  it('that one side lacks leave the voice, and both pages say who cannot see whom', async () => {
    await begin({ citizen: { lang: 'en' } });
    await knowOnly(citizen, 'h264', ['sendonly']);
    await knowOnly(clerk, 'vp8');
    await enter();
    assert.match(await (await citizen.shows('unseen-note')).textContent(), /cannot show your picture/);
    await clerk.page.getByText('画面格式这里播放不了').waitFor();
    await seesOther(citizen, 2, 25);
    await Promise.all([hears(citizen, clerkTone), hears(clerk, citizenTone)]);
    await citizen.shot('codecs-unseen-citizen-en');
    await hangUp(citizen);
  });

  it('without one in common leave the voice, and both pages say why there is no picture', async () => {
    await begin();
    await knowOnly(citizen, 'h264');
    await knowOnly(clerk, 'vp8');
    await enter();
    assert.match(await (await citizen.shows('codec-card')).textContent(), /互相看不到画面/);
    await clerk.page.getByText('互相看不到画面').waitFor();
    await Promise.all([hears(citizen, clerkTone), hears(clerk, citizenTone)]);
    await citizen.shot('codecs-none-citizen');
    await clerk.shot('codecs-none-clerk');
    await hangUp(citizen);
  });
});
