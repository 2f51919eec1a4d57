import { isCalling, isWaiting, type ClientState, type LinkState } from '@/core';

import type { Done } from './done';
import type { Place } from './navigation';

export type Screen =
  | 'resuming'
  | 'replaced'
  | 'waiting'
  | 'called'
  | 'call'
  | 'done'
  | 'ticket-ended'
  | Place['name'];

export interface Situation {
  state: ClientState;
  link: LinkState;
  /* a `sid` of this tab exists and the server has not answered yet */
  resuming: boolean;
  done: Done | null;
  dismissed: string | null;
  place: Place;
}

/* What the server says goes before where the person was: a call before a number before a page. */
export function screenOf({ state, link, resuming, done, dismissed, place }: Situation): Screen {
  const { session, ticket } = state;
  if (link === 'replaced') {
    return 'replaced';
  }
  if (resuming) {
    return 'resuming';
  }
  if (session !== null && session.state !== 'ended') {
    return 'call';
  }
  if (isWaiting(ticket)) {
    return 'waiting';
  }
  if (isCalling(ticket) && state.ended === null) {
    return 'called';
  }
  if (place.name === 'claim' || place.name === 'claim-alternatives') {
    return place.name; /* a link was opened: what was before in this tab is past */
  }
  if (done !== null) {
    return 'done';
  }
  if (ticket === null || String(ticket.id) === dismissed) {
    return place.name;
  }
  switch (ticket.state) {
    case 'NO_SHOW':
    case 'CANCELLED':
    case 'ABANDONED':
    case 'EXPIRED':
    case 'FAILED_TECH':
      return 'ticket-ended';
    case 'WRAP_UP':
    case 'FINISHED':
      return 'done';
    default:
      /* in a session by the server's word, which this page is about to hear of */
      return state.ended === null ? 'called' : 'done';
  }
}
