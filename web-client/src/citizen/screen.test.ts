import { describe, expect, it } from 'vitest';

import { emptyState, ticketStates, type ClientState } from '@/core';
import { aSession, aTicket } from '@/core/testing/samples';

import { screenOf, type Screen, type Situation } from './screen';

const calm: Situation = {
  state: emptyState,
  link: 'open',
  resuming: false,
  done: null,
  dismissed: null,
  place: { name: 'home' },
};

const withState = (state: Partial<ClientState>, more: Partial<Situation> = {}): Screen =>
  screenOf({ ...calm, ...more, state: { ...emptyState, ...state } });

describe('the screen', () => {
  it('is the place where the person went, as long as nothing else is', () => {
    expect(screenOf(calm)).toBe('home');
    expect(screenOf({ ...calm, place: { name: 'notice', code: 'BD01' } })).toBe('notice');
  });

  it.each([
    ['TICKETED', 'waiting'],
    ['WAITING', 'waiting'],
    ['CALLED', 'called'],
    ['RINGING', 'called'],
    ['CONNECTING', 'called'],
    ['IN_SESSION', 'called'],
    ['HELD', 'called'],
    ['RECONNECTING', 'called'],
    ['WRAP_UP', 'done'],
    ['FINISHED', 'done'],
    ['CANCELLED', 'ticket-ended'],
    ['NO_SHOW', 'ticket-ended'],
    ['ABANDONED', 'ticket-ended'],
    ['FAILED_TECH', 'ticket-ended'],
    ['EXPIRED', 'ticket-ended'],
  ] as const)('of a ticket in %s is %s, wherever the person was', (state, screen) => {
    expect(withState({ ticket: aTicket({ state }) }, { place: { name: 'matter', code: 'X' } })).toBe(screen);
  });

  it('knows every state of a ticket', () => {
    for (const state of ticketStates) {
      expect(withState({ ticket: aTicket({ state }) })).not.toBe('home');
    }
  });

  it('is the call while there is a session, also on hold', () => {
    const ticket = aTicket({ state: 'IN_SESSION' });
    expect(withState({ ticket, session: aSession() })).toBe('call');
    expect(withState({ ticket, session: aSession({ state: 'held' }) })).toBe('call');
  });

  it('is the end after a call, before and after the ticket says so', () => {
    const done = { matter: 'm', number: 'A1', reason: 'finished', result: null, pending: true };
    const over = { session: aSession({ state: 'ended' }), ended: { reason: 'finished', at: 1 } };
    expect(withState({ ...over, ticket: aTicket({ state: 'IN_SESSION' }) }, { done })).toBe('done');
    expect(withState({ ...over, ticket: aTicket({ state: 'CONNECTING' }) }, { done })).toBe('done');
    expect(withState({ ticket: aTicket({ state: 'FINISHED' }) }, { done })).toBe('done');
  });

  it('is the queue again when the call failed and the number goes on', () => {
    const done = { matter: 'm', number: 'A1', reason: 'lost_clerk', result: null, pending: true };
    const state = { ticket: aTicket({ state: 'WAITING' }), session: aSession({ state: 'ended' }) };
    expect(withState(state, { done })).toBe('waiting');
  });

  it('lets go of what was put away', () => {
    const ticket = aTicket({ state: 'FINISHED' });
    expect(withState({ ticket }, { dismissed: 't-1' })).toBe('home');
    expect(withState({ ticket: aTicket({ id: 't-2', state: 'FINISHED' }) }, { dismissed: 't-1' })).toBe('done');
  });

  it('is the claim when a link was opened after a call, but not over a number that lives', () => {
    const done = { matter: 'm', number: 'A1', reason: 'finished', result: null, pending: true };
    const place = { name: 'claim' as const, code: 'x' };
    expect(withState({ ticket: aTicket({ state: 'FINISHED' }) }, { done, place })).toBe('claim');
    expect(withState({ ticket: aTicket() }, { place })).toBe('waiting');
  });

  it('waits for the server before it decides after a reload, and stops when replaced', () => {
    expect(screenOf({ ...calm, resuming: true })).toBe('resuming');
    expect(screenOf({ ...calm, resuming: true, link: 'replaced' })).toBe('replaced');
  });
});
