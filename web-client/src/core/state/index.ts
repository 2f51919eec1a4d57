import type { AnyEvent, Welcome } from '../messages';
import { reduceQueue } from './queue';
import { reduceSession, withSession } from './session';
import { emptyState, type ClientState } from './state';
import { isRinging, isWaiting, reduceTicket, withTicket } from './ticket';

export * from './state';
export { withSession, withoutSession } from './session';
export { interruptionOf, type ShownInterruption } from './interruption';
export { isNarrow, isUnseen } from './sight';
export { isCalling, isWaiting, withTicket } from './ticket';

/* `now` is the server's time. */
export function reduce(state: ClientState, event: AnyEvent, now: number): ClientState {
  if (event.m === 'server.draining') {
    return { ...state, restartAt: event.d.deadline_at };
  }
  if (event.m === 'leave') {
    return { ...state, restarting: event.d.action !== 'disconnect' };
  }
  return reduceQueue(reduceSession(reduceTicket(state, event, now), event), event);
}

/* A ring of which the server knows nothing any more was cut off with it: said, since the number did not fail to answer. */
function endedWithout(state: ClientState, { resumed, snapshot }: Welcome, now: number): ClientState['ended'] {
  const ticket = snapshot?.ticket ?? null;
  if (isRinging(ticket)) {
    return null;
  }
  const cutOff = state.called !== null && state.ticket?.id === ticket?.id && isWaiting(ticket) && !resumed;
  return cutOff ? { reason: 'server_restart', at: now } : state.ended;
}

/* A snapshot tells everything: what it does not name is no more. */
export function reduceWelcome(state: ClientState, welcome: Welcome, now: number): ClientState {
  const next: ClientState = {
    ...state,
    me: welcome.me,
    limits: welcome.limits,
    iceServers: welcome.ice_servers,
    notice: welcome.notice ?? state.notice,
    restartAt: null /* one that still holds is told again */,
    restarting: false,
  };
  const snapshot = welcome.snapshot;
  if (!snapshot) {
    return next;
  }
  /* the call ended while this page was away, and nobody could say why; a number that waits again was cut off */
  const lost = state.session !== null && state.session.state !== 'ended' && !snapshot.session;
  const ticket = snapshot.ticket ?? null;
  const blank: ClientState = {
    ...next,
    ticket: null,
    called: null,
    session: null,
    hold: null,
    ended: lost
      ? { reason: isWaiting(ticket) ? 'server_restart' : 'closed', at: now }
      : endedWithout(state, welcome, now),
    offered: null,
    window: snapshot.window ?? null,
    queue: snapshot.queue ?? null,
  };
  const known = { ...blank, ticket: state.ticket, called: state.called, confirmed: state.confirmed };
  const ticketed = snapshot.ticket ? withTicket(known, snapshot.ticket, now) : blank;
  return snapshot.session
    ? withSession({ ...ticketed, session: state.session }, snapshot.session)
    : ticketed;
}

/* Holds the state and tells who listens. */
export class Store {
  private current: ClientState = emptyState;
  private readonly listeners = new Set<(state: ClientState) => void>();

  get state(): ClientState {
    return this.current;
  }

  subscribe(listener: (state: ClientState) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  update(change: (state: ClientState) => ClientState): void {
    const next = change(this.current);
    if (next !== this.current) {
      this.current = next;
      this.listeners.forEach((listener) => listener(next));
    }
  }
}
