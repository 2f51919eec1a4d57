import type { Key } from '../messages';
import type { ClientState } from './state';

/* Whether the picture of one cannot be shown to the other, whatever is tried: they have no format in common. */
export function isUnseen(state: ClientState, from: Key | undefined, by: Key | undefined): boolean {
  return state.unseen.some((pair) => pair.from === from && pair.by === by);
}
