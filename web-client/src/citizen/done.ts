import type { ClientState, Drawer, Result } from '@/core';
import { wordOf } from '@/i18n/words';

/* What the thank-you page shows; kept in the tab, so that a reload does not lose the result. */
export interface Done {
  matter: string;
  number: string | null;
  reason: string;
  result: Result | null;
  /* the clerk is still writing the result down */
  pending: boolean;
}

const name = 'done';

/* The window has nothing to write down: the number waits again, or is another window's. */
const withoutResult = [
  'transferred',
  'nobody_came',
  'no_room',
  'no_offer',
  'no_common_codec',
  'ice_timeout',
  'dtls_failed',
  'media_timeout',
  'connect_timeout',
  'lost_clerk',
  'recording_failed',
  'server_restart',
];

export function loadDone(drawer: Drawer): Done | null {
  const text = drawer.get(name);
  if (text === null) {
    return null;
  }
  try {
    return JSON.parse(text) as Done;
  } catch {
    return null;
  }
}

export function saveDone(drawer: Drawer, done: Done | null): void {
  if (done === null) {
    drawer.remove(name);
  } else {
    drawer.set(name, JSON.stringify(done));
  }
}

/* The record after a change of state: a call that ended begins one, the ticket's result completes it; one put away stays so. */
export function nextDone(
  before: Done | null,
  state: ClientState,
  dismissed: string | null,
): Done | null {
  const { session, ended } = state;
  const ticket = String(state.ticket?.id) === dismissed ? null : state.ticket;
  const over = ticket !== null && (ticket.state === 'WRAP_UP' || ticket.state === 'FINISHED');
  if (session !== null && session.state !== 'ended') {
    return null;
  }
  if (ended === null && !over) {
    return before;
  }
  const result = ticket?.result ?? before?.result ?? null;
  const reason = ended?.reason ?? before?.reason ?? 'closed';
  return {
    matter: wordOf(ticket?.matter ?? session?.matter, 'name') || (before?.matter ?? ''),
    number: ticket?.number ?? session?.number ?? before?.number ?? null,
    reason,
    result,
    pending:
      ticket !== null && ticket.state !== 'FINISHED' && result === null && !withoutResult.includes(reason),
  };
}
