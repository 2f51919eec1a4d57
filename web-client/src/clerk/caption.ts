import type { ClientState } from '@/core';
import { t } from '@/i18n/clerk';

const shownMs = 10_000;

/* The last thing another participant wrote, over the picture for a while: the clerk looks there, not at the list. */
export function captionOf(state: ClientState, now: number): string | null {
  const me = state.session?.me;
  const last = [...state.chat].reverse().find((message) => message.from !== me);
  if (!last || now - last.at > shownMs) {
    return null;
  }
  return last.kind === 'cannot_hear' ? t('chat.cannotHear') : last.text;
}
