/* Lost packets: how the voice stands it with redundancy and without, and that the recording has at least what was heard. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { Stack } from '../lib/daemon.js';
import { decodeErrors, voiceMissing } from '../lib/media.js';
import { Network } from '../lib/network.js';
import { connect, finish, hangUp, recordingRuns, seen, seesOther, signIn, takeNumber } from '../lib/scenario.js';
import { until } from '../lib/wait.js';

const frameSamples = 960; // a packet of 20 ms

/** What a page heard and saw since it joined. */
const received = (party) => party.page.evaluate(async () => {
  const inbound = [...(await window.shipinban.pc.getStats()).values()].filter((one) => one.type === 'inbound-rtp');
  const sum = (kind, name) => inbound.filter((one) => one.kind === kind).reduce((all, one) => all + (one[name] ?? 0), 0);
  return {
    concealed: sum('audio', 'concealedSamples'), samples: sum('audio', 'totalSamplesReceived'), lost: sum('audio', 'packetsLost'), packets: sum('audio', 'packetsReceived'),
    bufferS: sum('audio', 'jitterBufferDelay'), emitted: sum('audio', 'jitterBufferEmittedCount'),
    freezes: sum('video', 'freezeCount'), frozenS: sum('video', 'totalFreezesDuration'),
  };
});

/** The formats of the voice that a page sends, as both sides agreed. */
const sentVoice = (party) => party.page.evaluate(async () => {
  const stats = await window.shipinban.pc.getStats();
  const voice = [...stats.values()].find((one) => one.type === 'outbound-rtp' && one.kind === 'audio');
  return stats.get(voice.codecId).mimeType;
});

/** Until the page has played so many seconds of voice more. */
async function listen(party, seconds) {
  const { samples } = await received(party);
  return until(async () => {
    const now = await received(party);
    return now.samples - samples >= seconds * 48000 && now;
  }, `${seconds} s of voice`, (seconds + 40) * 1000);
}

const since = (then, now) => Object.fromEntries(Object.keys(now).map((name) => [name, now[name] - then[name]]));
const concealment = ({ concealed, samples }) => concealed / samples;

/* What was concealed, by loss, leg and redundancy. */
const concealed = new Map();

function call({ red, losses, seconds }) {
  describe(`a voice ${red ? 'with' : 'without'} redundancy, packets lost both ways`, () => {
    let stack, citizen, clerk, network;

    before(async () => {
      network = new Network(23);
      stack = await Stack.start();
      clerk = await signIn(stack, { red });
      ({ citizen } = await takeNumber(stack, { network, red }));
      await network.set('both', { delay_ms: 20, jitter_ms: 5 });
      await connect(citizen, clerk);
      await recordingRuns(citizen);
      await listen(citizen, 3); // the jitter buffers have settled
    });
    after(async () => {
      await citizen?.close();
      await clerk?.close();
      await stack?.stop();
      await network?.stop();
    });

    it(`sends ${red ? 'red' : 'plain Opus'}`, async () => {
      assert.equal((await sentVoice(citizen)).toLowerCase(), 'audio/opus');
      const { sdp } = await citizen.page.evaluate(() => ({ sdp: window.shipinban.pc.remoteDescription.sdp }));
      assert.equal(/red\/48000/.test(sdp), red);
    });

    for (const loss of losses)
      it(`${loss * 100} % lost`, async () => {
        const before = await Promise.all([received(citizen), received(clerk)]);
        const { packets: { recovered: recoveredBefore } } = await stack.health();
        await network.set('both', { loss });
        const after = await Promise.all([listen(citizen, seconds), listen(clerk, seconds)]);
        await network.set('both', { loss: 0 });
        const { packets: { recovered } } = await stack.health();
        const [down, up] = after.map((now, i) => since(before[i], now));
        for (const [leg, heard] of [['receiver\'s leg', down], ['sender\'s leg', up]]) {
          concealed.set(`${leg} ${loss} ${red}`, concealment(heard));
          console.log(`# ${loss * 100} % on the ${leg}, ${red ? 'RED' : 'no RED'}: ${(concealment(heard) * 100).toFixed(2)} % of the voice concealed (${heard.lost} of ${heard.lost + heard.packets} packets missing), ${heard.freezes} still pictures, ${heard.frozenS.toFixed(1)} s; jitter buffer ${Math.round((heard.bufferS / heard.emitted) * 1000)} ms`);
        }
        if (red && loss) {
          console.log(`# ${recovered - recoveredBefore} voice packets mended by the server`);
          assert.ok(recovered > recoveredBefore, 'the server mended nothing');
        }
        await Promise.all([seesOther(citizen, 2, 10), seesOther(clerk, 1, 10)]);
      });

    it('is recorded at least as whole as it was heard', async () => {
      const heard = await received(clerk);
      assert.ok((await seen(clerk, 1)).length > 100);
      await hangUp(citizen);
      await finish(clerk);
      const { path, timeline } = await stack.recording();
      const leg = timeline.legs.find((one) => one.role === 'citizen' && one.source === 'camera');
      const missing = await voiceMissing(join(path, leg.file));
      console.log(`# recorded: ${leg.audio_packets} voice packets, ${missing} missing, ${leg.repaired} of voice and picture repaired; the clerk's page missed ${heard.lost} and concealed ${heard.concealed} samples, as many as in ${Math.round(heard.concealed / frameSamples)} packets`);
      assert.equal(await decodeErrors(join(path, leg.file)), '');
      assert.ok(leg.repaired > 0);
      assert.ok(missing <= heard.lost, `${missing} packets missing in the file, ${heard.lost} at the clerk's`);
      /* A page joins the ends around a loss, the longer the more: only single packets cost it about their length. */
      if (red) assert.ok(missing * frameSamples <= heard.concealed * 1.25 + 2 * frameSamples, `${missing} packets missing in the file, ${heard.concealed} samples concealed at the clerk's`);
    });
  });
}

const losses = [0, 0.05, 0.15];
call({ red: true, seconds: 20, losses });
call({ red: false, seconds: 20, losses });

it('is heard far better with redundancy', () => {
  for (const leg of ['receiver\'s leg', 'sender\'s leg'])
    assert.ok(concealed.get(`${leg} 0.15 true`) < concealed.get(`${leg} 0.15 false`) * 0.6, [...concealed].join('\n'));
});
