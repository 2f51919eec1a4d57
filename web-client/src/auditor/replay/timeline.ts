/* timeline.json and manifest.json of docs/recording-format.md; unknown fields of events are kept, they are shown. */
import * as v from 'valibot';

const ms = v.number();
const text = v.string();
const id = v.pipe(
  v.union([v.string(), v.number()]),
  v.transform((value) => String(value)),
);

export const Leg = v.object({
  file: text,
  participant: id,
  role: text,
  source: text,
  codec: v.nullish(text),
  audio: v.boolean(),
  start_ms: ms,
  end_ms: ms,
  width: v.nullish(v.number()),
  height: v.nullish(v.number()),
  frames: v.nullish(v.number()),
  lost: v.nullish(v.number()),
  repaired: v.nullish(v.number()),
  bytes: v.nullish(v.number()),
});
export type Leg = v.InferOutput<typeof Leg>;

export const TimelineParticipant = v.object({
  id,
  role: text,
  label: text,
  joined_ms: ms,
  left_ms: v.nullish(ms),
});
export type TimelineParticipant = v.InferOutput<typeof TimelineParticipant>;

export const Gap = v.object({
  participant: v.nullish(id),
  source: v.nullish(text),
  start_ms: ms,
  end_ms: ms,
  cause: text,
});
export type Gap = v.InferOutput<typeof Gap>;

export const TimelineEvent = v.looseObject({
  at_ms: ms,
  type: text,
  participant: v.nullish(id),
});
export type TimelineEvent = v.InferOutput<typeof TimelineEvent>;

export const Timeline = v.object({
  version: v.number(),
  session: id,
  number: v.nullish(text),
  matter: v.nullish(v.object({ code: v.nullish(text), name: v.nullish(text) })),
  window: v.nullish(id),
  staff_no: v.nullish(id),
  started_at: ms,
  ended_at: v.nullish(ms),
  duration_ms: ms,
  end_reason: v.nullish(text),
  completeness: v.object({ percent: v.number(), missing_ms: ms }),
  sync: v.object({ max_ms: v.nullish(ms) }),
  participants: v.array(TimelineParticipant),
  legs: v.array(Leg),
  gaps: v.array(Gap),
  events: v.array(TimelineEvent),
});
export type Timeline = v.InferOutput<typeof Timeline>;

export const Manifest = v.object({
  version: v.number(),
  program: v.nullish(text),
  created_at: v.nullish(ms),
  files: v.array(v.object({ path: text, bytes: v.number(), sha256: text })),
  journal: v.array(
    v.object({ path: text, chain_ok: v.boolean(), chain_head: v.nullish(text), torn_bytes: v.nullish(v.number()) }),
  ),
  clean_end: v.nullish(v.boolean()),
});
export type Manifest = v.InferOutput<typeof Manifest>;

/* null: not a timeline this page understands */
export function readTimeline(json: unknown): Timeline | null {
  const result = v.safeParse(Timeline, json);
  return result.success ? result.output : null;
}

export function readManifest(json: unknown): Manifest | null {
  const result = v.safeParse(Manifest, json);
  return result.success ? result.output : null;
}
