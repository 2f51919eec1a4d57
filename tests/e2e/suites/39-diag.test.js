/* The connection check of a phone, without a log-in: devices, ways, its own media back, and the code for the hotline. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { Party, phone } from '../lib/browser.js';
import { Stack } from '../lib/daemon.js';

const checkMs = 60000;

describe('connection check', () => {
  let stack, party;
  before(async () => {
    stack = await Stack.start();
    party = await Party.open(`${stack.url}/diag`, { viewport: phone });
  });
  after(async () => {
    await party?.close();
    await stack?.stop();
  });

  it('says which ways work, and gives a code with the figures of its own media', async () => {
    await party.tap('diag-start');
    await party.tap('diag-heard');
    const code = (await (await party.shows('diag-code', checkMs)).textContent()).replace(/\s/g, '');
    assert.match(code, /^\d{7}$/);
    const outcome = (way) => party.page.locator(`[data-way="${way}"]`).getAttribute('data-outcome');
    assert.deepEqual(await Promise.all(['socket', 'udp', 'relay_tls'].map(outcome)), ['ok', 'ok', 'untried']);
    const [, up, down] = (await party.byTestId('diag-loop').textContent()).match(/上行 (\d+) .*下行 (\d+) /);
    assert.ok(Number(up) > 0 && Number(down) > 0, `${up} up, ${down} down`);
    if (process.env.SHOTS) await party.page.screenshot({ path: `${process.env.SHOTS}/diag.png`, fullPage: true });
  });
});
