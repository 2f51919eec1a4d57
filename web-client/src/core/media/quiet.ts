import type { Key, Slot } from '../messages';

const quietAfterMs = 1500;

interface Heard {
  arrivals: number;
  at: number;
}

/* Of whom nothing arrives any more, though the way from the server is well: known here before the server calls it an absence. */
export class Quiet {
  private readonly heard = new Map<Key, Heard>();
  /* since when, on this device's clock */
  people: ReadonlyMap<Key, number> = new Map();

  /* True: it changed. `arrivals` as Peer.arrivals(), of one section. */
  read(slots: Slot[], arrivals: (mid: string) => number, now: number): boolean {
    const sums = new Map<Key, number>();
    for (const slot of slots) {
      if (slot.participant !== null && slot.state === 'active') {
        sums.set(slot.participant, (sums.get(slot.participant) ?? 0) + arrivals(slot.mid));
      }
    }
    for (const id of this.heard.keys()) {
      if (!sums.has(id)) {
        this.heard.delete(id);
      }
    }
    const people = new Map<Key, number>();
    for (const [id, sum] of sums) {
      const before = this.heard.get(id);
      if (before?.arrivals !== sum) {
        this.heard.set(id, { arrivals: sum, at: now });
      } else if (sum > 0 && now - before.at >= quietAfterMs) {
        people.set(id, before.at);
      }
    }
    const same = people.size === this.people.size && [...people.keys()].every((id) => this.people.has(id));
    this.people = people;
    return !same;
  }

  clear(): void {
    this.heard.clear();
    this.people = new Map();
  }
}
