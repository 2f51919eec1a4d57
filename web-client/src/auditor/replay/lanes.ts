import type { Gap, Timeline, TimelineEvent } from './timeline';

export type LaneKind = 'presence' | 'voice' | 'hold' | 'network' | 'chat' | 'mark';
export type Tone = 'plain' | 'good' | 'warn' | 'bad';

export interface LaneItem {
  startMs: number;
  /* the same as startMs: a moment, not a length */
  endMs: number;
  tone: Tone;
  /* what it is: a gap's cause, a participant's id, the text of a message */
  cause?: string;
  participant?: string;
  text?: string;
}

export interface Lane {
  id: string;
  kind: LaneKind;
  /* whose; the lanes of the whole session have none */
  participant: string | null;
  items: LaneItem[];
}

/* Gaps that nobody wished, as HOLD and MUTE were. */
const faults = ['NETWORK', 'HANDOVER', 'PHONE_CALL', 'BACKGROUND', 'OVERFLOW', 'RESTART'];

export function isFault(gap: Gap): boolean {
  return faults.includes(gap.cause);
}

/* The gap that a picture of this participant stands in at `atMs`; a fault outweighs what somebody wished. */
export function gapAt(gaps: Gap[], participant: string, source: string, atMs: number): Gap | null {
  const wanted = source === 'document' ? 'document' : 'camera';
  const here = gaps.filter(
    (gap) =>
      gap.participant === participant &&
      (gap.source ?? wanted) === wanted &&
      gap.start_ms <= atMs &&
      atMs < gap.end_ms,
  );
  return here.find(isFault) ?? here[0] ?? null;
}

interface Span {
  startMs: number;
  endMs: number;
}

/* `whole` without the parts in `holes`. */
export function subtract(whole: Span, holes: Span[]): Span[] {
  const sorted = [...holes].sort((a, b) => a.startMs - b.startMs);
  const rest: Span[] = [];
  let from = whole.startMs;
  for (const hole of sorted) {
    if (hole.startMs > from) {
      rest.push({ startMs: from, endMs: Math.min(hole.startMs, whole.endMs) });
    }
    from = Math.max(from, hole.endMs);
    if (from >= whole.endMs) {
      return rest;
    }
  }
  rest.push({ startMs: from, endMs: whole.endMs });
  return rest;
}

/* Spans that touch or overlap, as one: a gap is told for voice and picture each. */
function merged(items: LaneItem[]): LaneItem[] {
  const sorted = [...items].sort((a, b) => a.startMs - b.startMs);
  const result: LaneItem[] = [];
  for (const item of sorted) {
    const last = result[result.length - 1];
    if (last && last.cause === item.cause && last.participant === item.participant && item.startMs <= last.endMs) {
      last.endMs = Math.max(last.endMs, item.endMs);
    } else {
      result.push({ ...item });
    }
  }
  return result;
}

function presenceLane(timeline: Timeline, participant: string): Lane {
  const items = timeline.participants
    .filter((one) => one.id === participant)
    .map((one) => ({
      startMs: one.joined_ms,
      endMs: one.left_ms ?? timeline.duration_ms,
      tone: 'plain' as const,
      participant,
    }));
  return { id: `presence/${participant}`, kind: 'presence', participant, items };
}

/* When this participant's voice is in the recording. */
function voiceLane(timeline: Timeline, participant: string): Lane {
  const holes = timeline.gaps
    .filter((gap) => gap.participant === participant && gap.source !== 'camera' && gap.source !== 'document')
    .map((gap) => ({ startMs: gap.start_ms, endMs: gap.end_ms }));
  const items = timeline.legs
    .filter((leg) => leg.participant === participant && leg.audio)
    .flatMap((leg) => subtract({ startMs: leg.start_ms, endMs: leg.end_ms }, holes))
    .map((span) => ({ ...span, tone: 'good' as const, participant }))
    .sort((a, b) => a.startMs - b.startMs);
  return { id: `voice/${participant}`, kind: 'voice', participant, items };
}

/* A fault of the line or of ours, or what took somebody from the call. */
const ofPeople = ['PHONE_CALL', 'BACKGROUND'];
const faultTone = (gap: Gap): Tone => (ofPeople.includes(gap.cause) ? 'warn' : 'bad');

function gapLane(kind: LaneKind, toneOf: (gap: Gap) => Tone, gaps: Gap[]): Lane {
  const items = gaps.map((gap) => ({
    startMs: gap.start_ms,
    endMs: gap.end_ms,
    tone: toneOf(gap),
    cause: gap.cause,
    participant: kind === 'hold' ? undefined : (gap.participant ?? undefined),
  }));
  return { id: kind, kind, participant: null, items: merged(items) };
}

function textOf(event: TimelineEvent): string {
  const value = event['text'] ?? event['label'];
  return typeof value === 'string' ? value : '';
}

function momentLane(kind: LaneKind, tone: Tone, events: TimelineEvent[]): Lane {
  const items = events.map((event) => ({
    startMs: event.at_ms,
    endMs: event.at_ms,
    tone,
    participant: event.participant ?? undefined,
    text: textOf(event),
  }));
  return { id: kind, kind, participant: null, items };
}

/*
 * The rows under the seek bar. Presence and voice of each participant are always there; the others only when they have
 * something to show, the network's always, since its being empty is a finding too.
 */
export function lanesOf(timeline: Timeline): Lane[] {
  const ids = [...new Set(timeline.participants.map((one) => one.id))];
  const people = ids.flatMap((id) => [presenceLane(timeline, id), voiceLane(timeline, id)]);
  const hold = gapLane('hold', () => 'warn', timeline.gaps.filter((gap) => gap.cause === 'HOLD'));
  const network = gapLane('network', faultTone, timeline.gaps.filter(isFault));
  const chat = momentLane('chat', 'plain', timeline.events.filter((one) => one.type === 'chat.message'));
  const mark = momentLane('mark', 'warn', timeline.events.filter((one) => one.type === 'mark'));
  return [...people, hold, network, chat, mark].filter(
    (lane) => lane.items.length > 0 || lane.participant !== null || lane.kind === 'network',
  );
}

/* Where a moment stands on a bar that is 100 wide. */
export function percentOf(atMs: number, durationMs: number): number {
  return durationMs <= 0 ? 0 : Math.min(100, Math.max(0, (atMs / durationMs) * 100));
}
