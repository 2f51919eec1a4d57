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

/* What the server wished, for each section and layer: also of a connection that comes later. */
export class EncodingOrders {
  private orders: Order[] = [];

  constructor(private readonly senderOf: (mid: string) => RTCRtpSender | null) {}

  take(order: Order): void {
    const same = (one: Order): boolean => one.mid === order.mid && (one.rid ?? null) === (order.rid ?? null);
    this.orders = [...this.orders.filter((one) => !same(one)), order];
    this.apply(order);
  }

  applyAll(): void {
    this.orders.forEach((order) => this.apply(order));
  }

  clear(): void {
    this.orders = [];
  }

  private apply(order: Order): void {
    const sender = this.senderOf(order.mid);
    if (sender) {
      /* a sender that refuses keeps sending as it did; the server limits what it forwards anyway */
      obeyEncoding(sender, order).catch(() => undefined);
    }
  }
}
