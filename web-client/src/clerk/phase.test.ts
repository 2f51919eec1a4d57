import { describe, expect, it } from 'vitest';

import { emptyState, type ClientState, type Participant, type ParticipantStreams, type Session, type Ticket } from '@/core';
import { canFinish, phaseOf } from './phase';
import { counterpart, statusOf } from './status';

const matter = { code: 'BD01', name: '二手房转移登记', kind: 'accept' as const };

const ticket = (state: Ticket['state']): Ticket => ({
  id: 't1',
  number: 'A012',
  matter,
  channel: 'VIDEO',
  state,
  created_at: 1000,
});

const person = (id: string, role: string, change: Partial<Participant> = {}): Participant => ({
  id,
  role,
  label: `${role} ${id}`,
  state: 'joined',
  muted: { audio: false, video: false },
  ...change,
});

const session = (state: Session['state'], citizen: Partial<Participant> = {}): Session => ({
  id: 's1',
  state,
  matter,
  started_at: 5000,
  recording: { state: 'recording' },
  participants: [person('c', 'clerk'), person('h', 'helper'), person('p', 'citizen', citizen)],
  me: 'c',
});

const desk = (window: 'ready' | 'not_ready' | 'busy' | 'wrap_up', inHand: Ticket | null = null): ClientState['window'] => ({
  no: 3,
  name: '不动产',
  state: window,
  since: 0,
  served_today: 0,
  mean_ms: 0,
  ticket: inHand,
});

const stateOf = (part: Partial<ClientState>): ClientState => ({ ...emptyState, ...part });
const camera = (state: ParticipantStreams['camera']): ParticipantStreams[] => [
  { participant: 'p', person: null, document: null, camera: state },
];

describe('phase', () => {
  it.each<[string, Partial<ClientState>]>([
    ['idle', { window: desk('ready') }],
    ['offered', { window: desk('ready'), offered: { ticket: ticket('WAITING'), why: 'due', deadlineAt: 1 } }],
    ['calling', { window: desk('busy', ticket('CALLED')) }],
    ['calling', { window: desk('busy', ticket('RINGING')) }],
    ['connecting', { window: desk('busy', ticket('CONNECTING')) }],
    ['connecting', { window: desk('busy', ticket('CONNECTING')), session: session('connecting') }],
    ['call', { window: desk('busy', ticket('IN_SESSION')), session: session('active') }],
    ['held', { window: desk('busy', ticket('HELD')), session: session('held') }],
    ['wrapUp', { window: desk('wrap_up', ticket('WRAP_UP')), session: session('ended') }],
    ['idle', { window: desk('not_ready'), session: session('ended') }],
    ['call', { window: null, session: session('active') }],
  ])('%s', (phase, part) => {
    expect(phaseOf(stateOf(part))).toBe(phase);
  });

  it('lets a result be saved in and after the session only', () => {
    const states: Array<Ticket['state']> = ['CALLED', 'CONNECTING', 'IN_SESSION', 'RECONNECTING', 'WRAP_UP'];
    expect(states.map((one) => canFinish(stateOf({ window: desk('busy', ticket(one)) })))).toEqual([
      false, false, true, true, true,
    ]);
    expect(canFinish(stateOf({ window: desk('ready') }))).toBe(false);
  });
});

describe('status line', () => {
  const inCall = (citizen: Partial<Participant> = {}, part: Partial<ClientState> = {}): ClientState =>
    stateOf({ window: desk('busy', ticket('IN_SESSION')), session: session('active', citizen), ...part });

  it('is about the citizen, not about a helper', () => {
    expect(counterpart(inCall())?.id).toBe('p');
    expect(counterpart(inCall({ state: 'left' }))?.role).toBe('helper');
  });

  it('says how long the call runs when nothing is wrong', () => {
    expect(statusOf(inCall(), 'connected', camera('active'))).toEqual({
      key: 'line.inCall',
      tone: 'good',
      since: 5000,
    });
  });

  it.each<[string, Partial<Participant>, ParticipantStreams['camera'], Partial<ClientState>]>([
    ['line.away', { state: 'away' }, 'active', {}],
    ['interrupted.phone_call', { interrupted: { cause: 'phone_call', since: 1 }, muted: { audio: true, video: true } }, 'active', {}],
    ['line.muted', { muted: { audio: true, video: true } }, 'active', {}],
    ['line.noPicture', { muted: { audio: false, video: true } }, 'waiting', {}],
    ['line.codec', {}, 'codec_unsupported', {}],
    ['line.codec', {}, 'empty', { unseen: [{ from: 'p', by: 'c' }] }],
    ['line.codecBoth', {}, 'codec_unsupported', { unseen: [{ from: 'c', by: 'p' }] }],
    ['line.unseen', {}, 'active', { unseen: [{ from: 'c', by: 'p' }] }],
    ['line.waitPicture', {}, 'waiting', { unseen: [{ from: 'h', by: 'p' }] }],
    ['line.narrow', {}, 'paused', { narrow: ['c'] }],
    ['line.narrowOther', {}, 'active', { narrow: ['p'], quality: [{ participant: 'p', level: 'poor' }] }],
    ['line.poor', {}, 'active', { quality: [{ participant: 'p', level: 'poor' }] }],
    ['line.inCall', {}, 'active', { quality: [{ participant: 'c', level: 'poor' }] }],
  ])('says %s', (key, citizen, slot, part) => {
    expect(statusOf(inCall(citizen, part), 'connected', camera(slot))?.key).toBe(key);
  });

  it('puts the own trouble before anything of the other side', () => {
    expect(statusOf(inCall({ state: 'away' }), 'recovering', [])?.key).toBe('line.recovering');
  });

  it.each<[string, ClientState['hold']]>([
    ['line.heldPlain', null],
    ['line.held', { reason: '查系统', warned: false, since: 9 }],
    ['line.heldWarn', { reason: '查系统', warned: true, since: 9 }],
    ['line.recordingFailed', { reason: 'recording_failed', warned: false, since: 9 }],
  ])('on hold: %s', (key, hold) => {
    const held = stateOf({ window: desk('busy', ticket('HELD')), session: session('held'), hold });
    expect(statusOf(held, 'connected', [])?.key).toBe(key);
  });

  it('says why the call ended while the result is due, and nothing when idle', () => {
    const wrapUp = stateOf({
      window: desk('wrap_up', ticket('WRAP_UP')),
      session: session('ended'),
      ended: { reason: 'hangup_citizen', at: 1 },
    });
    expect(statusOf(wrapUp, 'idle', [])).toMatchObject({ key: 'line.wrapUp', reason: 'hangup_citizen' });
    expect(statusOf(stateOf({ window: desk('ready') }), 'idle', [])).toBeNull();
  });
});
