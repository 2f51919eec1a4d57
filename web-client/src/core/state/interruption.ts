import type { Interruption, Key, Participant } from '../messages';

export interface ShownInterruption {
  /* `gone`: nothing of this person comes, and no other cause was told */
  cause: Interruption['cause'] | 'gone';
  since: number;
}

/*
 * What keeps this person from the call, for the others to read. `quiet`: of whom nothing arrives here, since then on the
 * device's clock; `offsetMs` brings that to the server's.
 */
export function interruptionOf(
  person: Participant | null,
  quiet: ReadonlyMap<Key, number>,
  offsetMs: number,
): ShownInterruption | null {
  if (person === null || person.state === 'left') {
    return null;
  }
  const told = person.interrupted ?? null;
  const silentSince = quiet.get(person.id);
  const everythingOff = person.muted.audio && person.muted.video;
  const gone = person.state === 'away' || (silentSince !== undefined && !everythingOff);
  if (told !== null) {
    return { cause: told.cause === 'network' && gone ? 'gone' : told.cause, since: told.since };
  }
  return gone && silentSince !== undefined ? { cause: 'gone', since: silentSince + offsetMs } : null;
}
