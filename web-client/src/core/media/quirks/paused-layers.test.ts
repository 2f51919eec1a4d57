import { describe, expect, it } from 'vitest';

import { FakeSender } from '../../testing/fake-rtc';
import { keepLayers } from './paused-layers';

const layered = (active: boolean): FakeSender => {
  const sender = new FakeSender();
  sender.parameters = { encodings: [{ rid: 'l', active }, { rid: 'h', active: true }] };
  return sender;
};
/* as Chromium does when the answer takes a layer that was offered paused */
const turnOn = (sender: FakeSender) => (): Promise<void> => {
  sender.parameters.encodings[0]!.active = true;
  return Promise.resolve();
};

describe('an answer', () => {
  it('leaves a layer off that was off', async () => {
    const sender = layered(false);
    await keepLayers(sender as unknown as RTCRtpSender, turnOn(sender));
    expect(sender.parameters.encodings.map((one) => one.active)).toEqual([false, true]);
  });

  it('leaves a layer on that was on', async () => {
    const sender = layered(true);
    await keepLayers(sender as unknown as RTCRtpSender, turnOn(sender));
    expect(sender.parameters.encodings.map((one) => one.active)).toEqual([true, true]);
  });

  it('that is refused says so', async () => {
    const sender = layered(false);
    const refused = (): Promise<void> => Promise.reject(new Error('no'));
    await expect(keepLayers(sender as unknown as RTCRtpSender, refused)).rejects.toThrow('no');
  });
});
