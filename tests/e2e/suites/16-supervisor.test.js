/* More people than two: a supervisor listens, whispers and steps in; an invited relative; a paper on a screen; who speaks. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { Party, desk } from '../lib/browser.js';
import { Stack } from '../lib/daemon.js';
import { strongestTone, voice } from '../lib/media.js';
import { citizenTone, clerkTone, connect, finish, hangUp, recordingRuns, seen, seesOther, seesSmall, signIn, takeNumber } from '../lib/scenario.js';
import { until } from '../lib/wait.js';

const supervisorTone = 880, helperTone = 550;
const supervisorSender = 5, helperSender = 3;

/** What each playing voice of the page sounds like, 0 where it is silent. */
const tones = (party) => party.page.evaluate(async () => {
  const found = [];
  for (const element of document.querySelectorAll('video')) {
    if (element.muted || !element.srcObject?.getAudioTracks().length) continue;
    element.dataset.e2eTone = '1';
    found.push(await window.e2e.loudestHz('[data-e2e-tone]'));
    delete element.dataset.e2eTone;
  }
  return found;
});

const hearsToo = (party, hz) =>
  until(async () => (await tones(party)).some((heard) => Math.abs(heard - hz) < 20), `a tone of ${hz} Hz among others`);

/** Packets of voice that came, by slot. */
const voicePackets = (party) => party.page.evaluate(async () => {
  const found = {};
  for (const row of (await window.shipinban.pc.getStats()).values())
    if (row.type === 'inbound-rtp' && row.kind === 'audio') found[row.mid] = row.packetsReceived;
  return found;
});

/** How many voices the page is sent: slots whose packets grow while this page's camera paints 50 pictures. */
async function voices(party) {
  const earlier = await voicePackets(party);
  const painted = await party.page.evaluate(() => window.e2e.counter);
  await party.page.waitForFunction((from) => window.e2e.counter > from + 50, painted, { timeout: 30000 });
  const later = await voicePackets(party);
  return Object.keys(later).filter((mid) => later[mid] > (earlier[mid] ?? 0)).length;
}

const monitorLine = (party, words) =>
  until(async () => words.test(await (await party.shows('monitor-line')).textContent()), `${words} on the page`);

/** Whether the page marks exactly the big picture, or exactly another, as the one that speaks. */
const marked = (party, big) => until(() => party.page.evaluate((wanted) => {
  const tiles = [...document.querySelectorAll('[data-speaking]')];
  return tiles.length === 1 && Boolean(tiles[0].querySelector('[data-testid="remote-video"]')) === wanted && /正在说话/.test(tiles[0].textContent);
}, big), `the ${big ? 'big' : 'small'} picture marked as the speaker`);

describe('a supervisor in a call', () => {
  let stack, citizen, clerk, supervisor, helper;

  before(async () => {
    stack = await Stack.start();
    clerk = await signIn(stack);
    ({ citizen } = await takeNumber(stack));
    await connect(citizen, clerk);
    await recordingRuns(citizen);
    supervisor = await Party.open(`${stack.url}/supervisor`, { viewport: desk, sender: supervisorSender, toneHz: supervisorTone });
  });
  after(async () => {
    await Promise.all([citizen, clerk, supervisor, helper].map((party) => party?.close()));
    await stack?.stop();
  });

  it('is no place for a clerk', async () => {
    await supervisor.fill('login-staff', '3003');
    await supervisor.fill('login-password', await stack.password('3003'));
    await supervisor.tap('login-submit');
    await supervisor.shows('login-error');
  });

  it('sees what runs', async () => {
    await supervisor.fill('login-staff', '2001');
    await supervisor.fill('login-password', await stack.password('2001'));
    await supervisor.tap('login-submit');
    const row = await supervisor.shows('call-row');
    assert.match(await row.textContent(), /3002/);
    await supervisor.shot('supervisor-list');
  });

  it('listens: both are told, and hear nothing', async () => {
    await supervisor.tap('listen');
    await Promise.all([seesSmall(supervisor, 1, 25), seesSmall(supervisor, 2, 25)]);
    await Promise.all([hearsToo(supervisor, citizenTone), hearsToo(supervisor, clerkTone)]);
    await Promise.all([monitorLine(citizen, /值班长旁听中/), monitorLine(clerk, /值班长旁听中/)]);
    assert.deepEqual(await Promise.all([voices(citizen), voices(clerk)]), [1, 1]);
    assert.equal(await supervisor.page.evaluate(() => window.e2e.tracks.length), 0, 'no microphone is opened for listening');
    await supervisor.shot('supervisor-listen');
    await citizen.shot('supervisor-listen-citizen');
  });

  it('whispers: the clerk hears it, the citizen does not', async () => {
    await supervisor.tap('mode-whisper');
    await hearsToo(clerk, supervisorTone);
    await monitorLine(clerk, /市民听不到/);
    assert.deepEqual(await Promise.all([voices(citizen), voices(clerk)]), [1, 2]);
    assert.deepEqual((await tones(citizen)).filter((hz) => Math.abs(hz - supervisorTone) < 20), []);
    assert.equal((await seen(citizen, supervisorSender)).length, 0);
    await clerk.shot('supervisor-whisper-clerk');
  });

  it('steps in: everybody hears and sees', async () => {
    await supervisor.tap('mode-barge');
    await supervisor.tap('barge-yes');
    await Promise.all([hearsToo(clerk, supervisorTone), hearsToo(citizen, supervisorTone)]);
    await Promise.all([seesSmall(citizen, supervisorSender, 25), seesSmall(clerk, supervisorSender, 25)]);
    await monitorLine(citizen, /已加入通话/);
    await citizen.shot('supervisor-barge-citizen');
  });

  it('makes four with an invited relative: voices and pictures of all', async () => {
    await clerk.tap('invite');
    const link = await (await clerk.shows('invite-url')).inputValue();
    await clerk.page.keyboard.press('Escape');
    helper = await Party.open(link, { sender: helperSender, toneHz: helperTone });
    await helper.tap('notice-accept');
    await helper.shows('call-screen');
    await Promise.all([
      seesSmall(citizen, helperSender, 25), seesSmall(clerk, helperSender, 25), seesSmall(supervisor, helperSender, 25),
      seesSmall(helper, 1, 25), seesSmall(helper, 2, 25), seesSmall(helper, supervisorSender, 25),
    ]);
    await Promise.all([hearsToo(citizen, helperTone), hearsToo(helper, citizenTone), hearsToo(supervisor, helperTone)]);
    assert.deepEqual(await Promise.all([citizen, clerk, supervisor, helper].map(voices)), [3, 3, 3, 3]);
    await citizen.shot('supervisor-four-citizen');
    await clerk.shot('supervisor-four-clerk');
  });

  it('shows a paper in a slot of its own, and everybody stays', async () => {
    await clerk.page.evaluate(() => {
      navigator.mediaDevices.getDisplayMedia = () => navigator.mediaDevices.getUserMedia({ video: true });
    });
    await clerk.tap('share');
    for (const party of [citizen, supervisor, helper]) {
      await until(() => party.page.evaluate(() => {
        const active = window.shipinban.state.slots.filter((slot) => slot.state === 'active');
        const of = (source) => active.filter((slot) => slot.source === source);
        return of('document').length === 1 && of('camera').length === 3 && of('mic').length === 3;
      }), 'the paper beside three faces');
    }
    await seesOther(citizen, 2, 25);
    await citizen.shot('supervisor-paper-citizen');
    await clerk.tap('share');
    for (const party of [citizen, supervisor, helper]) {
      await until(() => party.page.evaluate(() => window.shipinban.state.slots.every((slot) => slot.source !== 'document')), 'the paper gone');
    }
  });

  it('goes, and the others stay', async () => {
    await supervisor.tap('mode-stop');
    await supervisor.shows('call-row');
    await citizen.byTestId('monitor-line').waitFor({ state: 'detached', timeout: 20000 });
    assert.equal(await supervisor.page.evaluate(() => window.e2e.tracks.filter((track) => track.readyState === 'live').length), 0, 'nothing stays open');
    assert.deepEqual(await Promise.all([voices(citizen), voices(clerk)]), [2, 2]);
    await helper.close();
  });

  it('marks who speaks', async () => {
    await clerk.tap('mute');
    await marked(clerk, true); // the citizen's tone goes on
    await citizen.tap('mute');
    await clerk.tap('mute');
    await marked(citizen, true); // the clerk's
    await citizen.shot('supervisor-speaker-citizen');
    await citizen.tap('mute');
  });

  it('is recorded: the whisper in a lane of its own, every act in the timeline', async () => {
    await Promise.all([seesOther(citizen, 2, 25), seesOther(clerk, 1, 25)]);
    await hangUp(citizen);
    await finish(clerk);
    const { path, timeline } = await stack.recording();
    const acts = timeline.events.filter((event) => event.type === 'session.monitor').map((event) => event.mode);
    assert.deepEqual(acts, ['listen', 'whisper', 'barge']);
    const legs = timeline.legs.filter((leg) => leg.role === 'supervisor' && leg.audio);
    assert.ok(legs.length > 0, JSON.stringify(timeline.legs));
    const samples = await voice(join(path, legs[0].file));
    const { hz, ratio } = strongestTone(samples, [supervisorTone, citizenTone, clerkTone, helperTone]);
    assert.equal(hz, supervisorTone);
    assert.ok(ratio > 10, `the lane holds the supervisor alone: ${ratio}`);
    const others = timeline.legs.filter((leg) => leg.role === 'citizen' && leg.audio);
    assert.equal(strongestTone(await voice(join(path, others[0].file)), [supervisorTone, citizenTone, clerkTone]).hz, citizenTone);
  });
});
