import { describe, expect, it } from 'vitest';

import { currentIndex, fieldsOf, listEvents } from './events';
import { exampleJson, exampleTimeline } from './example.fixture';
import { gapAt, lanesOf, percentOf, subtract } from './lanes';
import { readManifest, readTimeline } from './timeline';
import { legAfter, legAt, tracksOf } from './tracks';
import { coveredMs, verdictsOf } from './verdicts';

const manifest = (journal: object[], clean_end = true) =>
  readManifest({ version: 1, files: [], journal, clean_end });

describe('timeline', () => {
  it('is refused when it is something else', () => {
    expect(readTimeline({})).toBeNull();
    expect(readTimeline({ ...exampleJson, legs: [{ file: 1 }] })).toBeNull();
  });

  it('keeps the fields of events it does not know', () => {
    const timeline = readTimeline({ ...exampleJson, events: [{ at_ms: 1, type: 'new.kind', colour: 'blue' }] });
    expect(timeline?.events[0]).toMatchObject({ colour: 'blue' });
  });
});

describe('tracks', () => {
  const tracks = tracksOf(exampleTimeline());

  it('are citizen, clerk, then documents', () => {
    expect(tracks.map((one) => [one.role, one.source])).toEqual([
      ['citizen', 'person'],
      ['clerk', 'person'],
      ['clerk', 'document'],
    ]);
  });

  it('join legs by time', () => {
    const citizen = tracks[0]!;
    expect(legAt(citizen, 1499)).toBeNull();
    expect(legAt(citizen, 1500)?.file).toBe('02-citizen-camera-vp8.webm');
    expect(legAt(citizen, 195_000)).toBeNull();
    expect(legAt(citizen, 200_000)?.file).toBe('03-citizen-camera-h264.mp4');
    expect(legAfter(citizen, 100_000)?.file).toBe('03-citizen-camera-h264.mp4');
    expect(legAfter(citizen, 300_000)).toBeNull();
  });
});

describe('lanes', () => {
  const lanes = lanesOf(exampleTimeline());
  const lane = (id: string) => lanes.find((one) => one.id === id);

  it('show presence and voice of each participant, then what happened', () => {
    expect(lanes.map((one) => one.id)).toEqual([
      'presence/c1', 'voice/c1', 'presence/p1', 'voice/p1', 'hold', 'network', 'chat', 'mark',
    ]);
  });

  it('cut the voice where it is missing, and not for a missing picture', () => {
    expect(lane('voice/p1')?.items.map((one) => [one.startMs, one.endMs])).toEqual([
      [1500, 100_000],
      [130_000, 192_000],
      [200_000, 358_000],
    ]);
    expect(lane('voice/c1')?.items.map((one) => [one.startMs, one.endMs])).toEqual([[500, 360_000]]);
  });

  it('tell a gap of voice and picture once', () => {
    expect(lane('network')?.items).toEqual([
      { startMs: 192_000, endMs: 200_000, tone: 'bad', cause: 'NETWORK', participant: 'p1' },
    ]);
    expect(lane('hold')?.items).toHaveLength(1);
  });

  it('keep the empty network lane and drop other empty ones', () => {
    const quiet = lanesOf({ ...exampleTimeline(), gaps: [], events: [] });
    expect(quiet.map((one) => one.kind)).toEqual(['presence', 'voice', 'presence', 'voice', 'network']);
  });

  it('find the gap of a picture, not of a voice or of a paper', () => {
    const { gaps } = exampleTimeline();
    expect(gapAt(gaps, 'p1', 'person', 195_000)?.cause).toBe('NETWORK');
    expect(gapAt(gaps, 'p1', 'person', 110_000)?.cause).toBe('HOLD');
    expect(gapAt(gaps, 'p1', 'person', 130_000)).toBeNull();
    expect(gapAt(gaps, 'c1', 'person', 51_000)?.cause).toBe('MUTE');
    expect(gapAt(gaps, 'c1', 'document', 51_000)).toBeNull();
    expect(gapAt([{ participant: 'c1', start_ms: 0, end_ms: 9, cause: 'HOLD' }], 'c1', 'document', 5)?.cause).toBe('HOLD');
  });

  it('subtract overlapping holes', () => {
    const whole = { startMs: 0, endMs: 10 };
    expect(subtract(whole, [])).toEqual([whole]);
    expect(subtract(whole, [{ startMs: -5, endMs: 20 }])).toEqual([]);
    expect(subtract(whole, [{ startMs: 2, endMs: 5 }, { startMs: 4, endMs: 6 }])).toEqual([
      { startMs: 0, endMs: 2 },
      { startMs: 6, endMs: 10 },
    ]);
  });

  it('place moments within the bar', () => {
    expect([percentOf(50, 200), percentOf(-1, 200), percentOf(300, 200), percentOf(1, 0)]).toEqual([25, 0, 100, 0]);
  });
});

describe('events', () => {
  const events = listEvents(exampleTimeline());

  it('name who did it and mark what is for engineers', () => {
    expect(events.map((one) => [one.type, one.who, one.technical]).slice(0, 2)).toEqual([
      ['segment.start', null, true],
      ['participant.joined', '3号窗 · 工号3003', false],
    ]);
  });

  it('follow the clock', () => {
    expect(currentIndex(events, -1)).toBe(-1);
    expect(currentIndex(events, 0)).toBe(0);
    expect(currentIndex(events, 999)).toBe(1);
    expect(currentIndex(events, 60_000)).toBe(3);
    expect(currentIndex(events, 1e9)).toBe(events.length - 1);
  });

  it('write out their fields', () => {
    expect(fieldsOf(events[0]!.event)).toBe('segment=1');
  });
});

describe('verdicts', () => {
  it('judge a good recording', () => {
    const verdicts = verdictsOf(exampleTimeline(), manifest([{ path: 'journal/0001.pcapng', chain_ok: true }]));
    expect(verdicts.completeness).toEqual({ tone: 'good', percent: 99.4, missingMs: 8000 });
    expect(verdicts.sync).toEqual({ tone: 'good', maxMs: 12 });
    expect(verdicts.integrity).toMatchObject({ tone: 'good', state: 'whole' });
    expect(verdicts.gaps).toEqual({
      tone: 'warn',
      causes: [
        { cause: 'HOLD', count: 2, totalMs: 30_000 },
        { cause: 'MUTE', count: 1, totalMs: 5000 },
        { cause: 'NETWORK', count: 2, totalMs: 8000 },
      ],
    });
  });

  it('name the segment whose chain does not hold', () => {
    const broken = manifest([{ path: 'journal/0002.pcapng', chain_ok: false }]);
    expect(verdictsOf(exampleTimeline(), broken).integrity).toMatchObject({
      tone: 'bad',
      state: 'broken',
      broken: ['journal/0002.pcapng'],
    });
  });

  it('tell a torn end from a broken chain', () => {
    const torn = manifest([{ path: 'journal/0001.pcapng', chain_ok: true, torn_bytes: 17 }], false);
    expect(verdictsOf(exampleTimeline(), torn).integrity).toMatchObject({ tone: 'warn', state: 'torn', tornBytes: 17 });
  });

  it('do not claim what was not read', () => {
    expect(verdictsOf(exampleTimeline(), null).integrity.state).toBe('unknown');
    const poor = { ...exampleTimeline(), completeness: { percent: 90, missing_ms: 1 }, sync: { max_ms: 400 } };
    const verdicts = verdictsOf(poor, null);
    expect([verdicts.completeness.tone, verdicts.sync.tone]).toEqual(['bad', 'bad']);
  });

  it('count overlaps once', () => {
    expect(coveredMs([{ start_ms: 0, end_ms: 10 }, { start_ms: 5, end_ms: 12 }, { start_ms: 20, end_ms: 21 }])).toBe(13);
  });
});
