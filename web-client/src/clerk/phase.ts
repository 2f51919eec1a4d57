import type { ClientState, Session, Ticket } from '@/core';

/*
 * What the desk is about right now. idle: no number in hand · offered: one is offered · calling: the citizen's phone rings ·
 * connecting: media and recording begin · call, held: a session runs · wrapUp: the result is due.
 */
export type Phase = 'idle' | 'offered' | 'calling' | 'connecting' | 'call' | 'held' | 'wrapUp';

export function liveSession(state: ClientState): Session | null {
  return state.session !== null && state.session.state !== 'ended' ? state.session : null;
}

/* The number in hand: the window's, or none for a session that was opened without one. */
export function ticketInHand(state: ClientState): Ticket | null {
  return state.window?.ticket ?? null;
}

const callingStates = ['CALLED', 'RINGING'];
const finishable = ['IN_SESSION', 'HELD', 'RECONNECTING', 'WRAP_UP'];

function sessionPhase(session: Session): Phase {
  switch (session.state) {
    case 'gathering':
    case 'connecting':
      return 'connecting';
    case 'held':
      return 'held';
    case 'active':
    case 'ended':
      return 'call';
  }
}

export function phaseOf(state: ClientState): Phase {
  const session = liveSession(state);
  if (session !== null) {
    return sessionPhase(session);
  }
  const ticket = ticketInHand(state);
  if (state.window?.state === 'wrap_up' || ticket?.state === 'WRAP_UP') {
    return 'wrapUp';
  }
  if (ticket !== null && callingStates.includes(ticket.state)) {
    return 'calling';
  }
  if (ticket?.state === 'CONNECTING') {
    return 'connecting';
  }
  return state.offered === null ? 'idle' : 'offered';
}

export const isLive = (phase: Phase): boolean => phase === 'connecting' || phase === 'call' || phase === 'held';

/* A result may be saved in the session and after it. */
export function canFinish(state: ClientState): boolean {
  const ticket = ticketInHand(state);
  return ticket !== null && finishable.includes(ticket.state);
}
