import type { Key, Slot } from '../messages';

export interface ParticipantStreams {
  participant: Key;
  /* voice and camera together, so that they are played in step; null while nothing is fed */
  person: MediaStream | null;
  document: MediaStream | null;
  camera: Slot['state'];
}

type TrackOfMid = (mid: string) => MediaStreamTrack | null;

/*
 * Turns the list of slots into one stream a participant. Streams are kept from one list to the next and only their tracks
 * change, so that a <video> goes on playing when a slot's source is switched.
 */
export class SlotStreams {
  private readonly people = new Map<Key, MediaStream>();
  private readonly documents = new Map<Key, MediaStream>();

  arrange(slots: Slot[], trackOfMid: TrackOfMid): ParticipantStreams[] {
    const participants = [...new Set(slots.map((slot) => slot.participant))].filter(
      (id): id is Key => id !== null,
    );
    this.forgetAllBut(participants);
    return participants.map((participant) => {
      const own = slots.filter((slot) => slot.participant === participant);
      const person = own.filter((slot) => slot.source === 'mic' || slot.source === 'camera');
      const paper = own.filter((slot) => slot.source === 'document');
      return {
        participant,
        person: fill(this.people, participant, person, trackOfMid),
        document: fill(this.documents, participant, paper, trackOfMid),
        camera: own.find((slot) => slot.source === 'camera')?.state ?? 'empty',
      };
    });
  }

  private forgetAllBut(participants: Key[]): void {
    for (const streams of [this.people, this.documents]) {
      for (const id of streams.keys()) {
        if (!participants.includes(id)) {
          streams.delete(id);
        }
      }
    }
  }
}

function fill(
  streams: Map<Key, MediaStream>,
  participant: Key,
  slots: Slot[],
  trackOfMid: TrackOfMid,
): MediaStream | null {
  const wanted = slots
    .map((slot) => trackOfMid(slot.mid))
    .filter((track): track is MediaStreamTrack => track !== null);
  if (wanted.length === 0) {
    streams.delete(participant);
    return null;
  }
  const stream = streams.get(participant) ?? new MediaStream();
  streams.set(participant, stream);
  for (const track of stream.getTracks()) {
    if (!wanted.includes(track)) {
      stream.removeTrack(track);
    }
  }
  wanted.forEach((track) => stream.addTrack(track));
  return stream;
}
