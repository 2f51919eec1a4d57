import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import { anyDevices, installFakeRtc, type FakeStream, type FakeTrack } from '../testing/fake-rtc';
import { Capture } from './capture';

let asked: MediaStreamConstraints[];

function devices(act: (constraints: MediaStreamConstraints) => Promise<FakeStream>): void {
  asked = [];
  installFakeRtc((constraints) => {
    asked.push(constraints);
    return act(constraints);
  });
}

const fail = (name: string): Promise<never> => Promise.reject(new DOMException('no', name));
const trackOf = (capture: Capture, kind: 'camera' | 'microphone'): FakeTrack =>
  capture.track(kind) as unknown as FakeTrack;

beforeEach(() => devices(anyDevices));
afterEach(() => vi.unstubAllGlobals());

describe('opening', () => {
  it('asks once for both', async () => {
    const capture = new Capture();
    await capture.open();
    expect(asked).toHaveLength(1);
    expect([capture.track('camera')?.kind, capture.track('microphone')?.kind]).toEqual(['video', 'audio']);
    expect(capture.errors).toEqual({});
  });

  it('does not ask for what is open already', async () => {
    const capture = new Capture();
    await Promise.all([capture.open(), capture.open()]);
    await capture.open();
    expect(asked).toHaveLength(1);
  });

  it.each([
    ['NotAllowedError', 'denied'],
    ['PermissionDeniedError', 'denied'],
    ['NotFoundError', 'none'],
    ['NotReadableError', 'busy'],
    ['TypeError', 'failed'],
  ])('keeps the voice when the camera fails with %s, and names it %s', async (error, reason) => {
    devices((constraints) => (constraints.video ? fail(error) : anyDevices(constraints)));
    const capture = new Capture();
    await capture.open();
    expect(capture.track('microphone')).not.toBeNull();
    expect(capture.track('camera')).toBeNull();
    expect(capture.errors.camera?.reason).toBe(reason);
    expect(capture.errors.microphone).toBeUndefined();
  });

  it('wishes for less when a camera cannot do what was asked', async () => {
    devices((constraints) => {
      const video = constraints.video as MediaTrackConstraints | undefined;
      return video?.width ? fail('OverconstrainedError') : anyDevices(constraints);
    });
    const capture = new Capture();
    await capture.open(['camera']);
    expect(capture.track('camera')).not.toBeNull();
    expect(asked).toHaveLength(3);
  });

  it('does not ask a person again who said no', async () => {
    devices(() => fail('NotAllowedError'));
    const capture = new Capture();
    await capture.open(['camera']);
    expect(asked).toHaveLength(1);
  });

  it('says so where the page may not use devices at all', async () => {
    vi.stubGlobal('navigator', {});
    const capture = new Capture();
    await capture.open();
    expect(capture.errors.camera?.reason).toBe('insecure');
  });

  it('leaves no camera on when it was stopped meanwhile', async () => {
    let give: (stream: FakeStream) => void = () => undefined;
    devices(() => new Promise((resolve) => (give = resolve)));
    const capture = new Capture();
    const opening = capture.open(['camera']);
    capture.stop();
    const stream = await anyDevices({ video: true });
    give(stream);
    await opening;
    expect(stream.getTracks()[0]?.readyState).toBe('ended');
    expect(capture.track('camera')).toBeNull();
  });

  it.each([
    ['is granted', (grant: () => void, _refuse: () => void) => grant()],
    ['is refused', (_grant: () => void, refuse: () => void) => refuse()],
  ])('asks for nothing more when the question for both %s after a stop', async (_name, act) => {
    const given: FakeStream[] = [];
    let grant: () => void = () => undefined;
    let refuse: () => void = () => undefined;
    const take = async (constraints: MediaStreamConstraints): Promise<FakeStream> => {
      given.push(await anyDevices(constraints));
      return given.at(-1)!;
    };
    devices((constraints) =>
      asked.length > 1
        ? take(constraints)
        : new Promise((resolve, reject) => {
            grant = () => resolve(take(constraints));
            refuse = () => reject(new DOMException('no', 'NotAllowedError'));
          }),
    );
    const capture = new Capture();
    const opening = capture.open();
    capture.stop();
    act(grant, refuse);
    await opening;
    expect(asked).toHaveLength(1);
    expect(given.flatMap((stream) => stream.getTracks()).filter((one) => one.readyState === 'live')).toEqual([]);
    expect([capture.track('camera'), capture.track('microphone'), capture.errors]).toEqual([null, null, {}]);
  });

  it('asks anew while an old question is still open', async () => {
    devices((constraints) => (asked.length > 1 ? anyDevices(constraints) : new Promise(() => undefined)));
    const capture = new Capture();
    void capture.open();
    capture.stop();
    await capture.open();
    expect(capture.track('camera')?.readyState).toBe('live');
  });

  it('takes a camera that was denied first and granted later', async () => {
    let denied = true;
    devices((constraints) => (constraints.video && denied ? fail('NotAllowedError') : anyDevices(constraints)));
    const capture = new Capture();
    await capture.open();
    const voice = trackOf(capture, 'microphone');
    denied = false;
    await capture.open();
    expect(capture.errors).toEqual({});
    expect(capture.track('camera')?.readyState).toBe('live');
    expect([trackOf(capture, 'microphone'), voice.readyState]).toEqual([voice, 'live']);
  });
});

describe('the camera', () => {
  it('flips by a new track, the old one stopped first', async () => {
    const capture = new Capture();
    await capture.open();
    const before = trackOf(capture, 'camera');
    await capture.flip();
    expect(before.readyState).toBe('ended');
    expect(capture.facing).toBe('environment');
    const wish = asked.at(-1)?.video as MediaTrackConstraints;
    expect(wish.facingMode).toEqual({ ideal: 'environment' });
  });

  it('comes back as it was when there is no other', async () => {
    const capture = new Capture();
    await capture.open();
    let refused = false;
    vi.stubGlobal('navigator', {
      mediaDevices: {
        getUserMedia: (constraints: MediaStreamConstraints) => {
          const wish = constraints.video as MediaTrackConstraints;
          const other = (wish.facingMode as { ideal: string } | undefined)?.ideal === 'environment';
          refused ||= other;
          return other ? fail('NotFoundError') : anyDevices(constraints);
        },
      },
    });
    await capture.flip();
    expect(refused).toBe(true);
    expect(capture.facing).toBe('user');
    expect(capture.track('camera')).not.toBeNull();
  });

  it('is opened anew after an interruption, whose track is not trusted', async () => {
    const capture = new Capture();
    await capture.open();
    const before = trackOf(capture, 'camera');
    const changes = vi.fn();
    capture.on('change', changes);
    before.interrupt(true);
    expect(changes).toHaveBeenCalledTimes(1);
    before.interrupt(false);
    await vi.waitFor(() => expect(trackOf(capture, 'camera')).not.toBe(before));
    expect(before.readyState).toBe('ended');
  });

  it('is not opened again when everything was stopped during a flip', async () => {
    const capture = new Capture();
    await capture.open();
    const flipping = capture.flip();
    capture.stop();
    const before = asked.length;
    await flipping;
    expect(asked).toHaveLength(before);
    expect(capture.track('camera')).toBeNull();
  });

  it('leaves one track on when two ways of opening meet', async () => {
    const given: FakeTrack[] = [];
    devices(async (constraints) => {
      const stream = await anyDevices(constraints);
      given.push(...stream.getVideoTracks());
      return stream;
    });
    const capture = new Capture();
    await capture.open();
    await Promise.all([capture.reopen('camera'), capture.reopen('camera')]);
    expect(given.filter((track) => track.readyState === 'live')).toEqual([trackOf(capture, 'camera')]);
  });

  it('is opened anew when its track ended', async () => {
    const capture = new Capture();
    await capture.open();
    const before = trackOf(capture, 'camera');
    before.dispatchEvent(new Event('ended'));
    await vi.waitFor(() => expect(trackOf(capture, 'camera')).not.toBe(before));
  });
});
