import { chosenPair } from './chosen-pair';

/*
 * Whether this page's voice is sent twice (RED). On a narrow way that loses nothing the room of the repeats goes to the picture;
 * the server does the same on the way to a listener. Opus' own correction stays in either case.
 */
const onceBelowBps = 450_000;
const twiceAboveBps = 600_000;
const steadyReadings = 3; /* a connection begins with a low estimate */
const lossyShare = 0.01;
const lossyMs = 10_000;
const queueS = 0.12; /* a way this much longer than it was has a full queue: that drops, whatever is sent twice */

interface Entry {
  type: string;
  kind?: string;
  nominated?: boolean;
  state?: string;
  availableOutgoingBitrate?: number;
  currentRoundTripTime?: number;
  fractionLost?: number;
}

export class VoiceRepeats {
  once = false;
  private steady = 0;
  private leastRttS = Infinity;
  private lossyUntil = 0;

  /* Reads getStats(). True: `once` has changed. Engines that do not tell their estimate keep sending as they do. */
  read(stats: Iterable<Entry>, at: number): boolean {
    const entries = [...stats];
    const pair = chosenPair(entries);
    const bps = pair?.availableOutgoingBitrate;
    if (bps === undefined) {
      return false;
    }
    const lossy = this.isLossy(entries, pair?.currentRoundTripTime ?? 0, at);
    const wanted = !lossy && bps < (this.once ? twiceAboveBps : onceBelowBps);
    this.steady = wanted === this.once ? 0 : this.steady + 1;
    if (this.steady < (lossy ? 1 : steadyReadings)) {
      return false;
    }
    this.once = wanted;
    this.steady = 0;
    return true;
  }

  private isLossy(entries: Entry[], rttS: number, at: number): boolean {
    this.leastRttS = Math.min(this.leastRttS, rttS);
    const voice = entries.find((one) => one.type === 'remote-inbound-rtp' && one.kind === 'audio');
    if ((voice?.fractionLost ?? 0) >= lossyShare && rttS < this.leastRttS + queueS) {
      this.lossyUntil = at + lossyMs;
    }
    return at < this.lossyUntil;
  }
}

/* An answer after which the microphone's packets go out once: of the first voice section, plain Opus before RED. */
export function voiceOnce(sdp: string): string {
  const section = /^m=audio [^]*?(?=^m=|(?![^]))/m.exec(sdp)?.[0];
  const red = section && /^a=rtpmap:(\d+) red\/48000/m.exec(section)?.[1];
  if (!section || !red) {
    return sdp;
  }
  const later = section.replace(/^(m=audio \S+ \S+)((?: \d+)+)/, (_line, head: string, payloads: string) => {
    const rest = payloads.trim().split(' ').filter((one) => one !== red);
    return [head, ...rest, red].join(' ');
  });
  return sdp.replace(section, () => later);
}
