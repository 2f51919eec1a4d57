/* The objects of docs/protocol.md. Unknown fields are dropped; what may be missing may also be null. */
import * as v from 'valibot';

export const key = v.union([v.string(), v.number()]);
export type Key = v.InferOutput<typeof key>;

const ms = v.number();
const optional = <S extends v.GenericSchema>(schema: S) => v.nullish(schema);

/* The same words in English, as far as there are any. */
export const english = <const Field extends string>(...fields: Field[]) =>
  optional(v.object(v.entriesFromList(fields, optional(v.string()))));

export const MatterRef = v.object({
  code: v.string(),
  name: v.string(),
  en: english('name'),
  kind: v.picklist(['consult', 'accept']),
});
export type MatterRef = v.InferOutput<typeof MatterRef>;

export const Matter = v.object({
  ...MatterRef.entries,
  en: english('name', 'alias', 'department', 'guide', 'due_text', 'fee', 'delivery', 'scope'),
  alias: optional(v.string()),
  department: v.string(),
  channels: v.array(v.string()),
  identity_level: v.number(),
  minutes: v.number(),
  guide: v.string(),
  recording: v.boolean(),
});
export type Matter = v.InferOutput<typeof Matter>;

export const Notice = v.object({
  version: key,
  text: v.string(),
  sha256: v.string(),
  en: optional(v.object({ text: v.string(), sha256: v.string() })),
});
export type Notice = v.InferOutput<typeof Notice>;

export const resultCodes = [
  'ANSWERED',
  'ACCEPTED',
  'SUPPLEMENT',
  'NOT_ACCEPTED',
  'BOOKED_ONSITE',
  'TRANSFERRED_DEPT',
  'TO_12345',
  'CALLBACK',
  'FAILED_TECH',
  'ABORTED',
] as const;

export const Result = v.object({
  code: v.picklist(resultCodes),
  note: optional(v.string()),
  missing: optional(v.array(v.string())),
});
export type Result = v.InferOutput<typeof Result>;

export const ticketStates = [
  'TICKETED',
  'WAITING',
  'CALLED',
  'RINGING',
  'CONNECTING',
  'IN_SESSION',
  'HELD',
  'RECONNECTING',
  'WRAP_UP',
  'FINISHED',
  'CANCELLED',
  'NO_SHOW',
  'ABANDONED',
  'FAILED_TECH',
  'EXPIRED',
] as const;
export type TicketState = (typeof ticketStates)[number];

export const Ticket = v.object({
  id: key,
  number: v.string(),
  matter: MatterRef,
  channel: v.string(),
  state: v.picklist(ticketStates),
  ahead: optional(v.number()),
  ahead_booked: optional(v.number()),
  wait_min_ms: optional(ms),
  wait_max_ms: optional(ms),
  created_at: ms,
  ready: optional(v.boolean()),
  window: optional(key),
  staff_no: optional(key),
  deadline_at: optional(ms),
  result: optional(Result),
  /* of the window that handed it over */
  note: optional(v.string()),
});
export type Ticket = v.InferOutput<typeof Ticket>;

export const recordingStates = ['off', 'preparing', 'recording', 'unavailable', 'stopped'] as const;

export const Recording = v.object({
  state: v.picklist(recordingStates),
  since: optional(ms),
  reason: optional(v.string()),
});
export type Recording = v.InferOutput<typeof Recording>;

export const Muted = v.object({ audio: v.boolean(), video: v.boolean() });

export const Interruption = v.object({
  cause: v.picklist(['phone_call', 'background', 'network_change', 'network']),
  since: ms,
});
export type Interruption = v.InferOutput<typeof Interruption>;

export const Participant = v.object({
  id: key,
  role: v.string(),
  label: v.string(),
  /* how a supervisor is there */
  monitor: optional(v.picklist(['listen', 'whisper', 'barge'])),
  state: v.picklist(['joined', 'away', 'left']),
  muted: Muted,
  /* what keeps this person from the call just now */
  interrupted: optional(Interruption),
});
export type Participant = v.InferOutput<typeof Participant>;

export const Session = v.object({
  id: key,
  state: v.picklist(['gathering', 'connecting', 'active', 'held', 'ended']),
  matter: MatterRef,
  ticket: optional(key),
  number: optional(v.string()),
  started_at: ms,
  recording: Recording,
  participants: v.array(Participant),
  me: key,
  /* of a hold */
  reason: optional(v.string()),
  held_at: optional(ms),
  resume_at: optional(ms),
});
export type Session = v.InferOutput<typeof Session>;

export const windowStates = ['ready', 'not_ready', 'rest', 'busy', 'wrap_up'] as const;

export const Window = v.object({
  no: key,
  name: v.string(),
  en: english('name'),
  staff_no: optional(key),
  state: v.picklist(windowStates),
  since: ms,
  served_today: v.number(),
  mean_ms: ms,
  ticket: optional(Ticket),
  wrap_up_deadline_at: optional(ms),
});
export type Window = v.InferOutput<typeof Window>;

export const WindowRef = v.object({ no: key, name: v.string(), en: english('name'), staff_no: optional(key) });
export type WindowRef = v.InferOutput<typeof WindowRef>;

export const QueueRow = v.object({
  id: key,
  number: v.string(),
  matter: MatterRef,
  channel: v.string(),
  state: v.picklist(ticketStates),
  ready: v.boolean(),
  due: ms,
  since: ms,
  priority: v.boolean(),
  mine: v.boolean(),
  /* this window can call it */
  callable: optional(v.boolean()),
});
export type QueueRow = v.InferOutput<typeof QueueRow>;

export const QueueSnapshot = v.object({
  tickets: v.array(QueueRow),
  waiting: v.number(),
  longest_ms: ms,
  at: ms,
});
export type QueueSnapshot = v.InferOutput<typeof QueueSnapshot>;

export const Snapshot = v.object({
  ticket: optional(Ticket),
  session: optional(Session),
  window: optional(Window),
  queue: optional(QueueSnapshot),
});
export type Snapshot = v.InferOutput<typeof Snapshot>;

export const Slot = v.object({
  mid: v.string(),
  participant: v.nullable(key),
  source: v.nullable(v.picklist(['mic', 'camera', 'document'])),
  state: v.picklist(['empty', 'waiting', 'active', 'codec_unsupported', 'gated', 'paused']),
});
export type Slot = v.InferOutput<typeof Slot>;

/* A session that runs, as a supervisor sees it in the list. */
export const Monitored = v.object({
  session: key,
  state: v.picklist(['connecting', 'active', 'held']),
  matter: MatterRef,
  number: optional(v.string()),
  window: optional(key),
  staff_no: optional(key),
  started_at: ms,
  recording: Recording,
  people: v.number(),
  level: optional(v.picklist(['good', 'fair', 'poor'])),
  monitor: optional(v.object({ staff_no: key, mode: v.picklist(['listen', 'whisper', 'barge']) })),
});
export type Monitored = v.InferOutput<typeof Monitored>;
export type MonitorMode = NonNullable<Participant['monitor']>;
