import { describe, expect, it } from 'vitest';

import { FakeSender } from '../testing/fake-rtc';
import { obeyEncoding } from './encodings';

const asSender = (sender: FakeSender): RTCRtpSender => sender as unknown as RTCRtpSender;

describe('encodings', () => {
  it('caps a plain sender', async () => {
    const sender = new FakeSender();
    await obeyEncoding(asSender(sender), { mid: '1', rid: null, active: true, max_bps: 500_000 });
    expect(sender.parameters.encodings).toEqual([{ active: true, maxBitrate: 500_000 }]);
  });

  it('lifts the cap when none is named', async () => {
    const sender = new FakeSender();
    sender.parameters.encodings = [{ maxBitrate: 1 }];
    await obeyEncoding(asSender(sender), { mid: '1', active: true });
    expect(sender.parameters.encodings).toEqual([{ active: true }]);
  });

  it('touches only the layer that was named', async () => {
    const sender = new FakeSender();
    sender.parameters.encodings = [{ rid: 'l' }, { rid: 'h' }];
    await obeyEncoding(asSender(sender), { mid: '1', rid: 'l', active: false, max_bps: null });
    expect(sender.parameters.encodings).toEqual([{ rid: 'l', active: false }, { rid: 'h' }]);
    await obeyEncoding(asSender(sender), { mid: '1', rid: 'q', active: false });
    expect(sender.parameters.encodings[1]).toEqual({ rid: 'h' });
  });

  it('makes an encoding where the browser returns none', async () => {
    const sender = new FakeSender();
    sender.parameters.encodings = [];
    await obeyEncoding(asSender(sender), { mid: '1', active: false });
    expect(sender.parameters.encodings).toEqual([{ active: false }]);
  });
});
