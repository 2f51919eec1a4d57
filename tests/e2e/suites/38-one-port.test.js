/* Nothing but TCP 443 gets through: pages, media and relay behind it, as docs/networks.md says. */
import assert from 'node:assert/strict';
import { request } from 'node:https';
import { after, before, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { Stack } from '../lib/daemon.js';
import { allowTcp, blockUdp, noFirewall, refused } from '../lib/firewall.js';
import { behind, documentedSettings, Front, noFront, pagesName, publicAddress, relayName } from '../lib/front.js';
import { addAddress, namespace } from '../lib/namespace.js';
import { connect, finish, hangUp, recordingRuns, seesOther, signIn, takeNumber } from '../lib/scenario.js';
import { relayPorts, Turn } from '../lib/turn.js';
import { way } from '../lib/way.js';

const mostMs = 4000;
const net = namespace(fileURLToPath(import.meta.url));
const why = net.why ?? (net.address && (noFront ?? noFirewall()));

/** The status of one guest's request, sent from this address. */
function guest(from) {
  return new Promise((resolve, reject) => {
    const sent = request({ host: publicAddress, servername: pagesName, headers: { host: pagesName }, path: '/api/v1/guest', method: 'POST', localAddress: from, rejectUnauthorized: false, agent: false }, (answer) => {
      answer.resume().on('end', () => resolve(answer.statusCode));
    });
    sent.on('error', reject).end('{}');
  });
}

if (why) {
  describe('one port for everything', () => {
    it('carries a call', { skip: why });
  });
} else if (net.address) {
  describe('one port for everything', () => {
    let stack, front, turn, citizen, clerk;
    const open = async () => {
      /* WebRTC asks for the relay's name with a dot at its end. */
      const flags = [`--host-resolver-rules=MAP ${pagesName} ${publicAddress},MAP ${relayName}* ${publicAddress}`, `${front.certificate.flag},${turn.certificate.flag.split('=').slice(1).join('=')}`];
      const site = { url: `https://${pagesName}`, password: (staffNo) => stack.password(staffNo) };
      [clerk, { citizen }] = await Promise.all([signIn(site, { flags }), takeNumber(site, { flags })]);
    };
    const call = async (expected) => {
      const ms = await connect(citizen, clerk);
      console.log(`# nothing but TCP 443, media by ${expected.by === 'relay' ? 'TURN/TLS' : 'ICE-TCP'}: 进入 to both pictures ${ms} ms`);
      await Promise.all([seesOther(citizen, 2, 50), seesOther(clerk, 1, 50)]);
      await recordingRuns(citizen);
      assert.deepEqual(await way(citizen), expected);
      assert.deepEqual(await way(clerk), expected);
      assert.ok(refused() > 0, 'nothing came to the firewall');
      assert.ok(ms <= mostMs, `${ms} ms`);
      await hangUp(citizen);
      await finish(clerk);
      await citizen.close();
      await clerk.close();
    };

    before(async () => {
      blockUdp(relayPorts);
      addAddress(publicAddress);
      allowTcp(publicAddress, 443);
      turn = await Turn.start({ address: '127.0.0.1', relay: publicAddress, tls: true, tlsPort: behind.relay, name: relayName });
      front = await Front.start();
      const settings = await documentedSettings(turn.secretFile);
      stack = await Stack.start({ ...settings, media: { listen: '0.0.0.0', udp_port: behind.media, tcp_port: behind.media, ...settings.media } });
    });
    after(async () => {
      await citizen?.close();
      await clerk?.close();
      await stack?.stop();
      await front?.stop();
      await turn?.stop();
    });

    it('carries a call, media by ICE-TCP', async () => {
      await open();
      await call({ by: 'itself', protocol: 'tcp' });
    });

    it('carries a call through the relay where the server takes no TCP', async () => {
      stack.settings.media.tcp_port = stack.settings.media.tcp_public_port = 0;
      await stack.daemon.stop();
      await stack.startDaemon();
      await open();
      await call({ by: 'relay', protocol: 'tls' });
    });

    it('tells the server who asks: one address has used its guests up, another has not', async () => {
      const answers = [];
      while (!answers.includes(429) && answers.length < 400) answers.push(...(await Promise.all(Array.from({ length: 20 }, () => guest(publicAddress)))));
      assert.ok(answers.includes(429), `never refused: ${answers.length} guests`);
      assert.equal(await guest(net.address), 200);
    });
  });
}
