/* A citizen whose network lets no UDP out at all: the call goes through a TURN relay over TCP. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { Stack } from '../lib/daemon.js';
import { connect, finish, hangUp, recordingRuns, seesOther, signIn, takeNumber } from '../lib/scenario.js';
import { Turn } from '../lib/turn.js';

describe('a network without UDP', () => {
  let stack, citizen, clerk, turn;

  before(async () => {
    turn = await Turn.start();
    stack = await Stack.start({ turn: turn.settings });
    clerk = await signIn(stack);
  });
  after(async () => {
    await citizen?.close();
    await clerk?.close();
    await stack?.stop();
    await turn?.stop();
  });

  it('is crossed by a relay over TCP, with credentials that the welcome brought', async () => {
    ({ citizen } = await takeNumber(stack, { flags: ['--webrtc-ip-handling-policy=disable_non_proxied_udp'] }));
    const ms = await connect(citizen, clerk);
    await Promise.all([seesOther(citizen, 2, 50), seesOther(clerk, 1, 50)]);
    await recordingRuns(citizen);
    const pair = await citizen.page.evaluate(async () => {
      const stats = await window.shipinban.pc.getStats();
      const chosen = [...stats.values()].find((s) => s.type === 'candidate-pair' && s.nominated && s.state === 'succeeded');
      const { candidateType, relayProtocol } = stats.get(chosen.localCandidateId);
      return { candidateType, relayProtocol };
    });
    assert.deepEqual(pair, { candidateType: 'relay', relayProtocol: 'tcp' });
    console.log(`# without UDP: 进入 to both pictures ${ms} ms over TURN/TCP`);
    await hangUp(citizen);
    await finish(clerk);
    await stack.recording();
  });

  it('is not open to credentials that the relay did not get from us', async () => {
    const refused = await clerk.page.evaluate(async (port) => {
      const pc = new RTCPeerConnection({ iceTransportPolicy: 'relay', iceServers: [{ urls: `turn:127.0.0.1:${port}?transport=tcp`, username: '1999999999:nobody', credential: 'd3Jvbmc=' }] });
      pc.addTransceiver('audio');
      const error = new Promise((done) => (pc.onicecandidateerror = (event) => done(event.errorCode)));
      await pc.setLocalDescription(await pc.createOffer());
      const code = await error;
      pc.close();
      return code;
    }, turn.port);
    assert.equal(refused, 401);
  });
});
