/* kill -9 in mid-session: the call goes on, and what was recorded is rendered as one. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { Stack } from '../lib/daemon.js';
import { counters, decodeErrors, probe } from '../lib/media.js';
import { until } from '../lib/wait.js';
import { connect, finish, hangUp, recordingRuns, seen, seesOther, signIn, takeNumber } from '../lib/scenario.js';

async function inCall(act, { supervised = false } = {}) {
  const stack = await Stack.start();
  let citizen, clerk;
  try {
    if (supervised) await stack.startSupervised();
    clerk = await signIn(stack);
    ({ citizen } = await takeNumber(stack));
    await connect(citizen, clerk);
    await recordingRuns(citizen);
    await Promise.all([seesOther(citizen, 2, 150), seesOther(clerk, 1, 150)]);
    await act(stack, citizen, clerk);
  } finally {
    await citizen?.close();
    await clerk?.close();
    await stack.stop();
  }
}

const other = { citizen: 2, clerk: 1 };
const rounds = 5;
const barMs = 15000; /* generous: what was measured is printed */

/** Every party's file is sound and reaches to within 250 ms of the last counter seen before each kill in `shown`. */
async function holds({ path, timeline }, shown) {
  const cameras = timeline.legs.filter((leg) => leg.source === 'camera');
  assert.deepEqual(cameras.map((leg) => leg.role).sort(), ['citizen', 'clerk']);
  for (const leg of cameras) {
    const file = join(path, leg.file);
    assert.equal(await decodeErrors(file), '');
    const found = (await counters(file)).map((frame) => frame.counter).filter((counter) => counter !== null);
    assert.ok(found.every((counter, i) => i === 0 || counter >= found[i - 1]), `${leg.file}: counters rise`);
    for (const wanted of shown[leg.role]) {
      const missingMs = Math.max(0, wanted - found.findLast((counter) => counter <= wanted)) * 40; /* painted at 25 a second */
      console.log(`# ${leg.role}: last picture ${missingMs} ms before the kill, ${Number((await probe(file)).format.duration).toFixed(2)} s`);
      assert.ok(missingMs <= 250, `${leg.file} ends ${missingMs} ms early`);
    }
  }
}

const lastSeen = async (citizen, clerk) => ({
  citizen: (await seen(clerk, 1)).at(-1).counter,
  clerk: (await seen(citizen, 2)).at(-1).counter,
});

/** In the page: when the other's voice is decoded on a connection that is not the one of now. */
const listen = (party) => party.page.evaluate(() => {
  const before = window.shipinban.pc;
  window.e2e.heardAt = 0;
  const timer = setInterval(async () => {
    const { pc } = window.shipinban;
    if (!pc || pc === before) return;
    for (const one of (await pc.getStats()).values()) {
      if (one.type !== 'inbound-rtp' || one.kind !== 'audio' || !(one.totalAudioEnergy > 0)) continue;
      window.e2e.heardAt ||= performance.timeOrigin + performance.now();
      clearInterval(timer);
    }
  }, 50);
});

/** Milliseconds from the kill until `party` sees what `sender` painted after it, and hears again. */
async function backAfter(party, role, sender, killedAt) {
  return until(async () => {
    await party.page.evaluate(() => window.e2e.watch('[data-testid="remote-video"]'));
    const first = await sender.page.evaluate((at) => window.e2e.painted.find(([, time]) => time > at)?.[0], killedAt);
    const frame = first && (await seen(party, other[role])).find((one) => one.counter >= first);
    const heardAt = await party.page.evaluate(() => window.e2e.heardAt);
    return frame && heardAt && Math.max(frame.time, heardAt) - killedAt;
  }, `${role} sees and hears again\n${party.console.slice(-10).join('\n')}`, barMs);
}

const share = (sorted, part) => sorted[Math.min(sorted.length - 1, Math.ceil(sorted.length * part) - 1)];

describe('kill -9', () => {
  it(`of the daemon in mid-call, ${rounds} times: both see and hear again without a click, one recording holds it all`, async () => {
    await inCall(async (stack, citizen, clerk) => {
      const shown = { citizen: [], clerk: [] };
      const times = [];
      const id = await citizen.page.evaluate(() => window.shipinban.state.session.id);
      await clerk.fill('chat-input', '请出示身份证');
      await clerk.tap('chat-send');
      await until(async () => (await clerk.byTestId('chat-message').count()) === 1, 'the chat message');
      await clerk.fill('chat-input', '还没有发出的话');
      for (let round = 0; round < rounds; round += 1) {
        await Promise.all([seesOther(citizen, 2, 75), seesOther(clerk, 1, 75)]); /* 3 s: long enough to be settled */
        await Promise.all([listen(citizen), listen(clerk)]);
        const last = await lastSeen(citizen, clerk);
        const killedAt = await stack.killSupervised();
        const ms = await Promise.all([
          backAfter(citizen, 'citizen', clerk, killedAt),
          backAfter(clerk, 'clerk', citizen, killedAt),
        ]);
        shown.citizen.push(last.citizen);
        shown.clerk.push(last.clerk);
        times.push(...ms);
        console.log(`# kill ${round + 1}: citizen ${ms[0].toFixed(0)} ms, clerk ${ms[1].toFixed(0)} ms`);
      }
      times.sort((a, b) => a - b);
      console.log(`# from kill -9 to picture and voice both ways, ${times.length} sides: p50 ${share(times, 0.5).toFixed(0)} ms, p95 ${share(times, 0.95).toFixed(0)} ms`);
      assert.equal(await citizen.page.evaluate(() => window.shipinban.state.session.id), id);
      assert.equal(await clerk.byTestId('chat-message').count(), 1, 'the chat is still there');
      const typed = clerk.byTestId('chat-input').first();
      assert.equal(await typed.evaluate((one) => (one.querySelector('input, textarea') ?? one).value), '还没有发出的话');
      await recordingRuns(citizen);
      await hangUp(citizen);
      await finish(clerk);
      const recording = await stack.recording();
      assert.equal((await stack.recordings()).length, 1);
      await holds(recording, shown);
      assert.equal(recording.timeline.end_reason, 'hangup_citizen');
      const gaps = recording.timeline.gaps.filter((gap) => gap.cause === 'RESTART' && gap.source === 'camera');
      /* a slow start may leave a second hole behind one */
      for (const { id: who } of recording.timeline.participants)
        assert.ok(gaps.filter((gap) => gap.participant === who).length >= rounds, JSON.stringify(recording.timeline.gaps));
      assert.equal(recording.manifest.journal.length, rounds + 1);
      assert.ok(recording.manifest.journal.every((part) => part.chain_ok));
    }, { supervised: true });
  });

  it('of the daemon, and a page that is reloaded while it is dead: both see each other again', async () => {
    await inCall(async (stack, citizen, clerk) => {
      await stack.daemon.stop('SIGKILL');
      const killedAt = Date.now();
      await stack.startDaemon();
      await citizen.page.reload();
      await Promise.all([seesOther(citizen, 2, 25), seesOther(clerk, 1, 25)]);
      console.log(`# from kill -9 and a reload to 25 more pictures both ways: ${Date.now() - killedAt} ms`);
      await hangUp(citizen);
      await finish(clerk);
      const { timeline } = await stack.recording();
      assert.equal(timeline.end_reason, 'hangup_citizen');
      assert.ok(timeline.gaps.some((gap) => gap.cause === 'RESTART' && gap.source === 'camera'));
    });
  });

  it('of the recorder in mid-session: the call does not notice, the next one renders', async () => {
    await inCall(async (stack, citizen, clerk) => {
      await stack.recorder.stop('SIGKILL');
      await Promise.all([seesOther(citizen, 2, 50), seesOther(clerk, 1, 50)]);
      const last = await lastSeen(citizen, clerk);
      await hangUp(citizen);
      await finish(clerk);
      await stack.startRecorder();
      await holds(await stack.recording(), { citizen: [last.citizen], clerk: [last.clerk] });
    });
  });
});
