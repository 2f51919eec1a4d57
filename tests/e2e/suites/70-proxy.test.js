/* Behind nginx, below a path: what works without a proxy works with it; what a proxy breaks is said in words. */
import assert from 'node:assert/strict';
import { request } from 'node:https';
import { after, before, describe, it } from 'node:test';
import { Party, desk, phone } from '../lib/browser.js';
import { Stack } from '../lib/daemon.js';
import { Proxy } from '../lib/proxy.js';
import { connect, finish, hangUp, recordingRuns, seesOther, signIn, takeNumber } from '../lib/scenario.js';

const path = '/video';

/** The daemon on plain http and nginx before it; `site` is what the scenario's people know of them. */
async function behindProxy({ changes = [], ...server } = {}) {
  const stack = await Stack.start({ server: { tls: false, trusted_proxies: '127.0.0.1', ...server } });
  const proxy = await Proxy.start(stack.url, changes);
  stack.settings.server.public_url = proxy.origin + path;
  await stack.daemon.stop();
  await stack.startDaemon();
  return { stack, proxy, site: { url: proxy.origin + path, password: (staffNo) => stack.password(staffNo) } };
}

async function stopAll({ proxy, stack }) {
  await proxy.stop();
  await stack.stop();
}

/** [status, headers, text] of one request, from an address of the loopback network. */
function ask(url, { method = 'GET', headers = {}, body, from = '127.0.0.1' } = {}) {
  return new Promise((resolve, reject) => {
    const sent = request(url, { method, headers, localAddress: from, rejectUnauthorized: false, agent: false }, (answer) => {
      let text = '';
      answer.setEncoding('utf8').on('data', (chunk) => (text += chunk)).on('end', () => resolve([answer.statusCode, answer.headers, text]));
    });
    sent.on('error', reject).end(body);
  });
}

/* In the page: a socket that only answers pings; how many came before it was closed, at most `most`. */
async function listenOnly({ address, most }) {
  const guest = await (await fetch(`${address}/api/v1/guest`, { method: 'POST', body: '{}' })).json();
  const socket = new WebSocket(`${address}/ws`.replace(/^http/, 'ws'), 'shipinban.v1');
  return new Promise((resolve) => {
    let pings = 0;
    socket.onopen = () => socket.send(JSON.stringify({ t: 'req', id: 1, m: 'hello', d: { token: guest.token, client: { name: 'e2e', version: '1', lang: 'zh' }, features: [] } }));
    socket.onmessage = ({ data }) => {
      const frame = JSON.parse(data);
      if (frame.t !== 'ping') return;
      socket.send(JSON.stringify({ t: 'pong', at: frame.at, now: Date.now() }));
      if (++pings === most) resolve(pings);
    };
    socket.onclose = () => resolve(pings);
  });
}

const impatient = [[/proxy_read_timeout 60s;/, 'proxy_read_timeout 2s;']];

describe('behind nginx, below /video/', () => {
  let all, citizen, clerk, auditor, number;

  before(async () => {
    all = await behindProxy({ changes: impatient, ping_every_ms: 800, ping_timeout_ms: 5000, hsts_days: 30 });
  });
  after(async () => {
    for (const party of [citizen, clerk, auditor]) await party?.close();
    await stopAll(all);
  });

  it('two people talk, and it is recorded', async () => {
    clerk = await signIn(all.site);
    ({ citizen, number } = await takeNumber(all.site));
    await connect(citizen, clerk);
    await recordingRuns(citizen);
    await Promise.all([seesOther(citizen, 2, 100), seesOther(clerk, 1, 100)]);
    await hangUp(citizen);
    await finish(clerk);
    for (const party of [citizen, clerk]) assert.deepEqual(party.console.filter((line) => /Content.Security.Policy|pageerror/i.test(line)), []);
  });

  it('the auditor replays it, by range and by the cookie of that path', async () => {
    await all.stack.recording();
    auditor = await Party.open(`${all.site.url}/auditor`, { viewport: desk });
    const asked = [];
    auditor.page.on('response', async (response) => {
      if (response.url().includes('/replay/')) asked.push([response.url(), response.status(), (await response.request().allHeaders()).range]);
    });
    await auditor.fill('login-staff', '6001');
    await auditor.fill('login-password', await all.stack.password('6001'));
    await auditor.tap('login-submit');
    assert.match(await (await auditor.shows('recording-row')).textContent(), new RegExp(number));
    await auditor.tap('recording-open');
    await auditor.fill('reason-input', '投诉复核');
    await auditor.tap('reason-submit');
    await auditor.tap('replay-play');
    await auditor.page.waitForFunction(() => [...document.querySelectorAll('video')].some((video) => video.currentTime > 1), null, { timeout: 30000 });
    assert.ok(asked.length && asked.every(([url]) => url.startsWith(`${all.site.url}/replay/`)), JSON.stringify(asked));
    assert.ok(asked.some(([, status, range]) => status === 206 && range), JSON.stringify(asked));
    assert.deepEqual(auditor.console.filter((line) => /Content.Security.Policy|pageerror/i.test(line)), []);
  });

  it('links that the server makes lead back through the proxy', async () => {
    const key = await all.stack.apiKey();
    const [status, headers, text] = await ask(`${all.site.url}/api/v1/sessions`, { method: 'POST', headers: { Authorization: `Bearer ${key}`, 'Content-Length': 17 }, body: '{"matter":"SB01"}' });
    assert.equal(status, 201, text);
    assert.equal(headers['strict-transport-security'], 'max-age=2592000');
    const invited = JSON.parse(text).participants;
    assert.ok(invited.every(({ url }) => url.startsWith(`${all.site.url}/`)), text);
    const guest = await Party.open(invited.find(({ role }) => role === 'citizen').url, { viewport: phone });
    await guest.shows('notice-accept');
    await guest.close();
    const [moved, where] = await ask(all.site.url);
    assert.deepEqual([moved, where.location], [308, `${path}/`]);
  });

  it('a socket that only answers pings outlives the proxy\'s patience', async () => {
    assert.equal(await citizen.page.evaluate(listenOnly, { address: all.site.url, most: 6 }), 6);
  });

  it('limits count the client, whatever it claims to be', async () => {
    const statuses = async (from, count) => {
      const found = [];
      for (let n = 0; n < count; n++) {
        const headers = { 'X-Forwarded-For': `203.0.113.${n % 250}`, 'X-Real-IP': `203.0.113.${n % 250}`, Forwarded: `for=203.0.113.${n % 250}`, 'Content-Length': 2 };
        found.push((await ask(`${all.site.url}/api/v1/guest`, { method: 'POST', headers, body: '{}', from }))[0]);
      }
      return found;
    };
    const many = await statuses('127.0.0.2', 300);
    assert.ok(many.includes(429), 'one address has a limit');
    assert.deepEqual(await statuses('127.0.0.3', 20), Array(20).fill(200), 'another address has its own');
  });
});

describe('behind a proxy that is less patient than the server', () => {
  it('a silent socket is cut: the setting is what keeps it', async () => {
    const all = await behindProxy({ changes: impatient, ping_every_ms: 20000 });
    const page = await Party.open(`${all.site.url}/`);
    try {
      assert.equal(await page.page.evaluate(listenOnly, { address: all.site.url, most: 6 }), 0);
    } finally {
      await page.close();
      await stopAll(all);
    }
  });
});

describe('behind a proxy that takes the Upgrade away', () => {
  let all;
  const parties = [];

  before(async () => {
    all = await behindProxy({ changes: [[/ *proxy_set_header Upgrade .*\n/, ''], [/Connection \$connection_of_upgrade/, 'Connection ""']] });
  });
  after(async () => {
    for (const party of parties) await party.close();
    await stopAll(all);
  });

  async function told(party, words) {
    parties.push(party);
    await party.shows('blocked', 30000);
    assert.match(await party.byTestId('blocked').textContent(), words);
    assert.match(await party.byTestId('blocked-it').textContent(), /Upgrade: websocket/);
  }

  async function blockedCitizen(options) {
    const citizen = await Party.open(`${all.site.url}/`, options);
    await citizen.tap('matter-SB02');
    await citizen.tap('take-number');
    await citizen.tap('notice-accept');
    return citizen;
  }

  it('the server answers 426 with the reason', async () => {
    const [status, headers, text] = await ask(`${all.site.url}/ws`);
    assert.equal(status, 426);
    assert.equal(JSON.parse(text).e.code, 'proto.upgrade');
    assert.ok(headers['content-type'].startsWith('application/json'));
  });

  for (const [name, viewport] of [['390', phone], ['1440', desk]]) {
    it(`the citizen is told, ${name} wide`, async () => {
      const zh = await blockedCitizen({ viewport });
      await told(zh, /WebSocket/);
      await zh.shot(`blocked-${name}`);
      await zh.tap('elder-switch');
      await zh.shot(`blocked-${name}-elder`);
      const en = await blockedCitizen({ viewport, lang: 'en' });
      await told(en, /blocks WebSocket/);
      await en.shot(`blocked-${name}-en`);
    });
  }

  it('the clerk is told', async () => {
    const clerk = await signIn(all.site);
    await told(clerk, /WebSocket/);
    await clerk.shot('blocked-clerk-1440');
  });

  it('and goes on as soon as the way is free', async () => {
    const citizen = await blockedCitizen({});
    await told(citizen, /WebSocket/);
    await all.proxy.restart();
    await citizen.shows('ticket-number', 30000);
  });
});
