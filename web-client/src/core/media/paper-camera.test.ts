import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import { FakeStream, FakeTrack, installFakeRtc } from '../testing/fake-rtc';
import { silentWire } from '../testing/silent-wire';
import { Capture } from './capture';
import { MediaLink } from './media-link';
import { PaperCamera } from './paper-camera';
import { isOneCameraOnly } from './quirks/one-camera';

interface Device {
  id: string;
  label: string;
  facing?: 'user' | 'environment';
}

/* A camera as a browser gives it: the id names it, else the way it looks, else the first one. */
class CameraTrack extends FakeTrack {
  constructor(readonly device: Device) {
    super('video');
  }
  getSettings = () => ({ deviceId: this.device.id, ...(this.device.facing ? { facingMode: this.device.facing } : {}) });
}

let devices: Device[];
let opened: CameraTrack[];
let atOnce: number;
let media: MediaLink;
let capture: Capture;
let papers: PaperCamera;
const told: object[] = [];

const live = (): CameraTrack[] => opened.filter((one) => one.readyState === 'live');

async function getUserMedia(constraints: MediaStreamConstraints): Promise<FakeStream> {
  const tracks: FakeTrack[] = constraints.audio ? [new FakeTrack('audio')] : [];
  const wish = constraints.video as (MediaTrackConstraints & { deviceId?: { exact: string }; facingMode?: { ideal: string } }) | undefined;
  if (wish) {
    const device = wish.deviceId
      ? devices.find((one) => one.id === wish.deviceId?.exact)
      : (devices.find((one) => one.facing === wish.facingMode?.ideal) ?? devices[0]);
    if (!device) {
      throw new DOMException('no', 'NotFoundError');
    }
    if (live().length >= atOnce) {
      throw new DOMException('no', 'NotReadableError');
    }
    const track = new CameraTrack(device);
    opened.push(track);
    tracks.push(track);
  }
  return new FakeStream(tracks);
}

const desk: Device[] = [
  { id: 'face', label: 'Integrated Camera' },
  { id: 'other', label: 'USB Camera' },
  { id: 'paper', label: 'Document Camera' },
];
const phone: Device[] = [
  { id: 'front', label: 'camera2 1, facing front', facing: 'user' },
  { id: 'rear', label: 'camera2 0, facing back', facing: 'environment' },
];

async function call(cameras: Device[], together = 2): Promise<void> {
  devices = cameras;
  atOnce = together;
  await capture.open();
  media.start({ iceServers: [], slots: { audio: 1, video: 1 } });
}

beforeEach(() => {
  opened = [];
  told.length = 0;
  installFakeRtc(getUserMedia);
  Object.assign(navigator.mediaDevices, {
    enumerateDevices: async () => devices.map((one) => ({ kind: 'videoinput', deviceId: one.id, label: one.label })),
  });
  capture = new Capture();
  media = new MediaLink(silentWire(told), capture);
  papers = new PaperCamera(media, capture);
});
afterEach(() => {
  media.stop();
  capture.stop();
  vi.unstubAllGlobals();
});

describe('a desk with cameras', () => {
  it('takes the one that is named for papers, beside the face, and tells the others', async () => {
    await call(desk);
    await papers.start();
    expect(papers.choices.map((one) => one.id)).toEqual(['other', 'paper']);
    expect(papers.chosen).toBe('paper');
    expect(live().map((one) => one.device.id)).toEqual(['face', 'paper']);
    expect(told.at(-1)).toEqual({ document: false });
  });

  it('changes to another one, and keeps to it the next time', async () => {
    await call(desk);
    await papers.start();
    await papers.start('other');
    expect(live().map((one) => one.device.id)).toEqual(['face', 'other']);
    await papers.stop();
    expect(told.at(-1)).toEqual({ document: true });
    await papers.start();
    expect(papers.chosen).toBe('other');
  });

  it('says that there is none, and that it is busy, and does not turn the face away', async () => {
    await call(desk.slice(0, 1));
    await papers.start();
    expect([papers.problem, papers.track]).toEqual(['none', null]);
    devices = desk;
    atOnce = 1;
    await papers.start();
    expect([papers.problem, papers.oneAtATime, capture.facing]).toEqual(['busy', false, 'user']);
    papers.forgetProblem();
    expect(papers.problem).toBeNull();
  });

  it('ends with the call, also what opens after it', async () => {
    await call(desk);
    const starting = papers.start();
    media.stop();
    await starting;
    expect(papers.track).toBeNull();
    expect(live().map((one) => one.device.id)).toEqual(['face']);
  });

  it('says so when it is pulled out', async () => {
    await call(desk);
    await papers.start();
    papers.track!.dispatchEvent(new Event('ended'));
    expect([papers.problem, papers.track, papers.oneAtATime]).toEqual(['busy', null, false]);
    expect(told.at(-1)).toEqual({ document: true });
  });
});

describe('a phone', () => {
  it('shows papers with its rear camera and the face with the other', async () => {
    await call(phone);
    await papers.start();
    expect(live().map((one) => one.device.id)).toEqual(['front', 'rear']);
  });

  it('turns the first one to the face when that looked away', async () => {
    await call(phone);
    await capture.flip();
    await papers.start();
    expect(live().map((one) => one.device.id)).toEqual(['front', 'rear']);
  });

  it('that opens one at a time turns it, and back', async () => {
    await call(phone, 1);
    await papers.start();
    expect([papers.oneAtATime, papers.turned, papers.problem]).toEqual([true, true, null]);
    expect(live().map((one) => one.device.id)).toEqual(['rear']);
    await papers.start();
    expect(papers.turned).toBe(false);
    expect(live().map((one) => one.device.id)).toEqual(['front']);
  });

  it.each([
    ['Mozilla/5.0 (iPhone; CPU iPhone OS 16_0 like Mac OS X)', 5, true],
    ['Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7)', 5, true],
    ['Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7)', 0, false],
    ['Mozilla/5.0 (Linux; Android 13)', 5, false],
  ])('%s with %i fingers: one at a time is %s', (userAgent, maxTouchPoints, only) => {
    expect(isOneCameraOnly({ userAgent, maxTouchPoints } as Navigator)).toBe(only);
  });
});
