/* Pictures of every page, for people to look at: `npm run shots`. Those of the README go to docs/img. */
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Party, desk, phone } from '../lib/browser.js';
import { Stack } from '../lib/daemon.js';
import { connect, finish, hangUp, recordingRuns, seesAnything, signIn, takeNumber } from '../lib/scenario.js';

const images = join(dirname(fileURLToPath(import.meta.url)), '../../../docs/img');
const citizenLooks = { wall: '#c9d8d0', coat: '#7a5c8e', hair: '#d9d9de' };
const clerkLooks = { wall: '#c3d3e8', coat: '#1c3f7a', hair: '#2b2320' };

const stack = await Stack.start();
const open = [];
const keep = (party) => {
  open.push(party);
  return party;
};

async function homes() {
  for (const [name, options] of [
    ['home-390', { viewport: phone }],
    ['home-390-elder', { viewport: phone, elder: true }],
    ['home-1440', { viewport: desk }],
    ['home-390-en', { viewport: phone, lang: 'en' }],
  ]) {
    const visitor = await Party.open(`${stack.url}/`, options);
    await visitor.shows('matter-SB02');
    await visitor.shot(name);
    await visitor.tap('matter-SB02');
    await visitor.shows('take-number');
    await visitor.shot(name.replace('home', 'matter'));
    await visitor.tap('take-number');
    await visitor.shows('notice-accept');
    await visitor.shot(name.replace('home', 'notice'));
    await visitor.close();
  }
}

async function call() {
  const clerk = keep(await signIn(stack, { portrait: clerkLooks }));
  await clerk.shows('next');
  await clerk.shot('clerk-idle-1440', images);
  const { citizen: elder } = await takeNumber(stack, { elder: true });
  await elder.shot('number-390-elder');
  await elder.tap('ticket-cancel');
  await elder.tap('ticket-cancel-yes');
  await elder.close();
  const { citizen } = await takeNumber(stack, { portrait: citizenLooks, width: 480, height: 640 });
  keep(citizen);
  await citizen.shot('citizen-number', images);
  await clerk.shot('clerk-queue-1440');
  await clerk.shows('queue-row');
  await clerk.tap('next');
  await citizen.shows('enter-call');
  await citizen.shot('citizen-called');
  await clerk.shot('clerk-calling-1440');
  await citizen.tap('enter-call');
  await Promise.all([seesAnything(citizen), seesAnything(clerk)]);
  await recordingRuns(citizen);
  await clerk.fill('chat-input', '请把证件放进框内');
  await clerk.tap('chat-send');
  await citizen.page.getByText('请把证件放进框内').first().waitFor();
  await citizen.shot('citizen-call', images);
  await clerk.shot('clerk-call-1440', images);
  await citizen.page.setViewportSize(desk);
  await citizen.shot('citizen-call-1440');
  await citizen.page.setViewportSize(phone);
  await clerk.page.setViewportSize(phone);
  await clerk.shot('clerk-call-390');
  await clerk.page.setViewportSize(desk);
  await hangUp(citizen);
  await clerk.shot('clerk-wrapup-1440');
  await finish(clerk);
  await citizen.shows('thank-you');
  await citizen.shot('citizen-done');
}

async function audit() {
  await stack.recording();
  const auditor = keep(await Party.open(`${stack.url}/auditor`, { viewport: desk }));
  await auditor.shows('login-staff');
  await auditor.shot('auditor-login-1440');
  await auditor.fill('login-staff', '6001');
  await auditor.fill('login-password', await stack.password('6001'));
  await auditor.tap('login-submit');
  await auditor.shows('recording-open');
  await auditor.shot('auditor-list-1440', images);
  await auditor.tap('recording-open');
  await auditor.fill('reason-input', '例行抽查');
  await auditor.shot('auditor-reason-1440');
  await auditor.tap('reason-submit');
  await auditor.tap('replay-play');
  await auditor.page.waitForFunction(() => [...document.querySelectorAll('video')].filter((video) => video.currentTime > 1).length >= 2, null, { timeout: 10000 }).catch(() => {});
  await auditor.shot('auditor-replay-1440', images);
}

try {
  await homes();
  await call();
  await audit();
} finally {
  for (const party of open) await party.close();
  await stack.stop();
}
