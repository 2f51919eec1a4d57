/* A firewall that lets no UDP through, on both sides: the call stands over ICE-TCP, or over a relay by TLS. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { Party } from '../lib/browser.js';
import { Stack } from '../lib/daemon.js';
import { blockUdp, noFirewall, refused } from '../lib/firewall.js';
import { FirefoxParty, hasFirefox } from '../lib/firefox.js';
import { namespace } from '../lib/namespace.js';
import { freePort } from '../lib/port.js';
import { citizenTone, clerkTone, connect, finish, hangUp, hears, recordingRuns, seesOther, signIn, takeNumber } from '../lib/scenario.js';
import { relayPorts, Turn } from '../lib/turn.js';
import { until } from '../lib/wait.js';
import { way } from '../lib/way.js';

const mostMs = 4000;
const net = namespace(fileURLToPath(import.meta.url));
const why = net.why ?? (net.address && noFirewall());

function call(title, { citizenIn = Party, prepare, expected, told }) {
  describe(title, () => {
    let stack, citizen, clerk, turn;

    before(async () => {
      const { flags, ...settings } = await prepare((started) => (turn = started));
      stack = await Stack.start({ server: { listen: net.address }, ...settings, media: { listen: net.address, udp_port: 40123, ...settings.media } });
      [clerk, { citizen }] = await Promise.all([signIn(stack, { flags }), takeNumber(stack, { engine: citizenIn, flags })]);
    });
    after(async () => {
      await citizen?.close();
      await clerk?.close();
      await stack?.stop();
      await turn?.stop();
    });

    it('stands within four seconds, is seen, heard and recorded', async () => {
      const ms = await connect(citizen, clerk);
      console.log(`# UDP blocked, ${title}: 进入 to both pictures ${ms} ms`);
      await Promise.all([seesOther(citizen, 2, 50), seesOther(clerk, 1, 50)]);
      await Promise.all([hears(citizen, clerkTone), hears(clerk, citizenTone)]);
      await recordingRuns(citizen);
      if (citizenIn === Party) assert.deepEqual(await way(citizen), expected);
      assert.deepEqual(await way(clerk), expected);
      const said = (ways) => ways.length === 2 && ways.every((one) => one.way === told);
      await until(async () => said((await stack.ctl('sessions')).sessions[0].ways), `shipinbanctl to say ${told} of both`);
      assert.ok(refused() > 0, 'no UDP packet came to the firewall');
      assert.ok(ms <= mostMs, `${ms} ms`);
      await hangUp(citizen);
      await finish(clerk);
      await stack.recording();
    });
  });
}

if (why) {
  describe('UDP blocked', () => {
    it('is crossed by TCP', { skip: why });
  });
} else if (net.address) {
  blockUdp(relayPorts);
  const direct = async () => ({ media: { tcp_port: await freePort() } });
  call('ICE-TCP', { prepare: direct, expected: { by: 'itself', protocol: 'tcp' }, told: 'tcp' });
  if (hasFirefox) call('ICE-TCP, the citizen in Firefox', { citizenIn: FirefoxParty, prepare: direct, expected: { by: 'itself', protocol: 'tcp' }, told: 'tcp' });
  call('TURN/TLS', {
    prepare: async (keep) => {
      const turn = await Turn.start({ address: net.address, tls: true });
      keep(turn);
      return {
        media: { tcp_port: 0 },
        turn: { ...turn.settings, urls: `turns:${net.address}:${turn.tlsPort}?transport=tcp` },
        flags: [turn.certificate.flag],
      };
    },
    expected: { by: 'relay', protocol: 'tls' },
    told: 'relay_tls',
  });
}
