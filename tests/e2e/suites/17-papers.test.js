/* Papers before a second camera, beside the face: a document camera at the desk, the rear camera of a phone. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { Stack } from '../lib/daemon.js';
import { counters, decodeErrors } from '../lib/media.js';
import { connect, finish, hangUp, recordingRuns, seesOther, seesSmall, signIn, takeNumber } from '../lib/scenario.js';
import { until } from '../lib/wait.js';

const [citizenFace, clerkFace, citizenPaper, clerkPaper] = [1, 2, 5, 6];
const rearCamera = { sender: citizenPaper, label: 'camera2 0, facing back', facing: 'environment' };
const paperOf = { citizen: citizenPaper, clerk: clerkPaper };

const gone = (party, id) => party.byTestId(id).first().waitFor({ state: 'hidden', timeout: 20000 });
const enlarge = async (party, tile) => party.page.locator('.tile', { has: party.byTestId(tile) }).getByTestId('expand').first().click();

describe('papers before a second camera', () => {
  let stack, citizen, clerk;

  before(async () => {
    stack = await Stack.start();
    clerk = await signIn(stack, { papers: { sender: clerkPaper, label: 'Document Camera' } });
    ({ citizen } = await takeNumber(stack, { papers: rearCamera }));
    await connect(citizen, clerk);
    await recordingRuns(citizen);
  });
  after(async () => {
    await Promise.all([citizen, clerk].map((party) => party?.close()));
    await stack?.stop();
  });

  it('the clerk\'s fill the citizen\'s screen, the face stays beside them, and may be made large again', async () => {
    await clerk.page.keyboard.press('Alt+KeyD');
    await clerk.shows('self-document');
    await Promise.all([seesOther(citizen, clerkPaper, 25), seesSmall(citizen, clerkFace, 25)]);
    await enlarge(citizen, 'second-video');
    await Promise.all([seesOther(citizen, clerkFace, 25), seesSmall(citizen, clerkPaper, 25)]);
    await enlarge(citizen, 'second-video');
    await seesOther(citizen, clerkPaper, 25);
  });

  it('the citizen\'s are seen beside the face, and large when the clerk wants it', async () => {
    await citizen.tap('papers');
    await citizen.shows('self-document');
    await Promise.all([seesOther(clerk, citizenFace, 25), seesSmall(clerk, citizenPaper, 25)]);
    await enlarge(clerk, 'extra-video');
    await Promise.all([seesOther(clerk, citizenPaper, 25), seesSmall(clerk, citizenFace, 25)]);
    await clerk.tap('shrink');
    await seesOther(clerk, citizenFace, 25);
  });

  it('both go on after the server was killed and started again', async () => {
    await stack.daemon.stop('SIGKILL');
    await stack.startDaemon();
    await Promise.all([citizen, clerk].map((party) => party.page.waitForFunction(() => window.shipinban.pc?.connectionState === 'connected', null, { timeout: 30000 })));
    await seesSmall(citizen, clerkPaper, 25);
    await seesSmall(citizen, clerkFace, 25);
    await seesSmall(clerk, citizenPaper, 25);
    await seesSmall(clerk, citizenFace, 25);
  });

  it('are put away by the same button and key, and shown anew', async () => {
    await citizen.tap('papers');
    await Promise.all([gone(citizen, 'self-document'), gone(clerk, 'extra-video')]);
    await clerk.page.keyboard.press('Alt+KeyD');
    await Promise.all([gone(clerk, 'self-document'), gone(citizen, 'second-video'), seesOther(citizen, clerkFace, 25)]);
    await citizen.tap('papers');
    await seesSmall(clerk, citizenPaper, 25);
  });

  it('the cameras are off when the call is over', async () => {
    await hangUp(citizen);
    await finish(clerk);
    for (const party of [citizen, clerk])
      await until(() => party.page.evaluate(() => window.e2e.tracks.every((one) => one.kind !== 'video' || one.readyState === 'ended')), 'no camera on');
  });

  it('are recorded, each in files of their own', async () => {
    const { path, timeline } = await stack.recording();
    for (const [role, sender] of Object.entries(paperOf)) {
      const legs = timeline.legs.filter((leg) => leg.role === role && leg.source === 'document');
      assert.ok(legs.length > 0, `papers of the ${role}: ${JSON.stringify(timeline.legs)}`);
      for (const leg of legs) {
        assert.equal(await decodeErrors(join(path, leg.file)), '');
        const senders = (await counters(join(path, leg.file))).map((frame) => frame.sender).filter((one) => one !== null);
        assert.ok(senders.length > 25 && senders.every((one) => one === sender), `${leg.file}: ${senders.length} pictures read, of ${[...new Set(senders)]}`);
      }
    }
    const told = timeline.events.filter((event) => event.type === 'media.document').map((event) => event.shown);
    assert.deepEqual([...told].sort(), ['0', '0', '1'], 'put away by both, and shown anew by one');
  });
});

describe('a phone that opens one camera at a time', () => {
  let stack, citizen, clerk;
  before(async () => {
    stack = await Stack.start();
    clerk = await signIn(stack);
    ({ citizen } = await takeNumber(stack, { papers: { ...rearCamera, alone: true } }));
    await connect(citizen, clerk);
  });
  after(async () => {
    await Promise.all([citizen, clerk].map((party) => party?.close()));
    await stack?.stop();
  });

  it('turns it to the papers, says so, and turns it back', async () => {
    await citizen.tap('papers');
    assert.match(await (await citizen.shows('papers-turned')).textContent(), /一次只能开一个摄像头/);
    await seesOther(clerk, citizenPaper, 25);
    await citizen.tap('papers');
    await gone(citizen, 'papers-turned');
    await seesOther(clerk, citizenFace, 25);
  });

  it('at the desk without a second camera the button says what is missing', async () => {
    await clerk.tap('papers');
    assert.match(await (await clerk.shows('papers-problem')).textContent(), /没有第二个摄像头/);
  });
});
