import type { MediaWire } from '../media/media-link';

/* A server that answers every offer and says nothing; what it is told of muting is kept in `told`. */
export const silentWire = (told: object[]): MediaWire => ({
  offer: (d) => Promise.resolve({ sdp: 'answer', offer_id: d.offer_id }),
  mute: (d) => told.push(d),
  interrupted: () => undefined,
  stats: () => undefined,
});
