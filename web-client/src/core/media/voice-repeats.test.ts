import { afterEach, describe, expect, it, vi } from 'vitest';

import { anyDevices, FakeConnection, installFakeRtc } from '../testing/fake-rtc';
import { Peer } from './peer';
import { voiceOnce, VoiceRepeats } from './voice-repeats';

const way = (bps: number, rttS = 0.02): object => ({
  type: 'candidate-pair',
  nominated: true,
  state: 'succeeded',
  availableOutgoingBitrate: bps,
  currentRoundTripTime: rttS,
});
const lost = (fractionLost: number): object => ({ type: 'remote-inbound-rtp', kind: 'audio', fractionLost });

function after(repeats: VoiceRepeats, readings: object[][], from = 0): boolean {
  readings.forEach((stats, i) => repeats.read(stats as never, from + i * 2000));
  return repeats.once;
}

const thrice = (...stats: object[]): object[][] => [stats, stats, stats];

afterEach(() => vi.unstubAllGlobals());

describe('how often a voice is sent', () => {
  it('is twice on a wide way and once on a narrow one that loses nothing', () => {
    const repeats = new VoiceRepeats();
    expect(after(repeats, thrice(way(1_500_000)))).toBe(false);
    expect(after(repeats, thrice(way(300_000)))).toBe(true);
    expect(after(repeats, thrice(way(500_000)))).toBe(true);
    expect(after(repeats, thrice(way(700_000)))).toBe(false);
  });

  it('does not follow the low estimate that a connection begins with', () => {
    expect(after(new VoiceRepeats(), [[way(300_000)], [way(300_000)], [way(900_000)]])).toBe(false);
  });

  it('is twice again at once when the way loses packets, for ten seconds at least', () => {
    const repeats = new VoiceRepeats();
    after(repeats, thrice(way(300_000)));
    expect(repeats.read([way(300_000), lost(0.05)] as never, 10_000)).toBe(true);
    expect(repeats.once).toBe(false);
    expect(after(repeats, thrice(way(300_000), lost(0)), 12_000)).toBe(false);
    expect(after(repeats, thrice(way(300_000), lost(0)), 20_000)).toBe(true);
  });

  it('stays once when a full queue drops packets', () => {
    const repeats = new VoiceRepeats();
    after(repeats, thrice(way(300_000)));
    expect(after(repeats, thrice(way(300_000, 0.9), lost(0.2)), 6000)).toBe(true);
  });

  it('is left alone where the engine tells no estimate', () => {
    const { availableOutgoingBitrate: _, ...silent } = way(0) as { availableOutgoingBitrate: number };
    expect(after(new VoiceRepeats(), thrice(silent))).toBe(false);
  });
});

describe('an answer for a voice that is sent once', () => {
  const lines = (...all: string[]): string => `${all.join('\r\n')}\r\n`;
  const microphone = lines('m=audio 9 UDP/TLS/RTP/SAVPF 63 111', 'a=mid:0', 'a=rtpmap:63 red/48000/2', 'a=rtpmap:111 opus/48000/2');
  const camera = lines('m=video 9 UDP/TLS/RTP/SAVPF 96', 'a=mid:1', 'a=rtpmap:96 VP8/90000');
  const heard = lines('m=audio 9 UDP/TLS/RTP/SAVPF 63 111', 'a=mid:3', 'a=rtpmap:63 red/48000/2', 'a=rtpmap:111 opus/48000/2');

  it('names plain Opus first in the microphone\'s section, and changes nothing else', () => {
    const once = voiceOnce(lines('v=0') + microphone + camera + heard);
    expect(once).toBe(lines('v=0') + microphone.replace('63 111', '111 63') + camera + heard);
    expect(voiceOnce(microphone)).toBe(microphone.replace('63 111', '111 63'));
  });

  it('is what a connection on a narrow way makes of the next one', async () => {
    installFakeRtc(anyDevices);
    const peer = new Peer([], { audio: 1, video: 1 });
    await peer.answer(microphone);
    after(peer.repeats, thrice(way(300_000)));
    await peer.answer(microphone);
    expect(FakeConnection.last.remote.map((sdp) => sdp.split('\r\n')[0])).toEqual([
      'm=audio 9 UDP/TLS/RTP/SAVPF 63 111',
      'm=audio 9 UDP/TLS/RTP/SAVPF 111 63',
    ]);
  });

  it('is the same where no RED was agreed on', () => {
    const plain = lines('v=0', 'm=audio 9 UDP/TLS/RTP/SAVPF 111', 'a=rtpmap:111 opus/48000/2') + camera + heard;
    expect(voiceOnce(plain)).toBe(plain);
  });
});
