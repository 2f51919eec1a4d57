/* The connection check of a phone, without a log-in: devices, ways, its own media back, and the code for the hotline. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { Party, desk, phone } from '../lib/browser.js';
import { Stack } from '../lib/daemon.js';
import { signIn } from '../lib/scenario.js';
import { until } from '../lib/wait.js';

const checkMs = 60000;

describe('connection check', () => {
  let stack, party, staff, code;
  before(async () => {
    stack = await Stack.start();
    party = await Party.open(`${stack.url}/`, { viewport: phone });
    await party.tap('diag-link');
  });
  after(async () => {
    await Promise.all([party, staff].map((one) => one?.close()));
    await stack?.stop();
  });

  it('says which ways work, and gives a code with the figures of its own media', async () => {
    await party.tap('diag-start');
    await party.tap('diag-heard');
    code = (await (await party.shows('diag-code', checkMs)).textContent()).replace(/\s/g, '');
    assert.match(code, /^\d{7}$/);
    const outcome = (way) => party.page.locator(`[data-way="${way}"]`).getAttribute('data-outcome');
    assert.deepEqual(await Promise.all(['socket', 'udp', 'relay_tls'].map(outcome)), ['ok', 'ok', 'untried']);
    const [, up, down] = (await party.byTestId('diag-loop').textContent()).match(/上行 (\d+) .*下行 (\d+) /);
    assert.ok(Number(up) > 0 && Number(down) > 0, `${up} up, ${down} down`);
    if (process.env.SHOTS) await party.page.screenshot({ path: `${process.env.SHOTS}/diag.png`, fullPage: true });
    await party.tap('diag-home');
    await party.shows('matter-SB02');
  });

  const looksUp = async (text) => {
    await staff.tap('diag-open');
    await staff.fill('diag-code-field', text);
    await staff.tap('diag-find');
  };

  it('tells a clerk what the code that was read to him means', async () => {
    staff = await signIn(stack);
    await looksUp(`${code.slice(0, 3)} ${code.slice(3)}`);
    const words = await (await staff.shows('diag-found')).textContent();
    for (const said of ['这台设备可以视频办事', '摄像头正常', '扬声器听到了', '直连 UDP正常', '中转 TLS未配置', '往返 ']) assert.ok(words.includes(said), `${said} in ${words}`);
  });

  it('says so when a digit was misheard', async () => {
    await staff.fill('diag-code-field', `${code.slice(0, 6)}${(Number(code[6]) + 1) % 10}`);
    await staff.page.keyboard.press('Enter');
    assert.match(await (await staff.shows('diag-problem')).textContent(), /可能念错一位/);
    assert.equal(await staff.byTestId('diag-found').count(), 0);
    await staff.fill('diag-code-field', '12345');
    await staff.tap('diag-find');
    await until(async () => /七位数字/.test(await staff.byTestId('diag-problem').textContent()), 'the words for a short code');
    await staff.close();
  });

  it('tells a supervisor the same', async () => {
    staff = await Party.open(`${stack.url}/supervisor`, { viewport: desk, lang: 'en' });
    await staff.fill('login-staff', '2001');
    await staff.fill('login-password', await stack.password('2001'));
    await staff.tap('login-submit');
    await looksUp(code);
    assert.match(await (await staff.shows('diag-found')).textContent(), /Video service works on this device[^]*Direct UDPworks/);
  });
});
