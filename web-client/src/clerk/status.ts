import { interruptionOf, isNarrow, isUnseen, type ClientState, type Interruption, type Key, type MediaStatus, type Participant, type ParticipantStreams } from '@/core';
import { personLabel } from '@/i18n/labels';
import { liveSession, phaseOf, type Phase } from './phase';

/* What the status line says: a key of the words with its values; `who` is filled in with a participant's label. */
export interface StatusLine {
  key: StatusKey;
  tone: 'good' | 'warn' | 'bad' | 'idle';
  who?: string;
  reason?: string;
  /* a length that runs, since then on the server's clock */
  since?: number;
}

export type StatusKey =
  | 'line.connecting'
  | 'line.inCall'
  | 'line.held'
  | 'line.heldPlain'
  | 'line.heldWarn'
  | `interrupted.${Interruption['cause']}`
  | 'line.away'
  | 'line.recovering'
  | 'line.muted'
  | 'line.noPicture'
  | 'line.poor'
  | 'line.waitPicture'
  | 'line.codec'
  | 'line.codecBoth'
  | 'line.unseen'
  | 'line.narrow'
  | 'line.narrowOther'
  | 'line.wrapUp'
  | 'line.wrapUpPlain'
  | 'line.ended'
  | 'line.recordingFailed';

/* The person the session is about. */
export function counterpart(state: ClientState): Participant | null {
  const session = state.session;
  const others = (session?.participants ?? []).filter((one) => one.id !== session?.me && one.state !== 'left');
  return others.find((one) => one.role === 'citizen') ?? others[0] ?? null;
}

/* One sentence: the first that matters of what could be said. */
export function statusOf(
  state: ClientState,
  mediaStatus: MediaStatus,
  streams: ParticipantStreams[],
  quiet: ReadonlyMap<Key, number> = new Map(),
): StatusLine | null {
  const phase = phaseOf(state);
  switch (phase) {
    case 'connecting':
      return { key: 'line.connecting', tone: 'idle' };
    case 'held':
      return heldLine(state);
    case 'call':
      return mediaStatus === 'recovering' ? { key: 'line.recovering', tone: 'bad' } : callLine(state, streams, quiet);
    case 'wrapUp':
      return state.ended
        ? { key: 'line.wrapUp', tone: 'idle', reason: state.ended.reason }
        : { key: 'line.wrapUpPlain', tone: 'idle' };
    case 'idle':
    case 'offered':
    case 'calling':
      return endedLine(state, phase);
  }
}

function heldLine(state: ClientState): StatusLine {
  const hold = state.hold;
  if (hold?.reason === 'recording_failed') {
    return { key: 'line.recordingFailed', tone: 'bad' };
  }
  const since = hold?.since || undefined;
  if (hold?.warned) {
    return { key: 'line.heldWarn', tone: 'warn', since };
  }
  return hold?.reason
    ? { key: 'line.held', tone: 'warn', reason: hold.reason, since }
    : { key: 'line.heldPlain', tone: 'warn', since };
}

function callLine(state: ClientState, streams: ParticipantStreams[], quiet: ReadonlyMap<Key, number>): StatusLine {
  const session = liveSession(state);
  const running: StatusLine = { key: 'line.inCall', tone: 'good', since: session?.started_at };
  const other = counterpart(state);
  if (other === null) {
    return running;
  }
  const who = personLabel(other.label);
  const interrupted = interruptionOf(other, quiet, 0)?.cause ?? 'network';
  if (interrupted !== 'network' && interrupted !== 'gone') {
    return { key: `interrupted.${interrupted}`, tone: 'warn' };
  }
  if (other.state === 'away' || interrupted === 'gone') {
    return { key: 'line.away', tone: 'bad', who };
  }
  if (other.muted.audio) {
    return { key: 'line.muted', tone: 'warn', who };
  }
  return pictureLine(state, streams, other) ?? running;
}

function pictureLine(state: ClientState, streams: ParticipantStreams[], other: Participant): StatusLine | null {
  const who = personLabel(other.label);
  const camera = streams.find((one) => one.participant === other.id)?.camera ?? 'empty';
  const unseen = isUnseen(state, state.session?.me, other.id);
  if (camera === 'codec_unsupported' || isUnseen(state, other.id, state.session?.me)) {
    return { key: unseen ? 'line.codecBoth' : 'line.codec', tone: 'warn', who };
  }
  if (unseen) {
    return { key: 'line.unseen', tone: 'warn', who };
  }
  if (isNarrow(state, state.session?.me)) {
    return { key: 'line.narrow', tone: 'warn', who };
  }
  if (isNarrow(state, other.id)) {
    return { key: 'line.narrowOther', tone: 'warn', who };
  }
  const quality = state.quality.find((one) => one.participant === other.id);
  if (quality?.level === 'poor') {
    return { key: 'line.poor', tone: 'warn', who };
  }
  if (other.muted.video) {
    return { key: 'line.noPicture', tone: 'idle', who };
  }
  return camera === 'active' ? null : { key: 'line.waitPicture', tone: 'idle', who };
}

/* A call that leaves nothing to fill in, without a number or never begun: the line still says how it ended. */
function endedLine(state: ClientState, phase: Phase): StatusLine | null {
  const nothingToFill = state.window === null || state.ended?.reason === 'recording_failed';
  return phase === 'idle' && nothingToFill && state.ended
    ? { key: 'line.ended', tone: 'idle', reason: state.ended.reason }
    : null;
}
