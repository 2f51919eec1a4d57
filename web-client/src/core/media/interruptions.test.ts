import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import type { RequestData } from '../messages';
import { anyDevices, installFakeRtc, type FakeStream, type FakeTrack } from '../testing/fake-rtc';
import { Capture } from './capture';
import { Interruptions } from './interruptions';

let told: Array<RequestData['media.interrupted']>;
let hidden: boolean;
let devices: (constraints: MediaStreamConstraints) => Promise<FakeStream>;
let capture: Capture;
let interruptions: Interruptions;

const settle = (): Promise<void> => vi.advanceTimersByTimeAsync(0).then(() => undefined);
const microphone = (): FakeTrack => capture.track('microphone') as unknown as FakeTrack;
function turn(away: boolean): void {
  hidden = away;
  document.dispatchEvent(new Event('visibilitychange'));
}

beforeEach(async () => {
  vi.useFakeTimers();
  devices = anyDevices;
  installFakeRtc((constraints) => devices(constraints));
  hidden = false;
  vi.spyOn(document, 'hidden', 'get').mockImplementation(() => hidden);
  told = [];
  capture = new Capture();
  interruptions = new Interruptions(capture, (d) => told.push(d));
  capture.on('change', interruptions.look);
  await capture.open();
});
afterEach(() => {
  interruptions.stop();
  capture.stop();
  vi.useRealTimers();
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
});

describe('interruptions', () => {
  it('tells of a phone call that takes the microphone, and of its end', async () => {
    interruptions.start();
    microphone().interrupt(true);
    expect(told).toEqual([{ cause: 'phone_call', active: true }]);
    microphone().interrupt(false);
    await settle();
    expect(told.slice(1)).toEqual([{ cause: 'phone_call', active: false }]);
  });

  it('tells of a call that ends the track, and takes a fresh one when the microphone is free', async () => {
    interruptions.start();
    devices = () => Promise.reject(new DOMException('in a call', 'NotReadableError'));
    microphone().readyState = 'ended';
    microphone().dispatchEvent(new Event('ended'));
    await settle();
    expect(told).toEqual([{ cause: 'phone_call', active: true }]);
    devices = anyDevices;
    await vi.advanceTimersByTimeAsync(3_000);
    expect(told.at(-1)).toEqual({ cause: 'phone_call', active: false });
    expect(capture.track('microphone')?.readyState).toBe('live');
  });

  it('tells of the background, and that the microphone is not in a call then', () => {
    interruptions.start();
    turn(true);
    microphone().interrupt(true);
    turn(false);
    expect(told).toContainEqual({ cause: 'background', active: true });
    expect(told).toContainEqual({ cause: 'background', active: false });
    turn(true);
    expect(told.filter((one) => one.cause === 'phone_call').at(-1)?.active ?? false).toBe(false);
  });

  it('believes the system when it speaks of a call, also in the background, and takes fresh tracks after it', async () => {
    const session = Object.assign(new EventTarget(), { state: 'active' });
    vi.stubGlobal('navigator', Object.assign(Object.create(navigator) as Navigator, { audioSession: session }));
    const before = capture.track('microphone');
    interruptions.start();
    session.state = 'interrupted';
    session.dispatchEvent(new Event('statechange'));
    turn(true);
    expect(told).toEqual([
      { cause: 'phone_call', active: true },
      { cause: 'background', active: true },
    ]);
    turn(false);
    session.state = 'active';
    session.dispatchEvent(new Event('statechange'));
    await settle();
    expect(told.at(-1)).toEqual({ cause: 'phone_call', active: false });
    expect(capture.track('microphone')).not.toBe(before);
  });

  it('tells that the network was another one, since when, and that it is over', () => {
    interruptions.start();
    interruptions.moved(2_345.6);
    expect(told).toEqual([
      { cause: 'network_change', active: true, ago_ms: 2346 },
      { cause: 'network_change', active: false },
    ]);
  });

  it('takes back what a page before a reload had told', () => {
    interruptions.start({ cause: 'background', since: 1 });
    expect(told).toEqual([{ cause: 'background', active: false }]);
  });

  it('is silent outside of a call', () => {
    turn(true);
    interruptions.moved(1);
    expect(told).toEqual([]);
  });
});
