import { describe, expect, it } from 'vitest';

import { StatsReader } from './stats';

const inbound = (bytes: number, frames: number, received: number, lost: number) => ({
  type: 'inbound-rtp',
  bytesReceived: bytes,
  framesDecoded: frames,
  packetsReceived: received,
  packetsLost: lost,
  freezeCount: 1,
});

const camera = { mid: '1', trackId: 'track-1' };

describe('stats', () => {
  it('gives rates against the reading before', () => {
    const reader = new StatsReader();
    reader.read([inbound(1_000, 10, 100, 0), { type: 'outbound-rtp', framesEncoded: 5 }], 0, camera);
    const { report, bytesIn } = reader.read(
      [
        inbound(3_000, 70, 190, 10),
        { type: 'outbound-rtp', framesEncoded: 65 },
        { type: 'candidate-pair', nominated: true, state: 'succeeded', currentRoundTripTime: 0.0321 },
        { type: 'candidate-pair', nominated: false, state: 'succeeded', currentRoundTripTime: 9 },
      ],
      2_000,
      camera,
    );
    expect(report).toEqual({
      rtt_ms: 32,
      down: { fps: 30, loss_permille: 100, freezes: 0 },
      up: { fps: 30, frames_encoded: 65 },
    });
    expect(bytesIn).toBe(2_000);
  });

  it('names the relay of the chosen pair, and no other', () => {
    const pair = (localCandidateId: string) => ({
      type: 'candidate-pair',
      nominated: true,
      state: 'succeeded',
      localCandidateId,
    });
    const locals = [
      { type: 'local-candidate', id: 'a', candidateType: 'relay', relayProtocol: 'tls' },
      { type: 'local-candidate', id: 'b', candidateType: 'prflx' },
    ];
    const relay = (id: string) =>
      new StatsReader().read([pair(id), ...locals], 0, null).report.relay;
    expect([relay('a'), relay('b')]).toEqual(['tls', undefined]);
  });

  it('starts over when the counters do', () => {
    const reader = new StatsReader();
    reader.read([inbound(9_000, 900, 900, 9)], 0, camera);
    const { report, bytesIn } = reader.read([inbound(100, 1, 1, 0)], 2_000, camera);
    expect(report.down).toEqual({});
    expect(bytesIn).toBe(100);
  });

  it('tells of the encoder what belongs to the camera alone', () => {
    const { report } = new StatsReader().read(
      [
        { type: 'outbound-rtp', kind: 'audio', mid: '0', framesEncoded: 1 },
        { type: 'outbound-rtp', kind: 'video', mid: '1', framesEncoded: 0 },
        { type: 'outbound-rtp', kind: 'video', mid: '2', framesEncoded: 400 },
        { type: 'media-source', kind: 'video', trackIdentifier: 'track-2', frames: 800 },
        { type: 'media-source', kind: 'video', trackIdentifier: 'track-1', frames: 60 },
      ],
      0,
      camera,
    );
    expect(report.up).toEqual({ frames_encoded: 0, frames_captured: 60 });
  });

  it('tells nothing of an encoder without a camera', () => {
    const { report } = new StatsReader().read([{ type: 'outbound-rtp', framesEncoded: 0 }], 0, null);
    expect(report.up).toEqual({});
  });
});
