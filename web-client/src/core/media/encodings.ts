import type { EventData } from '../messages';
import { senderParameters } from './quirks/set-parameters';

type Order = EventData<'media.encodings'>;

/* Obeys one order of the server. A rid that this sender does not have is no order to it. */
export async function obeyEncoding(sender: RTCRtpSender, order: Order): Promise<void> {
  const parameters = senderParameters(sender);
  const rid = order.rid ?? null;
  const meant = parameters.encodings.filter((one) => rid === null || one.rid === rid);
  if (meant.length === 0) {
    return;
  }
  for (const encoding of meant) {
    encoding.active = order.active;
    if (order.max_bps) {
      encoding.maxBitrate = order.max_bps;
    } else {
      delete encoding.maxBitrate;
    }
  }
  await sender.setParameters(parameters);
}
