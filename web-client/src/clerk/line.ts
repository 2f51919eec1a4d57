import type { ClientState, Participant } from '@/core';
import { t } from '@/i18n/clerk';

type Quality = ClientState['quality'][number];

/* The one who is served: the lamp of his line stands beside the clerk's own. */
export function servedOf(state: ClientState): Participant | null {
  return state.session?.participants.find((one) => one.role === 'citizen' && one.state !== 'left') ?? null;
}

export function qualityOf(state: ClientState, participant: Participant['id'] | null | undefined): Quality | null {
  return state.quality.find((one) => one.participant === participant) ?? null;
}

const ways = ['udp', 'tcp', 'relay_udp', 'relay_tcp', 'relay_tls'] as const;

/* The figures behind a lamp, in one line. */
export function detailsOf(quality: Quality): string {
  const percent = (permille: number | null | undefined): string => ((permille ?? 0) / 10).toFixed(1);
  const way = ways.find((one) => one === quality.way);
  return [
    t('line.loss', { up: percent(quality.up_loss_permille), down: percent(quality.down_loss_permille) }),
    quality.rtt_ms == null ? null : t('line.rtt', { ms: Math.round(quality.rtt_ms) }),
    quality.estimate_bps == null ? null : t('line.room', { kbit: Math.round(quality.estimate_bps / 1000) }),
    way === undefined ? null : t(`line.way.${way}`),
  ]
    .filter((one) => one !== null)
    .join(t('line.comma'));
}
