import type { Key } from '../messages';
import type { ClientState } from './state';

/* Whether this one's network carries a voice and no picture now. */
export function isNarrow(state: ClientState, who: Key | undefined): boolean {
  return state.narrow.some((one) => one === who);
}

/* Whether the picture of one cannot be shown to the other, whatever is tried: they have no format in common. */
export function isUnseen(state: ClientState, from: Key | undefined, by: Key | undefined): boolean {
  return state.unseen.some((pair) => pair.from === from && pair.by === by);
}
