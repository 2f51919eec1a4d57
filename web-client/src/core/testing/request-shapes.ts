/* The shapes of what we send, bound to the types of `RequestData`: for tests only, a page needs no schema for its own words. */
import * as v from 'valibot';

import { key, Result, type RequestData, type RequestName } from '../messages';

type Shapes = { [M in RequestName]: v.GenericSchema<RequestData[M]> };

const nothing = v.object({});
const text = v.string();
const whole = v.pipe(v.number(), v.integer());

export const requestShapes: Shapes = {
  hello: v.object({
    token: text,
    client: v.object({ name: text, version: text, lang: text }),
    features: v.array(text),
    resume: v.optional(v.object({ sid: text, key: text, last_seq: whole })),
  }),
  'token.refresh': nothing,
  'ticket.create': v.object({ matter: text, notice_sha256: text, elder: v.optional(v.boolean()) }),
  'ticket.cancel': nothing,
  'ticket.requeue': nothing,
  'ticket.accept': v.object({ ticket: v.optional(key) }),
  'ticket.reject': v.object({ ticket: key, reason: text }),
  'ticket.next': nothing,
  'ticket.noshow': v.object({ ticket: key }),
  'ticket.transfer': v.object({ ticket: key, window: key, note: v.optional(text) }),
  'ticket.finish': v.object({ ticket: key, result: Result }),
  'wrapup.extend': nothing,
  'clerk.state': v.object({ state: v.picklist(['ready', 'not_ready', 'rest']) }),
  'queue.subscribe': nothing,
  'session.hold': v.object({ reason: text }),
  'session.resume': nothing,
  'session.invite': v.object({ role: v.literal('helper') }),
  'session.end': v.object({ reason: v.optional(text) }),
  'monitor.list': v.object({ offset: v.optional(whole) }),
  'monitor.listen': v.object({ session: key }),
  'monitor.whisper': nothing,
  'monitor.barge': nothing,
  'monitor.stop': nothing,
  'media.offer': v.object({ sdp: text, offer_id: whole, restart: v.optional(v.boolean()) }),
  'media.candidate': v.object({ candidate: v.nullable(text), mid: text }),
  'media.mute': v.object({
    audio: v.optional(v.boolean()),
    video: v.optional(v.boolean()),
    document: v.optional(v.boolean()),
    cause: v.optional(v.picklist(['user', 'background', 'phone_call'])),
  }),
  'media.interrupted': v.object({
    cause: v.picklist(['phone_call', 'background', 'network_change']),
    active: v.boolean(),
    ago_ms: v.optional(whole),
  }),
  'media.layer': v.object({ mid: text, max_height: v.number() }),
  'media.stats': v.object({
    rtt_ms: v.optional(v.number()),
    down: v.object({
      fps: v.optional(v.number()),
      loss_permille: v.optional(v.number()),
      freezes: v.optional(v.number()),
    }),
    up: v.object({ fps: v.optional(v.number()), frames_encoded: v.optional(v.number()) }),
    relay: v.optional(v.picklist(['udp', 'tcp', 'tls'])),
  }),
  'chat.send': v.object({ text, kind: v.optional(v.picklist(['text', 'phrase', 'cannot_hear'])) }),
  'recording.mark': v.object({ label: text }),
};
