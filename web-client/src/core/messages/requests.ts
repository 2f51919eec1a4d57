import * as v from 'valibot';

import {
  key,
  Monitored,
  Notice,
  QueueSnapshot,
  Session,
  Snapshot,
  Ticket,
  Window,
  type Key,
  type Result,
} from './objects';

const nothing = v.object({});
const ms = v.number();

export const IceServer = v.object({
  urls: v.union([v.string(), v.array(v.string())]),
  username: v.optional(v.string()),
  credential: v.optional(v.string()),
});

export const Welcome = v.object({
  sid: v.string(),
  key: v.string(),
  resumed: v.boolean(),
  /* the server was restarted in between: what it was asked and did not answer may have been done, or not */
  revived: v.optional(v.boolean()),
  seq: v.number(),
  now: ms,
  me: v.object({
    role: v.string(),
    participant: v.nullish(key),
    staff_no: v.nullish(key),
    window: v.nullish(key),
  }),
  ping: v.object({ every_ms: ms, timeout_ms: ms }),
  ice_servers: v.array(IceServer),
  limits: v.object({
    slots: v.object({ audio: v.number(), video: v.number() }),
    frame_bytes: v.number(),
    chat_chars: v.number(),
  }),
  notice: v.nullish(Notice),
  snapshot: v.nullish(Snapshot),
});
export type Welcome = v.InferOutput<typeof Welcome>;

/* Shape of `d` in the answer to each request. `ticket.accept` answers a citizen and a clerk differently. */
export const answerSchemas = {
  hello: Welcome,
  'token.refresh': v.object({ token: v.string() }),
  'ticket.create': v.object({ ticket: Ticket }),
  'ticket.cancel': nothing,
  'ticket.requeue': v.object({ ticket: Ticket }),
  'ticket.accept': v.object({ ticket: v.nullish(Ticket), session: v.nullish(Session) }),
  'ticket.reject': nothing,
  'ticket.next': v.object({ ticket: v.nullish(Ticket) }),
  'ticket.noshow': nothing,
  'ticket.transfer': nothing,
  'ticket.finish': nothing,
  'wrapup.extend': v.object({ deadline_at: ms }),
  'clerk.state': v.object({ window: Window }),
  'queue.subscribe': QueueSnapshot,
  'session.hold': v.object({ cap_ms: ms }),
  'session.resume': nothing,
  'session.invite': v.object({ token: v.string(), url: v.string(), expires_at: ms }),
  'session.end': nothing,
  'monitor.list': v.object({ sessions: v.array(Monitored), total: v.number() }),
  'monitor.listen': v.object({ mode: v.string(), session: Session }),
  'monitor.whisper': v.object({ mode: v.string(), session: Session }),
  'monitor.barge': v.object({ mode: v.string(), session: Session }),
  'monitor.stop': nothing,
  'media.offer': v.object({ sdp: v.string(), offer_id: v.number() }),
  'media.candidate': nothing,
  'media.mute': nothing,
  'media.interrupted': nothing,
  'media.layer': nothing,
  'media.stats': nothing,
  'chat.send': v.object({ id: key, at: ms }),
  'recording.mark': v.object({ at_ms: ms }),
};

export type RequestName = keyof typeof answerSchemas;
export type Answer<M extends RequestName> = v.InferOutput<(typeof answerSchemas)[M]>;

/* Shape of `d` in each request. */
export interface RequestData extends Record<RequestName, object> {
  hello: {
    token: string;
    client: { name: string; version: string; lang: string };
    features: string[];
    resume?: { sid: string; key: string; last_seq: number };
  };
  'token.refresh': Record<string, never>;
  'ticket.create': { matter: string; notice_sha256: string; elder?: boolean };
  'ticket.cancel': Record<string, never>;
  'ticket.requeue': Record<string, never>;
  'ticket.accept': { ticket?: Key };
  'ticket.reject': { ticket: Key; reason: string };
  'ticket.next': Record<string, never>;
  'ticket.noshow': { ticket: Key };
  'ticket.transfer': { ticket: Key; window: Key; note?: string };
  'ticket.finish': { ticket: Key; result: Result };
  'wrapup.extend': Record<string, never>;
  'clerk.state': { state: 'ready' | 'not_ready' | 'rest' };
  'queue.subscribe': Record<string, never>;
  'session.hold': { reason: string };
  'session.resume': Record<string, never>;
  'session.invite': { role: 'helper' };
  'session.end': { reason?: string };
  'monitor.list': { offset?: number };
  'monitor.listen': { session: Key };
  'monitor.whisper': Record<string, never>;
  'monitor.barge': Record<string, never>;
  'monitor.stop': Record<string, never>;
  'media.offer': { sdp: string; offer_id: number; restart?: boolean };
  'media.candidate': { candidate: string | null; mid: string };
  'media.mute': { audio?: boolean; video?: boolean; document?: boolean; cause?: 'user' | 'background' | 'phone_call' };
  'media.interrupted': { cause: 'phone_call' | 'background' | 'network_change'; active: boolean; ago_ms?: number };
  'media.layer': { mid: string; max_height: number };
  'media.stats': MediaStats;
  'chat.send': { text: string; kind?: 'text' | 'phrase' | 'cannot_hear' };
  'recording.mark': { label: string };
}

export interface MediaStats {
  rtt_ms?: number;
  down: { fps?: number; loss_permille?: number; freezes?: number };
  up: { fps?: number; frames_encoded?: number; frames_captured?: number };
  /* how the relay is reached that media goes through */
  relay?: 'udp' | 'tcp' | 'tls';
}
