import type { AnyEvent, EventData, Participant, Session } from '../messages';
import type { ClientState } from './state';

const keptMessages = 200;

export function withSession(state: ClientState, session: Session): ClientState {
  const same = state.session?.id === session.id;
  const held = session.state === 'held';
  return {
    ...state,
    session,
    recording: session.recording,
    ended: session.state === 'ended' ? state.ended : null,
    hold: held
      ? {
          reason: session.reason ?? state.hold?.reason ?? null,
          warned: state.hold?.warned ?? false,
          since: session.held_at ?? state.hold?.since ?? 0,
          until: session.resume_at ?? null,
        }
      : null,
    offered: null,
    slots: same ? state.slots : [],
    quality: same ? state.quality : [],
    unseen: same ? state.unseen : [],
    narrow: same ? state.narrow : [],
    chat: same ? state.chat : [],
    speaker: same ? state.speaker : null,
  };
}

/* This page is in it no more, and it goes on. */
export function withoutSession(state: ClientState): ClientState {
  return { ...state, session: null, hold: null, ended: null, recording: null, slots: [], quality: [], unseen: [], narrow: [], chat: [], speaker: null };
}

export function reduceSession(state: ClientState, event: AnyEvent): ClientState {
  switch (event.m) {
    case 'session.started':
      return withSession(state, event.d.session);
    case 'session.participant':
      return withParticipant(state, event.d.participant);
    case 'session.state':
      return withSessionState(state, event.d);
    case 'media.slots':
      return { ...state, slots: event.d.slots };
    case 'media.quality': {
      const others = state.quality.filter((one) => one.participant !== event.d.participant);
      return { ...state, quality: [...others, event.d] };
    }
    case 'media.unseen':
      return { ...state, unseen: event.d.pairs };
    case 'media.narrow':
      return { ...state, narrow: event.d.participants };
    case 'session.speaker':
      return { ...state, speaker: event.d.participant };
    case 'chat.message': {
      const known = state.chat.some((message) => message.id === event.d.id);
      return known ? state : { ...state, chat: [...state.chat, event.d].slice(-keptMessages) };
    }
    case 'recording.state': {
      const session = state.session && { ...state.session, recording: event.d };
      return { ...state, recording: event.d, session };
    }
    default:
      return state;
  }
}

function withParticipant(state: ClientState, participant: Participant): ClientState {
  if (state.session === null) {
    return state;
  }
  const known = state.session.participants.some((one) => one.id === participant.id);
  const participants = known
    ? state.session.participants.map((one) => (one.id === participant.id ? participant : one))
    : [...state.session.participants, participant];
  return { ...state, session: { ...state.session, participants } };
}

function withSessionState(state: ClientState, d: EventData<'session.state'>): ClientState {
  const session = state.session && { ...state.session, state: d.state };
  switch (d.state) {
    case 'held':
      return {
        ...state,
        session,
        hold: {
          reason: d.reason ?? state.hold?.reason ?? null,
          warned: d.warn ?? false,
          since: d.held_at ?? (state.hold?.since || d.at),
          until: d.resume_at ?? null,
        },
      };
    case 'ended':
      return {
        ...state,
        session,
        hold: null,
        slots: [],
        speaker: null,
        ended: { reason: d.reason ?? 'closed', at: d.at },
      };
    case 'gathering':
    case 'connecting':
    case 'active':
      return { ...state, session, hold: null };
  }
}
