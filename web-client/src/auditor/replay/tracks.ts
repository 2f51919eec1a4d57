import type { Leg, Timeline } from './timeline';

/* One picture on the page: the legs of one participant's source, joined, in the order of time. */
export interface Track {
  id: string;
  participant: string;
  role: string;
  label: string;
  source: string;
  legs: Leg[];
}

/* The citizen first: he is who the recording is about. */
const roleOrder = ['citizen', 'clerk', 'helper'];

function rank(role: string): number {
  const at = roleOrder.indexOf(role);
  return at < 0 ? roleOrder.length : at;
}

function isDocument(track: Track): number {
  return track.source === 'document' ? 1 : 0;
}

/* Voice travels with the camera, so an audio-only leg belongs to the same track as the camera's. */
export function tracksOf(timeline: Timeline): Track[] {
  const tracks = new Map<string, Track>();
  for (const leg of timeline.legs) {
    const source = leg.source === 'document' ? 'document' : 'person';
    const id = `${leg.participant}/${source}`;
    const label = timeline.participants.find((one) => one.id === leg.participant)?.label ?? leg.participant;
    const track = tracks.get(id) ?? {
      id,
      participant: leg.participant,
      role: leg.role,
      label,
      source,
      legs: [],
    };
    track.legs.push(leg);
    tracks.set(id, track);
  }
  const all = [...tracks.values()];
  all.forEach((track) => track.legs.sort((a, b) => a.start_ms - b.start_ms));
  return all.sort(
    (a, b) =>
      isDocument(a) - isDocument(b) || rank(a.role) - rank(b.role) || a.legs[0]!.start_ms - b.legs[0]!.start_ms,
  );
}

/* The leg that plays at `atMs`; of two that overlap, the later one. null: nothing was recorded then. */
export function legAt(track: Track, atMs: number): Leg | null {
  let found: Leg | null = null;
  for (const leg of track.legs) {
    if (leg.start_ms <= atMs && atMs < leg.end_ms) {
      found = leg;
    }
  }
  return found;
}

/* The next leg after `atMs`, so that it can be fetched before it is needed. */
export function legAfter(track: Track, atMs: number): Leg | null {
  return track.legs.find((leg) => leg.start_ms > atMs) ?? null;
}
