import type { MediaStats } from '../messages';
import { chosenPair } from './chosen-pair';
import type { CameraSent } from './peer';

interface Totals {
  at: number;
  decoded: number;
  encoded: number;
  captured: number | null;
  freezes: number;
  received: number;
  lost: number;
  bytes: number;
}

export interface StatsReading {
  report: MediaStats;
  /* bytes of media received since the last reading; 0 twice in a row is a stall where something should come */
  bytesIn: number;
}

interface Entry {
  type: string;
  kind?: string;
  nominated?: boolean;
  state?: string;
  currentRoundTripTime?: number;
  framesDecoded?: number;
  framesEncoded?: number;
  freezeCount?: number;
  packetsReceived?: number;
  packetsLost?: number;
  bytesReceived?: number;
  mid?: string;
  trackIdentifier?: string;
  frames?: number;
  id?: string;
  localCandidateId?: string;
  candidateType?: string;
  relayProtocol?: string;
}

const sum = (entries: Entry[], field: keyof Entry): number =>
  entries.reduce((total, entry) => total + (Number(entry[field]) || 0), 0);

/* The camera's own streams; engines that do not name the section send one picture at a time. */
function cameraEntries(entries: Entry[], camera: CameraSent | null): Entry[] {
  const pictures = entries.filter((one) => one.type === 'outbound-rtp' && one.kind !== 'audio');
  const named = pictures.filter((one) => one.mid !== undefined && one.mid === camera?.mid);
  return named.length > 0 ? named : pictures;
}

/* Pictures that the camera gave, encoded or not; null where the engine does not count them. */
function capturedBy(entries: Entry[], camera: CameraSent | null): number | null {
  const source = entries.find(
    (one) => one.type === 'media-source' && one.trackIdentifier === camera?.trackId,
  );
  return source?.frames ?? null;
}

/* How the relay is reached that the chosen pair goes through; undefined where it goes through none. */
function relayOf(entries: Entry[], pair: Entry | undefined): MediaStats['relay'] {
  const local = entries.find(
    (one) => one.type === 'local-candidate' && one.id === pair?.localCandidateId,
  );
  const protocol = local?.candidateType === 'relay' ? local.relayProtocol : undefined;
  return protocol === 'udp' || protocol === 'tcp' || protocol === 'tls' ? protocol : undefined;
}

/* Reads getStats() into the few figures the server wants; the rates are against the reading before. */
export class StatsReader {
  private before: Totals | null = null;

  /* `camera` null: none is sent, and nothing is said of its encoder. */
  read(stats: Iterable<Entry>, at: number, camera: CameraSent | null): StatsReading {
    const entries = [...stats];
    const inbound = entries.filter((one) => one.type === 'inbound-rtp');
    const outbound = cameraEntries(entries, camera);
    const pair = chosenPair(entries);
    const now: Totals = {
      at,
      decoded: sum(inbound, 'framesDecoded'),
      encoded: sum(outbound, 'framesEncoded'),
      captured: capturedBy(entries, camera),
      freezes: sum(inbound, 'freezeCount'),
      received: sum(inbound, 'packetsReceived'),
      lost: sum(inbound, 'packetsLost'),
      bytes: sum(inbound, 'bytesReceived'),
    };
    /* counters start anew with a new connection */
    const before = this.before && this.before.bytes <= now.bytes ? this.before : null;
    this.before = now;
    const report: MediaStats = { down: {}, up: {} };
    if (camera !== null) {
      report.up.frames_encoded = now.encoded;
    }
    if (camera !== null && now.captured !== null) {
      report.up.frames_captured = now.captured;
    }
    if (pair?.currentRoundTripTime !== undefined) {
      report.rtt_ms = Math.round(pair.currentRoundTripTime * 1000);
    }
    const relay = relayOf(entries, pair);
    if (relay !== undefined) {
      report.relay = relay;
    }
    if (before !== null && now.at > before.at) {
      const seconds = (now.at - before.at) / 1000;
      const lost = Math.max(0, now.lost - before.lost);
      const expected = now.received - before.received + lost;
      report.down = {
        fps: Math.round((now.decoded - before.decoded) / seconds),
        loss_permille: expected > 0 ? Math.round((lost * 1000) / expected) : 0,
        freezes: Math.max(0, now.freezes - before.freezes),
      };
      report.up.fps = Math.max(0, Math.round((now.encoded - before.encoded) / seconds));
    }
    return { report, bytesIn: before === null ? now.bytes : now.bytes - before.bytes };
  }
}
