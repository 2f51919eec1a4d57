import { isFault } from './lanes';
import type { Manifest, Timeline } from './timeline';

export type VerdictTone = 'good' | 'warn' | 'bad' | 'idle';

export interface CauseTotal {
  cause: string;
  count: number;
  totalMs: number;
}

export interface Verdicts {
  completeness: { tone: VerdictTone; percent: number; missingMs: number };
  gaps: { tone: VerdictTone; causes: CauseTotal[] };
  sync: { tone: VerdictTone; maxMs: number | null };
  /* broken: a chain does not hold; unknown: no manifest was read */
  integrity: { tone: VerdictTone; state: 'whole' | 'torn' | 'broken' | 'unknown'; broken: string[]; tornBytes: number };
}

/* A viewer notices sound that is off by more; the recorder aims at less than half of it. */
const syncGoodMs = 80;
const syncFairMs = 160;

/* Length covered by spans, overlaps once: voice and picture of one cut are one gap. */
export function coveredMs(spans: Array<{ start_ms: number; end_ms: number }>): number {
  const sorted = [...spans].sort((a, b) => a.start_ms - b.start_ms);
  let total = 0;
  let until = -Infinity;
  for (const span of sorted) {
    const from = Math.max(span.start_ms, until);
    if (span.end_ms > from) {
      total += span.end_ms - from;
      until = span.end_ms;
    }
  }
  return total;
}

function causesOf(timeline: Timeline): CauseTotal[] {
  const causes = [...new Set(timeline.gaps.map((gap) => gap.cause))].sort();
  return causes.map((cause) => {
    const own = timeline.gaps.filter((gap) => gap.cause === cause);
    return { cause, count: own.length, totalMs: coveredMs(own) };
  });
}

function completenessTone(percent: number): VerdictTone {
  if (percent >= 99) {
    return 'good';
  }
  return percent >= 95 ? 'warn' : 'bad';
}

function syncTone(maxMs: number | null): VerdictTone {
  if (maxMs === null) {
    return 'idle';
  }
  if (maxMs <= syncGoodMs) {
    return 'good';
  }
  return maxMs <= syncFairMs ? 'warn' : 'bad';
}

function integrityOf(manifest: Manifest | null): Verdicts['integrity'] {
  if (manifest === null) {
    return { tone: 'idle', state: 'unknown', broken: [], tornBytes: 0 };
  }
  const broken = manifest.journal.filter((segment) => !segment.chain_ok).map((segment) => segment.path);
  const tornBytes = manifest.journal.reduce((sum, segment) => sum + (segment.torn_bytes ?? 0), 0);
  if (broken.length > 0) {
    return { tone: 'bad', state: 'broken', broken, tornBytes };
  }
  const torn = tornBytes > 0 || manifest.clean_end === false;
  return { tone: torn ? 'warn' : 'good', state: torn ? 'torn' : 'whole', broken, tornBytes };
}

export function verdictsOf(timeline: Timeline, manifest: Manifest | null): Verdicts {
  const { percent, missing_ms } = timeline.completeness;
  const maxMs = timeline.sync.max_ms ?? null;
  return {
    completeness: { tone: completenessTone(percent), percent, missingMs: missing_ms },
    gaps: { tone: timeline.gaps.some(isFault) ? 'warn' : 'good', causes: causesOf(timeline) },
    sync: { tone: syncTone(maxMs), maxMs },
    integrity: integrityOf(manifest),
  };
}
