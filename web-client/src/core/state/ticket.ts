import type { AnyEvent, Ticket, TicketState } from '../messages';
import type { Called, ClientState } from './state';

const waitingStates: readonly TicketState[] = ['TICKETED', 'WAITING'];
const callingStates: readonly TicketState[] = ['CALLED', 'RINGING', 'CONNECTING'];

export function isWaiting(ticket: Ticket | null): boolean {
  return ticket !== null && waitingStates.includes(ticket.state);
}

export function isRinging(ticket: Ticket | null): boolean {
  return ticket !== null && ['CALLED', 'RINGING'].includes(ticket.state);
}

export function isCalling(ticket: Ticket | null): boolean {
  return ticket !== null && callingStates.includes(ticket.state);
}

/* A phone that rings anew, after a restart, rings for longer. */
function withDeadline(called: Called | null, ticket: Ticket): Called | null {
  return called && ticket.deadline_at ? { ...called, deadlineAt: ticket.deadline_at } : called;
}

/* A ticket's new words, from whichever message carried them. */
export function withTicket(state: ClientState, ticket: Ticket, now: number): ClientState {
  const same = state.ticket?.id === ticket.id;
  const calling = isCalling(ticket);
  return {
    ...state,
    ticket,
    ticketAt: now,
    called: same && calling ? withDeadline(state.called, ticket) : null,
    confirmed: ticket.ready ?? (same && isWaiting(ticket) && state.confirmed),
    expired: same && !isWaiting(ticket) ? state.expired : null,
  };
}

export function reduceTicket(state: ClientState, event: AnyEvent, now: number): ClientState {
  switch (event.m) {
    case 'queue.position':
    case 'ticket.updated':
      return state.me?.role === 'clerk'
        ? reduceClerkTicket(state, event.d.ticket)
        : withTicket(state, event.d.ticket, now);
    case 'ticket.called':
      return {
        ...withTicket(state, event.d.ticket, now),
        called: { window: event.d.window, deadlineAt: event.d.deadline_at },
        ended: null,
      };
    case 'ticket.expired':
      if (state.me?.role === 'clerk') {
        return state.offered?.ticket.id === event.d.ticket.id ? { ...state, offered: null } : state;
      }
      return { ...withTicket(state, event.d.ticket, now), called: null, expired: event.d.reason };
    case 'ticket.offered':
      return {
        ...state,
        offered: {
          ticket: event.d.ticket,
          why: event.d.why,
          deadlineAt: event.d.deadline_at,
        },
      };
    default:
      return state;
  }
}

/* A clerk hears about the ticket of his window, inside it and by itself. */
function reduceClerkTicket(state: ClientState, ticket: Ticket): ClientState {
  const offeredGone = state.offered?.ticket.id === ticket.id && !isWaiting(ticket);
  const window =
    state.window?.ticket?.id === ticket.id ? { ...state.window, ticket } : state.window;
  return { ...state, window, offered: offeredGone ? null : state.offered };
}
