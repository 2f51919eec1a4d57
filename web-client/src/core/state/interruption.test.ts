import { describe, expect, it } from 'vitest';

import type { Participant, Slot } from '../messages';
import { Quiet } from '../media/quiet';
import { interruptionOf } from './interruption';

const person = (change: Partial<Participant> = {}): Participant => ({
  id: 'p1',
  role: 'citizen',
  label: '市民 A001',
  state: 'joined',
  muted: { audio: false, video: false },
  ...change,
});
const none = new Map<string, number>();

describe('what keeps somebody from the call', () => {
  it.each([
    ['nothing', person(), none, null],
    ['a phone call', person({ interrupted: { cause: 'phone_call', since: 5 } }), none, { cause: 'phone_call', since: 5 }],
    ['a bad line', person({ interrupted: { cause: 'network', since: 5 } }), none, { cause: 'network', since: 5 }],
    ['no line', person({ state: 'away', interrupted: { cause: 'network', since: 5 } }), none, { cause: 'gone', since: 5 }],
    ['silence here, before the server knows', person(), new Map([['p1', 100]]), { cause: 'gone', since: 1100 }],
    ['everything switched off', person({ muted: { audio: true, video: true } }), new Map([['p1', 100]]), null],
    ['a page that is being loaded again', person({ state: 'away' }), none, null],
    ['somebody who left', person({ state: 'left', interrupted: { cause: 'phone_call', since: 5 } }), none, null],
  ])('%s', (_name, who, quiet, shown) => {
    expect(interruptionOf(who, quiet, 1000)).toEqual(shown);
  });
});

describe('who is quiet', () => {
  const slots: Slot[] = [
    { mid: '3', participant: 'p1', source: 'mic', state: 'active' },
    { mid: '5', participant: 'p1', source: 'camera', state: 'active' },
  ];

  it('is named 1.5 s after the last packet of voice and picture, and no more with the next', () => {
    const quiet = new Quiet();
    let voice = 1;
    const arrivals = (mid: string): number => (mid === '3' ? voice : 7);
    for (let now = 0; now <= 3000; now += 300) {
      voice += 1; /* the picture stands still, the voice comes */
      expect(quiet.read(slots, arrivals, now)).toBe(false);
    }
    expect(quiet.read(slots, arrivals, 4400)).toBe(false);
    expect(quiet.read(slots, arrivals, 4600)).toBe(true);
    expect([...quiet.people]).toEqual([['p1', 3000]]);
    voice += 1;
    expect(quiet.read(slots, arrivals, 4900)).toBe(true);
    expect(quiet.people.size).toBe(0);
  });

  it('says nothing of slots that are not fed', () => {
    const quiet = new Quiet();
    const waiting = slots.map((slot) => ({ ...slot, state: 'gated' as const }));
    expect(quiet.read(waiting, () => 5, 0)).toBe(false);
    expect(quiet.read(waiting, () => 5, 9000)).toBe(false);
  });
});
