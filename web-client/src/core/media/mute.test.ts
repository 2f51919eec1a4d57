import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import type { RequestData } from '../messages';
import { anyDevices, installFakeRtc } from '../testing/fake-rtc';
import { silentWire } from '../testing/silent-wire';
import { Capture } from './capture';
import { MediaLink } from './media-link';

let told: Array<RequestData['media.mute']>;
let capture: Capture;
let media: MediaLink;

const config = { iceServers: [], slots: { audio: 2, video: 2 } };
const settle = (): Promise<void> => vi.advanceTimersByTimeAsync(0).then(() => undefined);

beforeEach(() => {
  vi.useFakeTimers();
  installFakeRtc(anyDevices);
  told = [];
  capture = new Capture();
  media = new MediaLink(silentWire(told), capture);
});
afterEach(() => {
  media.stop();
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

describe('muting', () => {
  it('switches the track off and tells why', async () => {
    await capture.open();
    media.start(config);
    media.mute.setMuted('microphone', true);
    expect(capture.track('microphone')?.enabled).toBe(false);
    expect(told.at(-1)).toEqual({ audio: true, cause: 'user' });
    media.mute.setMuted('microphone', false);
    expect(told.at(-1)).toEqual({ audio: false, cause: 'user' });
  });

  it('tells of a phone call that took the microphone, and of its end', async () => {
    await capture.open();
    media.start(config);
    const track = capture.track('microphone') as unknown as { interrupt: (on: boolean) => void };
    track.interrupt(true);
    expect(told.at(-1)).toEqual({ audio: true, cause: 'phone_call' });
    track.interrupt(false);
    await settle();
    expect(told.at(-1)).toMatchObject({ audio: false });
  });

  it.each([
    ['learns of the background first', true],
    ['learns of it after the camera is gone', false],
  ])('tells the background as the cause when the page %s', async (_name, first) => {
    let hidden = false;
    const hiding = vi.spyOn(document, 'hidden', 'get').mockImplementation(() => hidden);
    const turn = (): void => {
      hidden = true;
      document.dispatchEvent(new Event('visibilitychange'));
    };
    await capture.open();
    media.start(config);
    const track = capture.track('camera') as unknown as { interrupt: (on: boolean) => void };
    if (first) {
      turn();
    }
    track.interrupt(true);
    if (!first) {
      turn();
    }
    expect(told.at(-1)).toMatchObject({ video: true, cause: 'background' });
    hidden = false;
    track.interrupt(false);
    await settle();
    expect(told.at(-1)).toMatchObject({ video: false });
    hiding.mockRestore();
  });

  it('keeps a person muted over a change of tracks', async () => {
    await capture.open();
    media.start(config);
    media.mute.setMuted('microphone', true);
    await capture.reopen('microphone');
    expect(capture.track('microphone')?.enabled).toBe(false);
  });

  it('tells nothing of a device that is still being opened', async () => {
    media.start(config);
    await capture.open();
    expect(told).toEqual([]);
  });

  it('takes back after a reload what the page before had told', async () => {
    await capture.open();
    media.start({ ...config, muted: { audio: true, video: false } });
    expect(told).toEqual([{ audio: false, cause: 'user' }]);
  });

  it('tells of a camera that does not open', async () => {
    vi.stubGlobal('navigator', {
      ...navigator,
      mediaDevices: { getUserMedia: () => Promise.reject(new DOMException('no', 'NotAllowedError')) },
    });
    media.start(config);
    await capture.open();
    expect(told.at(-1)).toMatchObject({ audio: true, video: true });
  });

  it('tells nothing outside of a session', async () => {
    await capture.open();
    media.mute.setMuted('microphone', true);
    expect(told).toEqual([]);
  });
});
