/* A restart for maintenance in mid-call: both pages say so beforehand, the call ends in words and on record, the next run takes up the line. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { Party, desk, phone } from '../lib/browser.js';
import { Stack } from '../lib/daemon.js';
import { framesInJournal } from '../lib/journal.js';
import { counters, decodeErrors } from '../lib/media.js';
import { connect, finish, hangUp, recordingRuns, seen, seesOther, signIn, takeNumber } from '../lib/scenario.js';
import { until } from '../lib/wait.js';

const drainMs = 15000; /* what is looked at meanwhile takes a few seconds */
const lateMs = 5000; /* for the goodbyes, and a busy machine */

/** The page in both widths, for people to look at. */
async function shots(party, name) {
  const own = party.page.viewportSize();
  for (const [width, size] of [[390, phone], [1440, desk]]) {
    await party.page.setViewportSize(size);
    await party.shot(`drain-${name}-${width}`);
  }
  await party.page.setViewportSize(own);
}

const says = (party, id, words, ms = 5000) =>
  until(async () => words.test(await (await party.shows(id)).textContent()), `${words} in ${id}`, ms);

describe('a daemon that is told to stop in mid-call', () => {
  let stack, citizen, clerk, waiting, late, number, termAt, deadlineAt;
  const shown = {};

  before(async () => {
    stack = await Stack.start({ server: { drain_ms: drainMs } });
    clerk = await signIn(stack);
    ({ citizen, number } = await takeNumber(stack));
    await connect(citizen, clerk);
    ({ citizen: waiting } = await takeNumber(stack));
    await waiting.tap('elder-switch'); /* looks alone: the number was taken before */
    late = await Party.open(`${stack.url}/`, { viewport: phone });
    for (const id of ['matter-SB02', 'take-number']) await late.tap(id);
    await late.shows('notice-accept');
    await recordingRuns(citizen);
    await Promise.all([seesOther(citizen, 2, 50), seesOther(clerk, 1, 50)]);
  });
  after(async () => {
    for (const party of [citizen, clerk, waiting, late]) await party?.close();
    await stack?.stop();
  });

  it('both sides read until when the call may go on, who waits reads that the number is kept; the call does not notice', async () => {
    termAt = Date.now();
    stack.daemon.signal('SIGTERM');
    await Promise.all([
      says(citizen, 'restart-line', /系统将重启维护，通话最晚可到 \d\d:\d\d/),
      says(clerk, 'restart-line', /系统将重启维护：不再叫号，正在进行的通话最晚到 \d\d:\d\d/),
      says(waiting, 'restart-line', /系统即将重启维护，您的号会保留/),
    ]);
    deadlineAt = await citizen.page.evaluate(() => window.shipinban.state.restartAt);
    assert.ok(Math.abs(deadlineAt - termAt - drainMs) < 2000, `the deadline is ${deadlineAt - termAt} ms after the signal`);
    await Promise.all([seesOther(citizen, 2, 25), seesOther(clerk, 1, 25)]);
    for (const [party, name] of [[citizen, 'citizen'], [clerk, 'clerk'], [waiting, 'waiting']]) await shots(party, name);
  });

  it('somebody new reads that it is maintenance', async () => {
    await late.tap('notice-accept');
    await says(late, 'problem', /系统正在维护，请稍后重试/);
    await shots(late, 'late');
    await late.close();
  });

  it('at the deadline the call ends, both read why and that the number waits again, the process ends with 0', async () => {
    shown.citizen = await seen(clerk, 1);
    shown.clerk = await seen(citizen, 2);
    assert.equal(await stack.daemon.end(Math.max(deadlineAt - Date.now(), 0) + lateMs), 0);
    console.log(`# from SIGTERM to the end ${Date.now() - termAt} ms, ${Date.now() - deadlineAt} ms after the deadline`);
    await says(citizen, 'ended-again', /系统刚重启，您的号还在，按原来的位置再叫/);
    assert.equal((await (await citizen.shows('ticket-number')).textContent()).trim(), number);
    await says(clerk, 'call-lost', /系统重启，通话已结束，号已回到队列的原来位置/);
    for (const party of [citizen, waiting]) await says(party, 'link-lost', /系统正在重启，马上恢复/);
    await says(clerk, 'restart-line', /系统正在重启，马上恢复/);
    for (const [party, name] of [[citizen, 'citizen'], [clerk, 'clerk'], [waiting, 'waiting']]) await shots(party, `${name}-away`);
  });

  it('the recording is closed, whole and sound', async () => {
    const { path, timeline, manifest } = await stack.recording();
    assert.equal(timeline.end_reason, 'server_restart');
    assert.equal(manifest.journal.length, 1);
    assert.ok(manifest.journal.every((part) => part.chain_ok));
    const legs = timeline.legs.filter((leg) => leg.source === 'camera');
    assert.deepEqual(legs.map((leg) => leg.role).sort(), ['citizen', 'clerk']);
    for (const leg of legs) {
      const file = join(path, leg.file);
      assert.equal(await decodeErrors(file), '');
      const frames = await counters(file);
      const inFile = new Set(frames.map((frame) => frame.counter));
      const missing = shown[leg.role].filter((row) => !inFile.has(row.counter));
      assert.ok(missing.length <= shown[leg.role].length * 0.01, `${leg.role}: ${missing.length} of ${shown[leg.role].length} shown counters are missing`);
      assert.ok(frames.length >= (await framesInJournal(path, timeline, leg)) * 0.99);
    }
  });

  it('the next run: pages come back by themselves, who was cut off is called first and served', async () => {
    await stack.startDaemon();
    await citizen.byTestId('link-lost').waitFor({ state: 'detached' });
    await until(async () => (await clerk.byTestId('queue-row').count()) === 2, 'both numbers in the queue');
    await shots(citizen, 'citizen-back');
    await shots(clerk, 'clerk-back');
    await connect(citizen, clerk);
    await hangUp(citizen);
    await finish(clerk);
    await citizen.shows('thank-you');
  });

  it('a clerk who signs in anew takes the next', async () => {
    await clerk.close();
    clerk = await signIn(stack);
    await connect(waiting, clerk);
  });
});
