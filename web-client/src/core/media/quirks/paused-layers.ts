import { senderParameters } from './set-parameters';

const activeOf = (sender: RTCRtpSender): Map<string | undefined, boolean | undefined> =>
  new Map(sender.getParameters().encodings?.map((one) => [one.rid, one.active]) ?? []);

/*
 * Chromium offers a layer that is off as a paused one (RFC 8853), and turns it on when the answer takes it. What was off before
 * `answering` is off after it.
 */
export async function keepLayers(sender: RTCRtpSender, answering: () => Promise<void>): Promise<void> {
  const before = activeOf(sender);
  await answering();
  const parameters = senderParameters(sender);
  const turned = parameters.encodings.filter((one) => one.active && before.get(one.rid) === false);
  if (turned.length > 0) {
    turned.forEach((one) => (one.active = false));
    await sender.setParameters(parameters);
  }
}
