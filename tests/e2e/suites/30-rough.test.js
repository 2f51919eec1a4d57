/* What goes wrong in a call, and what people see of it. */
import assert from 'node:assert/strict';
import { createSocket } from 'node:dgram';
import { randomBytes } from 'node:crypto';
import { after, before, describe, it } from 'node:test';
import { Stack } from '../lib/daemon.js';
import { connect, finish, hangUp, recordingRuns, seesOther, signIn, takeNumber } from '../lib/scenario.js';
import { until } from '../lib/wait.js';

describe('a call that meets trouble', () => {
  let stack, citizen, clerk;

  before(async () => {
    stack = await Stack.start();
    clerk = await signIn(stack);
    ({ citizen } = await takeNumber(stack));
    await connect(citizen, clerk);
    await recordingRuns(citizen);
  });
  after(async () => {
    await citizen?.close();
    await clerk?.close();
    await stack?.stop();
  });

  it('goes on when the citizen reloads the page, in the same session', async () => {
    await citizen.page.reload();
    await citizen.shows('call-screen');
    await Promise.all([seesOther(citizen, 2, 50), seesOther(clerk, 1, 50)]);
  });

  it('goes on when the clerk reloads the page', async () => {
    await clerk.page.reload();
    await Promise.all([seesOther(citizen, 2, 50), seesOther(clerk, 1, 50)]);
  });

  it('media goes on while the WebSocket is cut, and the page comes back', async () => {
    await citizen.page.evaluate(() => window.e2e.sockets.forEach((socket) => socket.close()));
    await Promise.all([seesOther(citizen, 2, 50), seesOther(clerk, 1, 50)]);
    await clerk.fill('chat-input', '听得清吗');
    await clerk.tap('chat-send');
    await until(async () => /听得清吗/.test(await (await citizen.shows('captions')).textContent()), 'the clerk\'s words on the citizen\'s page');
  });

  it('does not notice garbage at the media port', async () => {
    const before = await stack.health();
    const socket = createSocket('udp4');
    const port = await citizen.page.evaluate(() => Number(/candidate:\S+ 1 udp \d+ \S+ (\d+)/.exec(window.shipinban.pc.remoteDescription.sdp)[1]));
    const sent = 2000;
    for (let i = 0; i < sent; i++) {
      const packet = randomBytes(1 + (i % 1400));
      packet[0] = [0, 20, 128, 129, 200, 255, 64, 22][i % 8];
      await new Promise((done) => socket.send(packet, port, '127.0.0.1', done));
    }
    socket.close();
    await Promise.all([seesOther(citizen, 2, 50), seesOther(clerk, 1, 50)]);
    const drops = await until(async () => {
      const { drops } = await stack.health();
      const grown = Object.entries(drops).map(([name, count]) => [name, count - (before.drops[name] ?? 0)]).filter(([, count]) => count > 0);
      return grown.reduce((sum, [, count]) => sum + count, 0) >= sent * 0.9 && grown;
    }, 'the garbage in the counters of drops');
    console.log(`# drops: ${drops.map(([name, count]) => `${name} ${count}`).join(', ')}`);
  });

  it('says in words that the camera is denied, and goes on with sound', async () => {
    await hangUp(citizen);
    await finish(clerk);
    await citizen.close();
    ({ citizen } = await takeNumber(stack, { denyCamera: true }));
    await clerk.shows('queue-row');
    await clerk.tap('next');
    await citizen.tap('enter-call');
    await citizen.shows('camera-error');
    await seesOther(citizen, 2, 50);
    await recordingRuns(citizen);
    await citizen.shot('camera-denied');
  });
});

describe('doors that stay shut', () => {
  let stack, clerk;

  before(async () => {
    stack = await Stack.start();
  });
  after(async () => {
    await clerk?.close();
    await stack?.stop();
  });

  it('a wrong password is refused in words', async () => {
    clerk = await signIn(stack, { password: 'wrong-password' });
    assert.match(await (await clerk.shows('login-error')).textContent(), /密码|工号/);
    await clerk.shot('wrong-password');
  });

  for (const [name, send, code] of [
    ['a wrong token', () => JSON.stringify({ t: 'req', id: 1, m: 'hello', d: { token: 'no.such.token', client: { name: 't', version: '1', lang: 'zh' }, features: [] } }), 'auth.bad_token'],
    ['a frame that is no JSON', () => '{"t":', 4400],
    ['a frame that is too large', () => JSON.stringify({ t: 'req', id: 1, m: 'hello', d: { token: 'x'.repeat(70000) } }), 4413],
    ['a request before hello', () => JSON.stringify({ t: 'req', id: 1, m: 'ticket.cancel', d: {} }), 4401],
  ]) {
    it(`${name} is refused with ${code}`, async () => {
      const heard = await clerk.page.evaluate(
        ([url, frame]) => new Promise((done) => {
          const socket = new WebSocket(url, 'shipinban.v1');
          let last = '';
          socket.onopen = () => socket.send(frame);
          socket.onmessage = (message) => (last = message.data);
          socket.onclose = (event) => done({ code: event.code, last });
        }),
        [`${stack.url.replace('https', 'wss')}/ws`, send()],
      );
      if (typeof code === 'number') assert.equal(heard.code, code === 4413 ? 4013 : code, JSON.stringify(heard));
      else assert.equal(JSON.parse(heard.last).e.code, code);
    });
  }
});

describe('a spool that cannot be written', () => {
  let stack, citizen, clerk;

  before(async () => {
    stack = await Stack.start({ recorder: { reserve_mib: 100 << 20 } });
  });
  after(async () => {
    await citizen?.close();
    await clerk?.close();
    await stack?.stop();
  });

  it('starts no session of a matter that requires recording, and says 录制不可用 to both', async () => {
    clerk = await signIn(stack);
    let number;
    ({ citizen, number } = await takeNumber(stack, { matter: 'SB02' }));
    await clerk.shows('queue-row');
    await clerk.tap('next');
    await citizen.tap('enter-call');
    await Promise.allSettled([citizen, clerk].map((party) => party.page.getByText('录制不可用').first().waitFor({ timeout: 10000 })));
    await citizen.shot('recording-unavailable');
    await clerk.shot('recording-unavailable-clerk');
    for (const [who, party] of Object.entries({ citizen, clerk })) assert.ok(await party.page.getByText('录制不可用').first().isVisible(), `${who} is told`);
    assert.equal((await (await citizen.shows('ticket-number')).textContent()).trim(), number, 'the number keeps its place');
  });
});
