import { describe, expect, it } from 'vitest';

import { emptyState, memoryDrawer } from '@/core';
import { aSession, aTicket } from '@/core/testing/samples';

import { loadDone, nextDone, saveDone } from './done';

const ended = { session: aSession({ state: 'ended' }), ended: { reason: 'hangup_clerk', at: 1 } };

describe('the record of an ended call', () => {
  it('begins when the call ends and is completed by the result', () => {
    const over = { ...emptyState, ...ended, ticket: aTicket({ state: 'WRAP_UP' }) };
    const first = nextDone(null, over, null);
    expect(first).toMatchObject({ number: 'A012', reason: 'hangup_clerk', result: null, pending: true });
    const result = { code: 'SUPPLEMENT' as const, missing: ['完税凭证'] };
    const finished = { ...over, ticket: aTicket({ state: 'FINISHED', result }) };
    expect(nextDone(first, finished, null)).toMatchObject({ result, pending: false });
  });

  it('survives a reload that brings the ticket but not the reason', () => {
    const before = nextDone(null, { ...emptyState, ...ended, ticket: aTicket({ state: 'WRAP_UP' }) }, null);
    const reloaded = { ...emptyState, ticket: aTicket({ state: 'WRAP_UP' }) };
    expect(nextDone(before, reloaded, null)?.reason).toBe('hangup_clerk');
  });

  it('waits for no result of a call that the server cut short', () => {
    const cut = { ...emptyState, session: ended.session, ended: { reason: 'server_restart', at: 1 } };
    const done = nextDone(null, { ...cut, ticket: aTicket({ state: 'IN_SESSION' }) }, null);
    expect(done).toMatchObject({ reason: 'server_restart', pending: false });
  });

  it('waits for no result where there is no ticket', () => {
    const state = { ...emptyState, ...ended, session: aSession({ state: 'ended', ticket: null }) };
    expect(nextDone(null, state, null)?.pending).toBe(false);
  });

  it('ends with a new call, and does not come back once put away', () => {
    const before = nextDone(null, { ...emptyState, ...ended }, null);
    expect(nextDone(before, { ...emptyState, session: aSession() }, null)).toBeNull();
    const finished = { ...emptyState, ticket: aTicket({ state: 'FINISHED' }) };
    expect(nextDone(null, finished, 't-1')).toBeNull();
  });

  it('is kept in the tab, and a spoilt one is no record', () => {
    const drawer = memoryDrawer();
    const done = nextDone(null, { ...emptyState, ...ended }, null);
    saveDone(drawer, done);
    expect(loadDone(drawer)).toEqual(done);
    drawer.set('done', '{');
    expect(loadDone(drawer)).toBeNull();
    saveDone(drawer, null);
    expect(drawer.get('done')).toBeNull();
  });
});
