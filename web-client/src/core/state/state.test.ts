import { describe, expect, it } from 'vitest';

import { decodeEvent, type EventData, type EventName } from '../messages';
import { aParticipant, aRow, aSession, aTicket, aWindow } from '../testing/samples';
import { aWelcome } from '../testing/far-side';
import { emptyState, reduce, reduceWelcome, type ClientState } from './index';

const now = 1_764_000_200_000;

/* Through the schema, as from the wire. */
function after<M extends EventName>(state: ClientState, m: M, d: EventData<M>): ClientState {
  const event = decodeEvent(m, d);
  if (event === null) {
    throw new Error(`${m} does not fit its schema`);
  }
  return reduce(state, event, now);
}

const inSession = after(emptyState, 'session.started', { session: aSession() });

describe('a restart that was announced', () => {
  it('is known until the next welcome, which is followed by the news when it still holds', () => {
    const told = after(inSession, 'server.draining', { deadline_at: now + 60_000 });
    expect(told.restartAt).toBe(now + 60_000);
    expect(told.session).toEqual(inSession.session);
    expect(reduceWelcome(told, aWelcome, now).restartAt).toBeNull();
  });

  it('is no broken line when the server goes away, until it is back', () => {
    expect(after(inSession, 'leave', { action: 'disconnect', after_ms: 0 }).restarting).toBe(false);
    const away = after(inSession, 'leave', { action: 'resume', after_ms: 2000 });
    expect(away.restarting).toBe(true);
    expect(reduceWelcome(away, aWelcome, now).restarting).toBe(false);
  });
});

describe('a ticket', () => {
  it('follows its position and keeps the time of the figures', () => {
    const state = after(emptyState, 'queue.position', { ticket: aTicket({ ahead: 2 }) });
    expect(state.ticket?.ahead).toBe(2);
    expect(state.ticketAt).toBe(now);
  });

  it('is called, with window and deadline, and forgets them when it waits again', () => {
    const called = after(emptyState, 'ticket.called', {
      ticket: aTicket({ state: 'CALLED' }),
      window: { no: 3, name: '不动产', staff_no: '3003' },
      deadline_at: now + 30_000,
    });
    expect(called.called).toEqual({
      window: { no: 3, name: '不动产', staff_no: '3003' },
      deadlineAt: now + 30_000,
    });
    const again = after(called, 'ticket.updated', { ticket: aTicket({ state: 'WAITING' }) });
    expect(again.called).toBeNull();
  });

  it('keeps 我在 over a new position, and loses it with another ticket', () => {
    const confirmed = { ...emptyState, ticket: aTicket(), confirmed: true };
    expect(after(confirmed, 'queue.position', { ticket: aTicket() }).confirmed).toBe(true);
    expect(after(confirmed, 'queue.position', { ticket: aTicket({ id: 't-2' }) }).confirmed).toBe(false);
    const told = after(confirmed, 'queue.position', { ticket: aTicket({ ready: false }) });
    expect(told.confirmed).toBe(false);
  });

  it('says why it ended', () => {
    const state = after(emptyState, 'ticket.expired', {
      ticket: aTicket({ state: 'NO_SHOW' }),
      reason: 'no_show',
    });
    expect([state.ticket?.state, state.expired]).toEqual(['NO_SHOW', 'no_show']);
  });
});

describe('a session', () => {
  it('keeps its people up to date', () => {
    const joined = after(inSession, 'session.participant', {
      participant: aParticipant({ id: 'p-2', role: 'helper', label: '家人' }),
      change: 'joined',
    });
    expect(joined.session?.participants).toHaveLength(3);
    const away = after(joined, 'session.participant', {
      participant: aParticipant({ state: 'away' }),
      change: 'away',
    });
    expect(away.session?.participants[0]?.state).toBe('away');
    expect(away.session?.participants).toHaveLength(3);
  });

  it('is held with a reason, warned, and goes on', () => {
    const held = after(inSession, 'session.state', { state: 'held', reason: '核对', at: 1 });
    const warned = after(held, 'session.state', { state: 'held', warn: true, at: 2 });
    expect(warned.hold).toEqual({ reason: '核对', warned: true, since: 1, until: null });
    expect(after(warned, 'session.state', { state: 'active', at: 3 }).hold).toBeNull();
  });

  it('ends with a reason and without slots', () => {
    const slots = after(inSession, 'media.slots', {
      slots: [{ mid: '3', participant: 'p-clerk', source: 'mic', state: 'active' }],
    });
    const ended = after(slots, 'session.state', { state: 'ended', reason: 'finished', at: 9 });
    expect([ended.session?.state, ended.ended, ended.slots]).toEqual([
      'ended',
      { reason: 'finished', at: 9 },
      [],
    ]);
  });

  it('keeps chat in order and once', () => {
    const line = { id: 'm-1', from: 'p-clerk', text: '您好', kind: 'text' as const, at: 1 };
    const once = after(after(inSession, 'chat.message', line), 'chat.message', line);
    expect(once.chat).toHaveLength(1);
  });

  it('starts with empty chat and slots when it is another one', () => {
    const talked = { ...inSession, chat: [{ id: 1, from: 'p', text: 'x', at: 1 }] };
    expect(after(talked, 'session.started', { session: aSession() }).chat).toHaveLength(1);
    expect(after(talked, 'session.started', { session: aSession({ id: 'x-2' }) }).chat).toEqual([]);
  });

  it('shows the recording as the server says', () => {
    const state = after(inSession, 'recording.state', { state: 'recording', since: 5 });
    expect([state.recording?.state, state.session?.recording.since]).toEqual(['recording', 5]);
  });
});

describe('a queue', () => {
  it('is kept in order of due, then number', () => {
    const start = after(emptyState, 'queue.snapshot', {
      tickets: [aRow({ id: 'b', number: 'A002', due: 20 }), aRow({ id: 'a', number: 'A001', due: 10 })],
      waiting: 2,
      longest_ms: 5,
      at: 1,
    });
    const next = after(start, 'queue.delta', {
      upsert: [aRow({ id: 'c', number: 'A000', due: 20 }), aRow({ id: 'a', number: 'A001', due: 30 })],
      remove: ['gone'],
      waiting: 3,
      longest_ms: 6,
      at: 2,
    });
    expect(next.queue?.tickets.map((row) => row.id)).toEqual(['c', 'b', 'a']);
    expect(next.queue?.waiting).toBe(3);
  });

  it('loses an offer when the window leaves', () => {
    const clerk = { ...emptyState, me: { role: 'clerk' } };
    const offered = after(clerk, 'ticket.offered', { ticket: aTicket(), why: 'due', deadline_at: 9 });
    expect(offered.offered?.deadlineAt).toBe(9);
    const left = after(offered, 'window.state', { window: aWindow({ state: 'not_ready' }) });
    expect(left.offered).toBeNull();
  });
});

describe('a welcome', () => {
  it('that brings the number back to the queue out of a call tells of a restart', () => {
    const state = reduceWelcome(inSession, { ...aWelcome, snapshot: { ticket: aTicket() } }, now);
    expect(state.ended).toEqual({ reason: 'server_restart', at: now });
  });

  describe('to a page whose phone rings', () => {
    const rings = after(emptyState, 'ticket.called', {
      ticket: aTicket({ state: 'CALLED', deadline_at: now + 30_000 }),
      window: { no: 3, name: '不动产', staff_no: '3003' },
      deadline_at: now + 30_000,
    });

    it('lets it ring on, for as long as the server says now', () => {
      const ticket = aTicket({ state: 'CALLED', deadline_at: now + 41_000 });
      const state = reduceWelcome(rings, { ...aWelcome, resumed: true, snapshot: { ticket } }, now);
      expect([state.called?.deadlineAt, state.called?.window.no]).toEqual([now + 41_000, 3]);
      expect(state.ended).toBeNull();
    });

    it('tells of a restart when the ring was lost in it', () => {
      const state = reduceWelcome(rings, { ...aWelcome, resumed: false, snapshot: { ticket: aTicket() } }, now);
      expect([state.called, state.ended?.reason]).toEqual([null, 'server_restart']);
      const kept = reduceWelcome(rings, { ...aWelcome, resumed: true, snapshot: { ticket: aTicket() } }, now);
      expect(kept.ended).toBeNull();
      const ticket = aTicket({ state: 'CALLED' });
      expect(reduceWelcome(state, { ...aWelcome, snapshot: { ticket } }, now).ended).toBeNull();
    });
  });

  it('with a snapshot replaces what was known', () => {
    const state = reduceWelcome({ ...inSession, ticket: aTicket() }, { ...aWelcome, snapshot: {} }, now);
    expect([state.session, state.ticket]).toEqual([null, null]);
    expect(state.ended).toEqual({ reason: 'closed', at: now });
    const full = reduceWelcome(
      emptyState,
      { ...aWelcome, snapshot: { ticket: aTicket(), session: aSession({ state: 'held' }) } },
      now,
    );
    expect(full.session?.me).toBe('p-me');
    expect(full.hold).not.toBeNull();
  });

  it('without one keeps it', () => {
    const state = reduceWelcome(inSession, { ...aWelcome, resumed: true }, now);
    expect(state.session?.id).toBe('x-1');
  });
});
