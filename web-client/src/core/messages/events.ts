import * as v from 'valibot';

import {
  key,
  Participant,
  QueueRow,
  QueueSnapshot,
  Recording,
  Session,
  Slot,
  Ticket,
  Window,
  WindowRef,
} from './objects';

const ms = v.number();

/* Every event a client may hear: name → shape of `d`. One that is not here is ignored. */
export const eventSchemas = {
  leave: v.object({ action: v.picklist(['disconnect', 'resume', 'rejoin']), after_ms: ms }),
  'server.draining': v.object({ deadline_at: ms }),
  'queue.position': v.object({ ticket: Ticket }),
  'queue.snapshot': QueueSnapshot,
  'queue.delta': v.object({
    upsert: v.array(QueueRow),
    remove: v.array(key),
    waiting: v.number(),
    longest_ms: ms,
    at: ms,
  }),
  'ticket.called': v.object({ ticket: Ticket, window: WindowRef, deadline_at: ms }),
  'ticket.expired': v.object({
    ticket: Ticket,
    reason: v.picklist(['no_show', 'timeout', 'closed']),
  }),
  'ticket.updated': v.object({ ticket: Ticket }),
  'ticket.offered': v.object({
    ticket: Ticket,
    why: v.picklist(['due', 'head', 'transfer']),
    deadline_at: ms,
  }),
  'window.state': v.object({ window: Window }),
  'session.started': v.object({ session: Session }),
  'session.participant': v.object({
    participant: Participant,
    change: v.picklist(['joined', 'left', 'away', 'back', 'muted', 'monitor', 'interrupted']),
  }),
  'session.state': v.object({
    state: v.picklist(['gathering', 'connecting', 'active', 'held', 'ended']),
    reason: v.nullish(v.string()),
    ended_by: v.nullish(key),
    warn: v.nullish(v.boolean()),
    held_at: v.nullish(ms),
    resume_at: v.nullish(ms),
    at: ms,
  }),
  'session.speaker': v.object({ participant: v.nullable(key) }),
  'media.slots': v.object({ slots: v.array(Slot) }),
  'media.encodings': v.object({
    mid: v.string(),
    rid: v.nullish(v.string()),
    active: v.boolean(),
    max_bps: v.nullish(v.number()),
  }),
  'media.quality': v.object({
    participant: key,
    level: v.picklist(['good', 'fair', 'poor']),
    rtt_ms: v.nullish(ms),
    up_loss_permille: v.nullish(v.number()),
    down_loss_permille: v.nullish(v.number()),
    jitter_ms: v.nullish(ms),
    up_bps: v.nullish(v.number()),
    down_bps: v.nullish(v.number()),
    estimate_bps: v.nullish(v.number()),
    way: v.nullish(v.string()),
  }),
  'media.restart': v.object({ reason: v.nullish(v.string()) }),
  'media.reoffer': v.object({ reason: v.nullish(v.string()), codec: v.string() }),
  'media.unseen': v.object({ pairs: v.array(v.object({ from: key, by: key })) }),
  'media.narrow': v.object({ participants: v.array(key) }),
  'chat.message': v.object({
    id: key,
    from: key,
    text: v.string(),
    kind: v.nullish(v.picklist(['text', 'phrase', 'cannot_hear'])),
    at: ms,
  }),
  'recording.state': Recording,
};

export type EventName = keyof typeof eventSchemas;
export type EventData<M extends EventName> = v.InferOutput<(typeof eventSchemas)[M]>;
export type AnyEvent = { [M in EventName]: { m: M; d: EventData<M> } }[EventName];

export function isEventName(name: string): name is EventName {
  return Object.prototype.hasOwnProperty.call(eventSchemas, name);
}
