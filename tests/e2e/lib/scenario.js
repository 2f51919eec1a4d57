/* What people do, as the tests tell it. */
import { Party, desk, phone } from './browser.js';
import { until } from './wait.js';

export const citizenTone = 660;
export const clerkTone = 440;

/** A citizen's page, up to the number on the screen. */
export async function takeNumber(stack, { matter = 'SB02', engine = Party, ...options } = {}) {
  const citizen = await engine.open(`${stack.url}/`, { viewport: phone, sender: 1, toneHz: citizenTone, ...options });
  await citizen.tap(`matter-${matter}`);
  await citizen.tap('take-number');
  await citizen.tap('notice-accept');
  const number = await citizen.shows('ticket-number');
  return { citizen, number: (await number.textContent()).trim() };
}

/** A clerk's page, signed in at the first window that the account has. */
export async function signIn(stack, { staffNo = '3002', password, engine = Party, ...options } = {}) {
  const clerk = await engine.open(`${stack.url}/clerk`, { viewport: desk, sender: 2, toneHz: clerkTone, ...options });
  await clerk.shows('login-staff');
  await clerk.fill('login-staff', staffNo);
  await clerk.fill('login-password', password ?? (await stack.password(staffNo)));
  await clerk.tap('login-submit');
  return clerk;
}

/** The clerk calls, the citizen enters, both see each other's painted counter. */
export async function connect(citizen, clerk, ms = 30000) {
  await clerk.shows('queue-row');
  await clerk.tap('next');
  const entered = Date.now();
  await citizen.tap('enter-call');
  await Promise.all([seesOther(citizen, 2, 1, ms), seesOther(clerk, 1, 1, ms)]);
  return Date.now() - entered;
}

export async function recordingRuns(party, ms = 20000) {
  const mark = await party.shows('recording-state');
  await until(async () => /录制中/.test(await mark.textContent()), '录制中 on the page', ms);
}

/** Waits until the page has seen `count` more distinct counters of `sender` in its big picture. */
export async function seesOther(party, sender, count, ms = 30000) {
  const before = (await seen(party, sender)).length;
  return until(async () => {
    await party.page.evaluate(() => window.e2e.watch('[data-testid="remote-video"]'));
    const now = await seen(party, sender);
    return now.length >= before + count && now;
  }, `${count} more counters of sender ${sender}\n${party.console.slice(-10).join('\n')}`, ms);
}

/** Some picture of the page, small or large, shows `count` more counters of `sender`. */
export async function seesSmall(party, sender, count) {
  const before = (await seen(party, sender)).length;
  return until(async () => {
    await party.page.evaluate(() => {
      for (const video of document.querySelectorAll('video')) {
        video.dataset.e2ePicture = '1';
        window.e2e.watch('[data-e2e-picture]');
        delete video.dataset.e2ePicture;
      }
    });
    return (await seen(party, sender)).length >= before + count;
  }, `${count} more counters of sender ${sender} in any picture`, 30000);
}

/** [counter, time, width, height] of each frame of `sender` that the page showed. */
export async function seen(party, sender) {
  const all = await party.page.evaluate(() => window.e2e.seen);
  return all.filter((row) => row[0] === sender).map(([, counter, time, width, height]) => ({ counter, time, width, height }));
}

/** Waits until the page plays a voice of this frequency. A look may fall into the beep that marks every 50th frame: the next one does not. */
export async function hears(party, hz) {
  const heard = () => party.page.evaluate(async () => {
    for (const element of document.querySelectorAll('audio, video')) {
      element.dataset.e2eLoud = '1';
      const loudest = await window.e2e.loudestHz('[data-e2e-loud]');
      delete element.dataset.e2eLoud;
      if (loudest && !element.muted) return loudest;
    }
    return 0;
  });
  return until(async () => Math.abs((await heard()) - hz) < 20, `a tone of ${hz} Hz`);
}

export async function hangUp(citizen) {
  await citizen.tap('hangup');
  await citizen.tap('hangup-yes');
}

/** The clerk saves a result and is free again. */
export async function finish(clerk, code = 'ANSWERED') {
  await clerk.choose('result-code', code);
  await clerk.tap('finish');
}

/** The page's big picture moves, whatever it shows. */
export async function seesAnything(party) {
  await party.page.waitForFunction(() => {
    const found = document.querySelector('[data-testid="remote-video"]');
    const video = found instanceof HTMLVideoElement ? found : found?.querySelector('video');
    return video?.videoWidth > 0 && video.currentTime > 4;
  }, null, { timeout: 30000 });
}
