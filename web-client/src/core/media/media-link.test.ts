import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import { ClientError } from '../errors';
import type { Answer, RequestData, Slot } from '../messages';
import { anyDevices, FakeConnection, installFakeRtc, type FakeStream } from '../testing/fake-rtc';
import { Capture } from './capture';
import { MediaLink } from './media-link';

type Offer = RequestData['media.offer'];

let offers: Offer[];
let answer: (offer: Offer) => Promise<Answer<'media.offer'>>;
let told: Array<RequestData['media.mute']>;
let reports: unknown[];
let capture: Capture;
let media: MediaLink;

const config = { iceServers: [], slots: { audio: 2, video: 2 } };
const settle = (): Promise<void> => vi.advanceTimersByTimeAsync(0).then(() => undefined);

const slots = (participant: string | null, state: Slot['state'] = 'active'): Slot[] => [
  { mid: '3', participant, source: participant === null ? null : 'mic', state: participant ? state : 'empty' },
  { mid: '4', participant: null, source: null, state: 'empty' },
  { mid: '5', participant, source: participant === null ? null : 'camera', state: participant ? state : 'empty' },
  { mid: '6', participant: null, source: null, state: 'empty' },
];

beforeEach(() => {
  vi.useFakeTimers();
  installFakeRtc(anyDevices);
  offers = [];
  told = [];
  reports = [];
  answer = (offer) => Promise.resolve({ sdp: `answer ${offer.offer_id}`, offer_id: offer.offer_id });
  capture = new Capture();
  media = new MediaLink(
    {
      offer: (d) => {
        offers.push(d);
        return answer(d);
      },
      mute: (d) => told.push(d), interrupted: () => undefined,
      stats: (d) => reports.push(d),
    },
    capture,
  );
});
afterEach(() => {
  media.stop();
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

describe('a connection', () => {
  it('has the transceivers of the protocol, in its order', async () => {
    media.start(config);
    await settle();
    const made = FakeConnection.last.transceivers.map((one) => `${one.kind} ${one.direction}`);
    expect(made).toEqual([
      'audio sendonly',
      'video sendonly',
      'video sendonly',
      'audio recvonly',
      'audio recvonly',
      'video recvonly',
      'video recvonly',
    ]);
  });

  it('offers, and takes the answer', async () => {
    media.start(config);
    await settle();
    expect(offers).toHaveLength(1);
    expect(FakeConnection.last.remote).toEqual([`answer ${offers[0]!.offer_id}`]);
    FakeConnection.last.ice('connected');
    expect(media.status).toBe('connected');
  });

  it('sends what the capture opens, before and after', async () => {
    await capture.open(['microphone']);
    media.start(config);
    await settle();
    const [microphone, camera] = FakeConnection.last.transceivers;
    expect(microphone?.sender.track).toBe(capture.track('microphone'));
    expect(camera?.sender.track).toBeNull();
    await capture.open();
    await settle();
    expect(camera?.sender.track).toBe(capture.track('camera'));
  });

  it('drops an answer that came after a newer connection was begun', async () => {
    let late: (value: Answer<'media.offer'>) => void = () => undefined;
    answer = () => new Promise((resolve) => (late = resolve));
    media.start(config);
    await settle();
    const first = FakeConnection.last;
    const firstAnswer = late;
    media.rebuild();
    await settle();
    expect(first.closed).toBe(true);
    firstAnswer({ sdp: 'late', offer_id: offers[0]!.offer_id });
    await settle();
    expect([first.remote, FakeConnection.last.remote]).toEqual([[], []]);
    expect(offers[1]!.offer_id).toBeGreaterThan(offers[0]!.offer_id);
  });

  it('ends with the session that the server no longer knows', async () => {
    answer = () => Promise.reject(new ClientError('session.none'));
    media.start(config);
    await settle();
    expect(media.status).toBe('idle');
    expect(FakeConnection.last.closed).toBe(true);
  });

  it('tells when there is no common codec, and does not try for ever', async () => {
    const failed = vi.fn();
    media.on('failed', failed);
    answer = () => Promise.reject(new ClientError('media.no_common_codec'));
    media.start(config);
    await settle();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(failed).toHaveBeenCalledTimes(1);
    expect(FakeConnection.all).toHaveLength(1);
    expect(media.failure?.code).toBe('media.no_common_codec');
    answer = (offer) => Promise.resolve({ sdp: 'answer', offer_id: offer.offer_id });
    media.rebuild();
    expect(media.failure).toBeNull();
  });

  it('gives up at a limit without a time, and waits for the time when one is named', async () => {
    answer = () => Promise.reject(new ClientError('media.limit', 'full', 12_000));
    media.start(config);
    await vi.advanceTimersByTimeAsync(11_900);
    expect([FakeConnection.all.length, media.failure]).toEqual([1, null]);
    answer = () => Promise.reject(new ClientError('media.limit'));
    await vi.advanceTimersByTimeAsync(200);
    expect([FakeConnection.all.length, media.failure?.code]).toEqual([2, 'media.limit']);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(FakeConnection.all).toHaveLength(2);
  });

  it('sends a camera that was granted later, without a new offer', async () => {
    let denied = true;
    installFakeRtc((constraints) =>
      constraints.video && denied ? Promise.reject(new DOMException('no', 'NotAllowedError')) : anyDevices(constraints),
    );
    await capture.open();
    media.start(config);
    await settle();
    expect(told.at(-1)).toMatchObject({ video: true });
    denied = false;
    await capture.open();
    await settle();
    expect(FakeConnection.last.transceivers[1]!.sender.track).toBe(capture.track('camera'));
    expect(told.at(-1)).toMatchObject({ video: false });
    expect(offers).toHaveLength(1);
  });

  it('drops an answer to another offer than the last', async () => {
    answer = (offer) => Promise.resolve({ sdp: 'old', offer_id: offer.offer_id - 1 });
    media.start(config);
    await settle();
    expect(FakeConnection.last.remote).toEqual([]);
  });

  it('tries again with a new connection when an offer failed otherwise', async () => {
    answer = () => Promise.reject(new ClientError('media.sdp'));
    media.start(config);
    await vi.advanceTimersByTimeAsync(5_000);
    expect(FakeConnection.all).toHaveLength(2);
  });
});

describe('another offer of the same connection', () => {
  beforeEach(async () => {
    media.start(config);
    await settle();
    FakeConnection.last.ice('connected');
  });

  it('is made when the server asks, without touching ICE', async () => {
    media.reoffer();
    await settle();
    expect([FakeConnection.all.length, FakeConnection.last.restarts]).toEqual([1, 0]);
    expect(offers[1]).not.toHaveProperty('restart');
    expect(FakeConnection.last.remote).toHaveLength(2);
  });

  it('waits for the answer to the one before, and keeps an ICE restart that was due', async () => {
    const give: Array<() => void> = [];
    answer = (offer) =>
      new Promise((resolve) => give.push(() => resolve({ sdp: 'answer', offer_id: offer.offer_id })));
    media.reoffer();
    media.reoffer();
    await settle();
    expect(offers).toHaveLength(2);
    FakeConnection.last.ice('failed');
    media.reoffer();
    give[0]!();
    await settle();
    expect(offers).toHaveLength(3);
    expect(offers[2]).toMatchObject({ restart: true });
  });

  it('is nothing outside of a session', () => {
    media.stop();
    media.reoffer();
    expect(offers).toHaveLength(1);
  });
});

describe('mending', () => {
  beforeEach(async () => {
    media.start(config);
    await settle();
    FakeConnection.last.ice('connected');
  });

  it('restarts ICE on the same connection after 2.5 s', async () => {
    FakeConnection.last.ice('disconnected');
    expect(media.status).toBe('recovering');
    await vi.advanceTimersByTimeAsync(2_500);
    expect(FakeConnection.all).toHaveLength(1);
    expect(FakeConnection.last.restarts).toBe(1);
    expect(offers[1]).toMatchObject({ restart: true });
    FakeConnection.last.ice('connected');
    expect(media.status).toBe('connected');
  });

  it('makes a new connection when that does not help, with the same tracks and orders', async () => {
    await capture.open();
    media.obey({ mid: '1', rid: null, active: true, max_bps: 300_000 });
    FakeConnection.last.ice('failed');
    await vi.advanceTimersByTimeAsync(5_000);
    expect(FakeConnection.all).toHaveLength(2);
    const camera = FakeConnection.last.transceivers[1]!.sender;
    expect(camera.track).toBe(capture.track('camera'));
    expect(camera.parameters.encodings[0]).toMatchObject({ active: true, maxBitrate: 300_000 });
  });

  it('answers a stall of what should be seen with one new connection', async () => {
    media.setSlots(slots('p-clerk'));
    FakeConnection.last.stats.set('in', { type: 'inbound-rtp', bytesReceived: 500 });
    await vi.advanceTimersByTimeAsync(2_500);
    expect(FakeConnection.all).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(5_000);
    expect(FakeConnection.all).toHaveLength(2);
    await settle();
    FakeConnection.last.ice('connected');
    await vi.advanceTimersByTimeAsync(20_000);
    expect(FakeConnection.all).toHaveLength(2);
  });

  it('does not call silence a stall where nothing is to be seen', async () => {
    media.setSlots(slots('p-clerk', 'gated'));
    await vi.advanceTimersByTimeAsync(30_000);
    expect(FakeConnection.all).toHaveLength(1);
  });
});

describe('slots', () => {
  beforeEach(async () => {
    media.start(config);
    await settle();
  });

  it('give voice and camera of one participant in one stream', () => {
    media.setSlots(slots('p-clerk'));
    expect(media.streams).toHaveLength(1);
    const stream = media.streams[0]!.person as unknown as FakeStream;
    const [, , , voice, , picture] = FakeConnection.last.transceivers;
    expect(stream.getTracks()).toEqual([voice!.receiver.track, picture!.receiver.track]);
  });

  it('keep the stream of a participant whose slot moved', () => {
    media.setSlots(slots('p-clerk'));
    const before = media.streams[0]!.person;
    const moved = slots('p-clerk').map((slot) => ({ ...slot, mid: String(Number(slot.mid) + 1) }));
    media.setSlots(moved.filter((slot) => slot.participant !== null));
    expect(media.streams[0]!.person).toBe(before);
    const tracks = (before as unknown as FakeStream).getTracks();
    expect(tracks).toContain(FakeConnection.last.transceivers[4]!.receiver.track);
    expect(tracks).toHaveLength(2);
  });

  it('forget who left', () => {
    media.setSlots(slots('p-clerk'));
    media.setSlots(slots(null));
    expect(media.streams).toEqual([]);
  });
});

it('reports its figures while connected', async () => {
  media.start(config);
  await settle();
  FakeConnection.last.ice('connected');
  FakeConnection.last.stats.set('in', { type: 'inbound-rtp', bytesReceived: 1, framesDecoded: 10 });
  await vi.advanceTimersByTimeAsync(5_000);
  expect(reports).toHaveLength(2);
});
