/* What a clerk does in a call besides talking: hold, write, invite a third person, hand over to another window. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { Party } from '../lib/browser.js';
import { Stack } from '../lib/daemon.js';
import { counters } from '../lib/media.js';
import { connect, recordingRuns, seesOther, seesSmall, signIn, takeNumber } from '../lib/scenario.js';
import { until } from '../lib/wait.js';

const helperSender = 3;

describe('a clerk at the desk', () => {
  let stack, citizen, clerk, colleague, helper, number;

  before(async () => {
    stack = await Stack.start();
    clerk = await signIn(stack);
    ({ citizen, number } = await takeNumber(stack));
    await connect(citizen, clerk);
    await recordingRuns(citizen);
  });
  after(async () => {
    await Promise.all([citizen, clerk, colleague, helper].map((party) => party?.close()));
    await stack?.stop();
  });

  it('holds and resumes, and the citizen sees it', async () => {
    await clerk.tap('hold');
    await clerk.tap('hold-reason-0');
    const card = await citizen.shows('hold-card');
    assert.match(await card.textContent(), /请稍候/);
    assert.match(await (await citizen.shows('hold-time')).textContent(), /已等候 00:0\d[^]*最晚 \d\d:\d\d 自动接回/);
    await citizen.shot('desk-hold');
    await citizen.tap('hold-sound');
    await until(async () => /打开提示音/.test(await (await citizen.shows('hold-sound')).textContent()), 'the sound off, to be turned on again');
    await citizen.tap('hold-sound');
    /* long enough that the hole is more than the second at its edges */
    const painted = await citizen.page.evaluate(() => window.e2e.counter);
    await citizen.page.waitForFunction((from) => window.e2e.counter > from + 75, painted, { timeout: 30000 });
    await clerk.tap('resume');
    await card.waitFor({ state: 'hidden', timeout: 20000 });
    await Promise.all([seesOther(citizen, 2, 50), seesOther(clerk, 1, 50)]);
  });

  it('writes to the citizen, who answers', async () => {
    await clerk.fill('chat-input', '请出示身份证');
    await clerk.tap('chat-send');
    await until(async () => /请出示身份证/.test(await (await citizen.shows('captions')).textContent()), 'the clerk\'s words on the citizen\'s page');
    await citizen.tap('cannot-hear');
    await until(async () => (await clerk.byTestId('chat-message').allTextContents()).some((words) => /听不清/.test(words)), 'the citizen\'s words on the desk');
  });

  it('invites a third person by a link, whom both see', async () => {
    await clerk.tap('invite');
    const link = await (await clerk.shows('invite-url')).inputValue();
    await clerk.page.keyboard.press('Escape');
    helper = await Party.open(link, { sender: helperSender, toneHz: 550 });
    await helper.tap('notice-accept');
    await helper.shows('call-screen');
    await seesOther(helper, 2, 25);
    await Promise.all([seesSmall(citizen, helperSender, 25), seesSmall(clerk, helperSender, 25)]);
    await citizen.shot('desk-helper');
    await clerk.shot('desk-helper-clerk');
  });

  it('hands the number over to another window', async () => {
    colleague = await signIn(stack, { staffNo: '3004', sender: 4 });
    await colleague.shows('desk');
    await clerk.tap('transfer');
    const windows = await clerk.shows('transfer-window');
    await windows.locator('option[value="4"]').waitFor({ state: 'attached' });
    await windows.selectOption('4');
    await clerk.tap('transfer-submit');
    assert.equal((await (await citizen.shows('ticket-number')).textContent()).trim(), number, 'the citizen waits again, with the same number');
    await colleague.page.locator(`[data-testid="queue-row"][data-number="${number}"]`).waitFor({ timeout: 20000 });
    await until(async () => (await clerk.byTestId('desk').getAttribute('data-phase')) === 'idle', 'a free desk');
  });

  it('is recorded with the hold, the words and the third person', async () => {
    const { path, timeline } = await stack.recording();
    const person = (role) => timeline.participants.find((one) => one.role === role);
    assert.deepEqual(timeline.participants.map((one) => one.role).sort(), ['citizen', 'clerk', 'helper']);
    assert.equal(timeline.end_reason, 'transferred');

    const leg = (role) => timeline.legs.find((one) => one.role === role && one.source === 'camera');
    assert.ok(leg('helper').frames > 0, 'the third person has a picture');
    for (const source of ['mic', 'camera']) {
      const gap = timeline.gaps.find((one) => one.cause === 'HOLD' && one.participant === person('citizen').id && one.source === source);
      assert.ok(gap && gap.end_ms - gap.start_ms > 2000, `a hold in the citizen's ${source}: ${JSON.stringify(timeline.gaps)}`);
    }
    assert.ok(!timeline.gaps.some((one) => one.cause === 'HOLD' && one.participant === person('clerk').id), 'the clerk is recorded on');

    const hold = timeline.gaps.find((one) => one.cause === 'HOLD' && one.source === 'camera');
    const inside = (frames, one) => frames.filter((frame) => frame.time * 1000 + one.start_ms > hold.start_ms + 100 && frame.time * 1000 + one.start_ms < hold.end_ms - 100);
    assert.equal(inside(await counters(join(path, leg('citizen').file)), leg('citizen')).length, 0, 'no picture of the citizen while held');
    assert.ok(inside(await counters(join(path, leg('clerk').file)), leg('clerk')).length > 25, 'pictures of the clerk while held');

    const texts = timeline.events.filter((event) => event.type === 'chat.message').map((event) => event.text);
    assert.deepEqual(texts, ['请出示身份证', '听不清']);
  });
});
