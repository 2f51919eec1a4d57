import { ClientError, codeOf } from '../errors';
import type { Answer, RequestData } from '../messages';
import type { Peer } from './peer';

export type AskOffer = (d: RequestData['media.offer']) => Promise<Answer<'media.offer'>>;

/* What to do about an offer that failed: nothing more (the call is over), tell the person, or try again with a new one. */
export type OfferFailure = 'over' | 'fatal' | 'again';

const verdicts: Record<string, OfferFailure> = {
  'session.none': 'over',
  'session.state': 'over',
  'client.replaced': 'over',
  'client.offline': 'over',
  'media.no_common_codec': 'fatal',
  'media.limit': 'fatal',
  'client.unsupported': 'fatal',
};

/* Ids go on rising after a reload without anything kept: seconds since 2020, which fit 31 bits until 2088. */
const firstOfferId = (): number => Math.floor(Date.now() / 1000) - 1_577_836_800;

/* Offers of one page, one at a time on each connection; an answer that came too late is dropped. */
export class Negotiator {
  private offerId = firstOfferId();
  private busy: Peer | null = null;
  private again: { restart: boolean } | null = null;

  constructor(
    private readonly ask: AskOffer,
    private readonly failed: (verdict: OfferFailure, error: ClientError) => void,
  ) {}

  /* True: the answer came and is in force. */
  async negotiate(peer: Peer, restart: boolean): Promise<boolean> {
    let answered = false;
    if (this.busy === peer) {
      this.again = { restart: restart || (this.again?.restart ?? false) };
      return false;
    }
    this.busy = peer;
    this.again = null;
    this.offerId += 1;
    const id = this.offerId;
    try {
      const sdp = await peer.offer(restart);
      const answer = await this.ask(restart ? { sdp, offer_id: id, restart } : { sdp, offer_id: id });
      if (id === this.offerId && answer.offer_id === id) {
        await peer.answer(answer.sdp);
        answered = true;
      }
    } catch (error) {
      this.report(id, error);
    } finally {
      if (this.busy === peer) {
        this.busy = null;
      }
    }
    const again = this.wished();
    if (again && this.busy === null && id === this.offerId) {
      return this.negotiate(peer, again.restart);
    }
    return answered;
  }

  /* What was asked for while an offer was on its way. */
  private wished(): { restart: boolean } | null {
    return this.again;
  }

  /* Whatever is on the way belongs to the past. */
  abandon(): void {
    this.offerId += 1;
    this.busy = null;
    this.again = null;
  }

  private report(id: number, error: unknown): void {
    if (id !== this.offerId) {
      return;
    }
    const known = error instanceof ClientError ? error : new ClientError('media.sdp', String(error));
    const verdict = verdicts[codeOf(known)] ?? 'again';
    /* a time to try again goes before what we would have made of the code */
    this.failed(verdict === 'fatal' && known.retryMs !== null ? 'again' : verdict, known);
  }
}
