/* kill -9 in mid-session: what was recorded is found and rendered. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { Stack } from '../lib/daemon.js';
import { counters, decodeErrors, probe } from '../lib/media.js';
import { connect, finish, hangUp, recordingRuns, seen, seesOther, signIn, takeNumber } from '../lib/scenario.js';

async function inCall(act) {
  const stack = await Stack.start();
  let citizen, clerk;
  try {
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

/** Every party's file is sound and reaches to within 250 ms of the last counter seen before `until`. */
async function holdsUntil({ path, timeline }, shown) {
  assert.deepEqual(timeline.legs.filter((leg) => leg.source === 'camera').map((leg) => leg.role).sort(), ['citizen', 'clerk']);
  for (const leg of timeline.legs.filter((one) => one.source === 'camera')) {
    const file = join(path, leg.file);
    assert.equal(await decodeErrors(file), '');
    const last = (await counters(file)).filter((frame) => frame.counter !== null).at(-1).counter;
    const wanted = shown[leg.role].at(-1).counter;
    const missingMs = Math.max(0, wanted - last) * 40; /* painted at 25 a second */
    console.log(`# ${leg.role}: last picture ${missingMs} ms before the kill, ${Number((await probe(file)).format.duration).toFixed(2)} s`);
    assert.ok(missingMs <= 250, `${leg.file} ends ${missingMs} ms early`);
  }
}

describe('kill -9', () => {
  it('of the daemon in mid-session: the journal is found and rendered', async () => {
    await inCall(async (stack, citizen, clerk) => {
      const shown = { citizen: await seen(clerk, 1), clerk: await seen(citizen, 2) };
      await stack.daemon.stop('SIGKILL');
      await stack.startDaemon();
      const recording = await stack.recording();
      await holdsUntil(recording, shown);
      assert.equal(recording.timeline.end_reason, 'server_restart');
      const cut = recording.timeline.gaps.filter((gap) => gap.cause === 'RESTART' && gap.source === 'camera');
      assert.equal(cut.length, 2, 'the restart stands at the end of both sides');
      assert.ok(cut.every((gap) => gap.start_ms === recording.timeline.duration_ms));
    });
  });

  it('of the recorder in mid-session: the call does not notice, the next one renders', async () => {
    await inCall(async (stack, citizen, clerk) => {
      await stack.recorder.stop('SIGKILL');
      await Promise.all([seesOther(citizen, 2, 50), seesOther(clerk, 1, 50)]);
      const shown = { citizen: await seen(clerk, 1), clerk: await seen(citizen, 2) };
      await hangUp(citizen);
      await finish(clerk);
      await stack.startRecorder();
      await holdsUntil(await stack.recording(), shown);
    });
  });
});
