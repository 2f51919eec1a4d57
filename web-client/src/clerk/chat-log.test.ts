import { describe, expect, it } from 'vitest';

import { emptyState, memoryDrawer, type ChatMessage, type ClientState, type Drawer } from '@/core';
import { aTicket, aWindow } from '@/core/testing/samples';
import { ChatLog } from './chat-log';

const message = (id: string, at: number): ChatMessage => ({ id, from: 'p', text: id, at });

const stateOf = (session: string, chat: ChatMessage[]): ClientState => ({
  ...emptyState,
  chat,
  session: {
    id: session,
    state: 'active',
    matter: { code: 'BD01', name: '', kind: 'accept' },
    started_at: 0,
    recording: { state: 'recording' },
    participants: [],
    me: 'c',
  },
});

const reloaded = (drawer: Drawer): ChatLog => new ChatLog(drawer);

describe('chat log', () => {
  it('gives the earlier messages of the same session back after a reload', () => {
    const drawer = memoryDrawer();
    new ChatLog(drawer).keep(stateOf('s1', [message('a', 1), message('b', 2)]));
    const after = reloaded(drawer).keep(stateOf('s1', [message('c', 3)]));
    expect(after.chat.map((one) => one.id)).toEqual(['a', 'b', 'c']);
  });

  it('does not repeat what the server sends again', () => {
    const drawer = memoryDrawer();
    new ChatLog(drawer).keep(stateOf('s1', [message('a', 1)]));
    const after = reloaded(drawer).keep(stateOf('s1', [message('a', 1)]));
    expect(after.chat).toHaveLength(1);
  });

  it('forgets another session', () => {
    const drawer = memoryDrawer();
    new ChatLog(drawer).keep(stateOf('s1', [message('a', 1)]));
    expect(reloaded(drawer).keep(stateOf('s2', [])).chat).toEqual([]);
    expect(reloaded(drawer).keep(stateOf('s1', [])).chat).toEqual([]);
  });

  it('gives back who, how long and how it ended while the result is written down, and not with another number', () => {
    const drawer = memoryDrawer();
    const running = stateOf('s1', [message('a', 1)]);
    running.session!.ticket = 't-1';
    const log = new ChatLog(drawer);
    log.keep(running);
    log.keep({ ...running, session: { ...running.session!, state: 'ended' }, ended: { reason: 'hangup_citizen', at: 9 } });
    const wrapUp = (id: string): ClientState => ({
      ...emptyState,
      window: aWindow({ state: 'wrap_up', ticket: aTicket({ id, state: 'WRAP_UP' }) }),
    });
    const after = reloaded(drawer).keep(wrapUp('t-1'));
    expect(after.chat).toHaveLength(1);
    expect(after.ended).toEqual({ reason: 'hangup_citizen', at: 9 });
    expect(after.session).toMatchObject({ id: 's1', state: 'ended', me: 'c' });
    expect(reloaded(drawer).keep(wrapUp('t-2')).session).toBeNull();
  });

  it('survives a drawer full of something else', () => {
    const drawer = memoryDrawer();
    drawer.set('chat', '{"session":1}');
    expect(reloaded(drawer).keep(stateOf('s1', [])).chat).toEqual([]);
    drawer.set('chat', 'no json');
    expect(reloaded(drawer).keep(stateOf('s1', [])).chat).toEqual([]);
  });
});
