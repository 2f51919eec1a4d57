/* An auditor finds the session, gives a reason and replays both sides in step. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { after, before, describe, it } from 'node:test';
import { promisify } from 'node:util';
import { Party, desk } from '../lib/browser.js';
import { Stack } from '../lib/daemon.js';
import { connect, finish, hangUp, recordingRuns, seesOther, signIn, takeNumber } from '../lib/scenario.js';
import { until } from '../lib/wait.js';

/* In the page: a plain player jumps from place to place. What went wrong, in words. */
async function seekThrough({ path, places }) {
  const video = document.createElement('video');
  const heard = (name, ms = 10000) =>
    new Promise((resolve, reject) => {
      const late = setTimeout(() => reject(new Error(`no ${name} in ${ms} ms`)), ms);
      const ends = (act) => () => {
        clearTimeout(late);
        act();
      };
      video.addEventListener(name, ends(resolve), { once: true });
      video.addEventListener('error', ends(() => reject(new Error(video.error?.message ?? 'error'))), { once: true });
    });
  video.muted = true;
  video.preload = 'auto';
  document.body.append(video);
  const wrong = [];
  let at = 'opening';
  try {
    const ready = heard('loadeddata');
    video.src = path;
    await ready;
    for (const place of places) {
      at = `${place} s`;
      const seeked = heard('seeked');
      video.currentTime = place;
      await seeked;
      if (video.error || Math.abs(video.currentTime - place) > 0.1) wrong.push(`${at}: stands at ${video.currentTime}`);
    }
  } catch (error) {
    wrong.push(`${at}: ${error.message}`);
  }
  video.remove();
  return wrong;
}

describe('an auditor', () => {
  let stack, auditor, number, recording;

  before(async () => {
    stack = await Stack.start();
    const clerk = await signIn(stack);
    const taken = await takeNumber(stack);
    number = taken.number;
    await connect(taken.citizen, clerk);
    await recordingRuns(taken.citizen);
    await Promise.all([seesOther(taken.citizen, 2, 250, 60000), seesOther(clerk, 1, 250, 60000)]);
    await hangUp(taken.citizen);
    await finish(clerk);
    await taken.citizen.close();
    await clerk.close();
    recording = await stack.recording();
  });
  after(async () => {
    await auditor?.close();
    await stack?.stop();
  });

  it('checks the digests with a public tool', async () => {
    const { stdout } = await promisify(execFile)('sha256sum', ['-c', 'SHA256SUMS'], { cwd: recording.path });
    assert.ok(stdout.trim().split('\n').length >= 4);
    assert.ok(recording.manifest.journal.every((segment) => segment.chain_ok), 'the chain of the journal holds');
    console.log(`# rendering: ${(recording.manifest.rendered_ms / recording.manifest.render_wall_ms).toFixed(0)} x real time`);
  });

  it('signs in, finds the session and gives a reason', async () => {
    auditor = await Party.open(`${stack.url}/auditor`, { viewport: desk });
    await auditor.fill('login-staff', '6001');
    await auditor.fill('login-password', await stack.password('6001'));
    await auditor.tap('login-submit');
    const row = await auditor.shows('recording-row');
    assert.match(await row.textContent(), new RegExp(number));
    await auditor.shot('auditor-list');
    await auditor.tap('recording-open');
    await auditor.fill('reason-input', '抽查');
    await auditor.tap('reason-submit');
    await auditor.shows('replay-play');
  });

  it('sees both sides play in step', async () => {
    await auditor.tap('replay-play');
    const clocks = async () => auditor.page.evaluate(() => [...document.querySelectorAll('video')].map((video) => video.currentTime));
    await until(async () => (await clocks()).filter((time) => time > 3).length >= 2, 'both videos past 3 s');
    const times = await auditor.page.evaluate(() => [...document.querySelectorAll('video')].filter((video) => video.videoWidth).map((video) => ({ time: video.currentTime, paused: video.paused, width: video.videoWidth })));
    assert.equal(times.length, 2);
    assert.ok(times.every((one) => !one.paused && one.width > 0), JSON.stringify(times));
    await auditor.shot('auditor-replay');
    const painted = await auditor.page.evaluate(() => {
      for (const [i, video] of [...document.querySelectorAll('video')].filter((one) => one.videoWidth).entries()) {
        video.dataset.e2e = String(i);
        window.e2e.watch(`[data-e2e="${i}"]`);
      }
      return true;
    });
    assert.ok(painted);
    await until(async () => {
      const rows = await auditor.page.evaluate(() => window.e2e.seen);
      return rows.filter((row) => row[0] === 1).length > 20 && rows.filter((row) => row[0] === 2).length > 20;
    }, 'painted counters of both sides in the replay');
  });

  it('jumps to any place of each file', async () => {
    const session = recording.path.split('/').at(-1);
    const page = await auditor.context.newPage();
    await page.goto(`${stack.url}/`);
    assert.ok(recording.timeline.legs.length >= 2);
    for (const { file } of recording.timeline.legs) {
      const told = await page.evaluate(seekThrough, { path: `/replay/${session}/${file}`, places: [0.077, 0.19, 0.5, 2, 3.9, 0.077] });
      assert.deepEqual(told, [], `${file}: ${told.join(', ')}`);
    }
    await page.close();
  });

  it('cannot fetch a file without the grant', async () => {
    const session = recording.path.split('/').at(-1);
    const stranger = await Party.open(`${stack.url}/`);
    const status = await stranger.page.evaluate(async (path) => (await fetch(path)).status, `/replay/${session}/timeline.json`);
    await stranger.close();
    assert.ok(status === 401 || status === 403, String(status));
  });
});
