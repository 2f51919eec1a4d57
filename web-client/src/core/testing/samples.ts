import type { Participant, QueueRow, Session, Ticket, Window } from '../messages';

export const aMatter = { code: 'BD01', name: '二手房转移登记', kind: 'accept' as const };

export function aTicket(change: Partial<Ticket> = {}): Ticket {
  return {
    id: 't-1',
    number: 'A012',
    matter: aMatter,
    channel: 'VIDEO',
    state: 'WAITING',
    ahead: 3,
    ahead_booked: 1,
    wait_min_ms: 240_000,
    wait_max_ms: 540_000,
    created_at: 1_764_000_000_000,
    ...change,
  };
}

export function aParticipant(change: Partial<Participant> = {}): Participant {
  return {
    id: 'p-clerk',
    role: 'clerk',
    label: '3号窗 · 工号3003',
    state: 'joined',
    muted: { audio: false, video: false },
    ...change,
  };
}

export function aSession(change: Partial<Session> = {}): Session {
  return {
    id: 'x-1',
    state: 'connecting',
    matter: aMatter,
    ticket: 't-1',
    number: 'A012',
    started_at: 1_764_000_100_000,
    recording: { state: 'preparing' },
    participants: [aParticipant(), aParticipant({ id: 'p-me', role: 'citizen', label: '市民 A012' })],
    me: 'p-me',
    ...change,
  };
}

export function aWindow(change: Partial<Window> = {}): Window {
  return {
    no: 3,
    name: '不动产',
    staff_no: '3003',
    state: 'ready',
    since: 1_764_000_000_000,
    served_today: 2,
    mean_ms: 600_000,
    ...change,
  };
}

export function aRow(change: Partial<QueueRow> = {}): QueueRow {
  return {
    id: 't-1',
    number: 'A012',
    matter: aMatter,
    channel: 'VIDEO',
    state: 'WAITING',
    ready: true,
    due: 1_764_000_000_000,
    since: 1_764_000_000_000,
    priority: false,
    mine: true,
    ...change,
  };
}
