import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import { anyDevices, FakeConnection, installFakeRtc } from '../testing/fake-rtc';
import { obeyEncoding } from './encodings';
import { Peer } from './peer';

beforeEach(() => installFakeRtc(anyDevices));
afterEach(() => vi.unstubAllGlobals());

describe('the camera', () => {
  it('is sent in two sizes, the small one off until it is asked for', async () => {
    const peer = new Peer([], { audio: 1, video: 1 });
    const [, camera, paper] = FakeConnection.last.transceivers;
    const active = (): unknown[] => camera!.sender.parameters.encodings.map((one) => [one.rid, one.active ?? true]);
    expect(active()).toEqual([['l', false], ['h', true]]);
    expect(paper!.sender.parameters.encodings).toHaveLength(1);
    await obeyEncoding(peer.sender('camera'), { mid: '1', rid: 'l', active: true, max_bps: 150_000 });
    expect(active()).toEqual([['l', true], ['h', true]]);
    await obeyEncoding(peer.sender('camera'), { mid: '1', rid: 'l', active: false, max_bps: 150_000 });
    expect(active()).toEqual([['l', false], ['h', true]]);
  });
});
