/* A phone that walks from Wi-Fi to 5G and back in mid-call: namespaces with two links, and nothing told to the page. HANDOVERS=20 for figures. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { Stack } from '../lib/daemon.js';
import { namespace } from '../lib/namespace.js';
import { Phone } from '../lib/roam.js';
import { connect, finish, hangUp, recordingRuns, seen, seesOther, signIn, takeNumber } from '../lib/scenario.js';
import { until } from '../lib/wait.js';

const net = namespace(fileURLToPath(import.meta.url));
const times = Number(process.env.HANDOVERS ?? 4);

/** When `party` showed a picture that `sender` painted after `since`, in milliseconds from then. */
async function freshAfter(party, sender, from, since) {
  const time = await until(async () => {
    const painted = new Map((await sender.page.evaluate(() => window.e2e.painted.slice(-1500))).map(([counter, at]) => [counter, at]));
    return (await seen(party, from)).find((frame) => painted.get(frame.counter) > since + 50)?.time;
  }, 'a picture that was painted after the change', 30000);
  return Math.round(time - since);
}

const percentile = (values, part) => [...values].sort((a, b) => a - b)[Math.min(values.length - 1, Math.ceil(values.length * part) - 1)];

function handover() {
  let stack, citizen, clerk, phone, session;
  const back = [];

  before(async () => {
    phone = await Phone.start();
    phone.up('wifi');
    stack = await Stack.start({ server: { listen: net.address }, media: { listen: net.address } });
    clerk = await signIn(stack);
    ({ citizen } = await takeNumber(stack, { device: phone }));
    await connect(citizen, clerk);
    await recordingRuns(citizen);
    session = await citizen.page.evaluate(() => window.shipinban.state.session.id);
  });
  after(async () => {
    await citizen?.close();
    await clerk?.close();
    await stack?.stop();
    await phone?.stop();
  });

  for (let i = 0; i < times; i++) {
    const [from, to] = i % 2 ? ['mobile', 'wifi'] : ['wifi', 'mobile'];
    it(`goes on when ${from} goes and ${to} is there (${i + 1})`, async () => {
      phone.up(to);
      await Promise.all([seesOther(citizen, 2, 75), seesOther(clerk, 1, 75)]);
      const since = phone.down(from);
      const [citizenMs, clerkMs] = await Promise.all([freshAfter(citizen, clerk, 2, since), freshAfter(clerk, citizen, 1, since)]);
      back.push(Math.max(citizenMs, clerkMs));
      console.log(`# ${from} to ${to}: the citizen sees again after ${citizenMs} ms, the clerk after ${clerkMs} ms`);
    });
  }

  it('takes 3 s in the middle and 8 s at the worst, in the same session', async () => {
    console.log(`# ${back.length} changes of network: media is back after ${percentile(back, 0.5)} ms (median), ${percentile(back, 0.95)} ms (p95)`);
    assert.ok(percentile(back, 0.5) <= 6000, `median ${percentile(back, 0.5)} ms`);
    assert.ok(percentile(back, 0.95) <= 16000, `p95 ${percentile(back, 0.95)} ms`);
    assert.equal(await citizen.page.evaluate(() => window.shipinban.state.session.id), session);
  });

  it('is one recording', async () => {
    await hangUp(citizen);
    await finish(clerk);
    const { timeline } = await stack.recording();
    assert.equal(timeline.session, session);
    const { id } = timeline.participants.find((one) => one.role === 'citizen');
    const gaps = timeline.gaps.filter((gap) => gap.participant === id && gap.source === 'mic' && gap.cause === 'HANDOVER');
    console.log(`# gaps HANDOVER: ${gaps.map((gap) => `${gap.end_ms - gap.start_ms} ms`).join(', ')}`);
    assert.ok(gaps.length >= times - 1, JSON.stringify(timeline.gaps));
  });
}

if (net.why) {
  describe('a phone between two networks', () => {
    it('goes on', { skip: net.why });
  });
} else if (net.address) {
  describe('a phone between two networks', handover);
}
