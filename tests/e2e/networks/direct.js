/* A call without any server, page to page, through the same bad network: what browsers can do by themselves. */
import { Network } from '../lib/network.js';
import { Party } from '../lib/browser.js';

/* In the page. The caller's candidates are withheld from the callee, so that there is one path: the relay's. */
const join = () => {
  const pc = new RTCPeerConnection();
  window.direct = pc;
  const video = document.createElement('video');
  video.autoplay = true;
  video.setAttribute('data-testid', 'remote-video');
  document.body.replaceChildren(video);
  pc.ontrack = ({ streams }) => (video.srcObject = streams[0]);
  return navigator.mediaDevices.getUserMedia({ audio: true, video: true }).then((stream) => {
    for (const track of stream.getTracks()) pc.addTrack(track, stream);
  });
};

/* As the server caps a camera. There is an encoding to cap when both sides have agreed. */
const cap = async () => {
  for (const sender of window.direct.getSenders().filter(({ track }) => track?.kind === 'video')) {
    const parameters = sender.getParameters();
    parameters.encodings[0].maxBitrate = 1500000;
    await sender.setParameters(parameters);
  }
};

const gathered = async (kind) => {
  const pc = window.direct;
  await pc.setLocalDescription(kind === 'offer' ? await pc.createOffer() : await pc.createAnswer());
  if (pc.iceGatheringState !== 'complete') await new Promise((done) => pc.addEventListener('icegatheringstatechange', () => pc.iceGatheringState === 'complete' && done()));
  return pc.localDescription.sdp;
};

export class DirectCall {
  static name = 'direct';

  /** @param {string} url any page of a secure origin */
  static async start(url, options) {
    const call = new DirectCall();
    call.network = new Network(options.seed);
    /* The caller sends, the callee is the one behind the bad network. */
    call.far = await Party.open(url, { ...options, sender: 2, toneHz: 440, network: call.network });
    call.near = await Party.open(url, { ...options, sender: 1, toneHz: 660 });
    for (const party of [call.far, call.near]) await party.page.evaluate(join);
    const offer = (await call.far.page.evaluate(gathered, 'offer')).replace(/a=candidate:.*\r\n/g, '');
    await call.near.page.evaluate((sdp) => window.direct.setRemoteDescription({ type: 'offer', sdp }), offer);
    const answer = await call.near.page.evaluate(gathered, 'answer');
    await call.far.page.evaluate((sdp) => window.direct.setRemoteDescription({ type: 'answer', sdp }), answer);
    for (const party of [call.far, call.near]) await party.page.evaluate(cap);
    await call.network.set('both', { delay_ms: 20 });
    return call;
  }
  /* The relay stands before the callee: what the caller sends enters it. */
  towards = 'up';
  away = 'down';
  stats(party) {
    return party.page.evaluate(async () => [...(await window.direct.getStats()).values()]);
  }
  async stop() {
    await this.near?.close();
    await this.far?.close();
    await this.network?.stop();
  }
}
