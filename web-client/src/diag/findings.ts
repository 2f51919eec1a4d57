import * as v from 'valibot';

const device = v.picklist(['ok', 'denied', 'none', 'failed', 'skipped']);
const outcome = v.nullish(v.picklist(['ok', 'failed', 'untried']));
const figure = v.nullish(v.number());

/* What a check tells of itself (docs/protocol.md, Connection checks). */
export const Findings = v.object({
  camera: device,
  microphone: device,
  speaker: v.picklist(['heard', 'unheard', 'skipped']),
  ways: v.object({ socket: outcome, udp: outcome, tcp: outcome, relay_udp: outcome, relay_tcp: outcome, relay_tls: outcome }),
  loop: v.nullish(v.object({ rtt_ms: figure, loss_permille: figure, up_kbps: figure, down_kbps: figure })),
});
export type Findings = v.InferOutput<typeof Findings>;

/* Signaling, and some way for media. */
export function passes({ ways }: Findings): boolean {
  const { socket, ...media } = ways;
  return socket === 'ok' && Object.values(media).includes('ok');
}

/* The seven digits as somebody types them who hears them; null: they are not seven. */
export function codeOfText(text: string): string | null {
  const digits = text
    .replace(/[０-９]/g, (one) => String.fromCharCode(one.charCodeAt(0) - 0xfee0))
    .replace(/[\s\-–—.·]/g, '');
  return /^\d{7}$/.test(digits) ? digits : null;
}
