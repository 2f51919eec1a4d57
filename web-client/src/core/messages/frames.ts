import * as v from 'valibot';

export const ErrorBody = v.object({
  code: v.string(),
  msg: v.nullish(v.string()),
  retry_ms: v.nullish(v.number()),
});
export type ErrorBody = v.InferOutput<typeof ErrorBody>;

/* What a server may send. `d` is checked later, against the schema of its message. */
export const ServerFrame = v.variant('t', [
  v.object({ t: v.literal('res'), id: v.number(), ok: v.literal(true), d: v.optional(v.unknown()) }),
  v.object({ t: v.literal('res'), id: v.number(), ok: v.literal(false), e: ErrorBody }),
  v.object({ t: v.literal('ev'), seq: v.number(), m: v.string(), d: v.optional(v.unknown()) }),
  v.object({ t: v.literal('ping'), at: v.number() }),
  v.object({ t: v.literal('pong'), at: v.number(), now: v.number() }),
  v.object({ t: v.literal('bye'), reason: v.string() }),
]);
export type ServerFrame = v.InferOutput<typeof ServerFrame>;

export type ClientFrame =
  | { t: 'req'; id: number; m: string; d: object }
  | { t: 'ack'; seq: number }
  | { t: 'ping'; at: number }
  | { t: 'pong'; at: number; now: number };

export function decodeFrame(text: string): ServerFrame | null {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return null;
  }
  const result = v.safeParse(ServerFrame, json);
  return result.success ? result.output : null;
}
