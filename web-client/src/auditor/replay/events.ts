import { personLabel } from '@/i18n/labels';
import type { Timeline, TimelineEvent } from './timeline';

/* What only an engineer reads: shown when asked for. */
export const technical: ReadonlySet<string> = new Set([
  'segment.start',
  'session.info',
  'peer.open',
  'media.section',
  'media.connected',
  'media.codec',
  'media.slot',
  'chain',
  'journal.end',
]);

export interface ListedEvent {
  index: number;
  atMs: number;
  type: string;
  who: string | null;
  technical: boolean;
  event: TimelineEvent;
}

export function listEvents(timeline: Timeline): ListedEvent[] {
  const labels = new Map(timeline.participants.map((one) => [one.id, personLabel(one.label)]));
  return [...timeline.events]
    .sort((a, b) => a.at_ms - b.at_ms)
    .map((event, index) => ({
      index,
      atMs: Math.max(0, event.at_ms),
      type: event.type,
      who: event.participant ? (labels.get(event.participant) ?? event.participant) : null,
      technical: technical.has(event.type),
      event,
    }));
}

/* The event the clock has reached; -1 before the first. `events` are in the order of time. */
export function currentIndex(events: ListedEvent[], positionMs: number): number {
  let low = 0;
  let high = events.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (events[middle]!.atMs <= positionMs) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low - 1;
}

/* A field of an event as text; the journal writes numbers as text too. */
export function field(event: TimelineEvent, name: string): string {
  const value = event[name];
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? String(value) : '';
}

const heading = new Set(['at_ms', 'type', 'participant']);

/* Every field, for the technical view. */
export function fieldsOf(event: TimelineEvent): string {
  return Object.keys(event)
    .filter((name) => !heading.has(name) && field(event, name) !== '')
    .map((name) => `${name}=${field(event, name)}`)
    .join(' ');
}
