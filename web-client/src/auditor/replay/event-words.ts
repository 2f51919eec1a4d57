import { t, tOr } from '@/i18n/auditor';
import { columnClockOf } from '@/staff/format';
import { field, fieldsOf, type ListedEvent } from './events';

const end = (reason: string): string => tOr(`end.${reason}`, 'end.closed');
export const causeWords = (cause: string): string => tOr(`cause.${cause}`, 'cause.NETWORK');

function muteWords(listed: ListedEvent): string {
  const audio = ['1', 'true'].includes(field(listed.event, 'audio'));
  const video = ['1', 'true'].includes(field(listed.event, 'video'));
  if (audio && video) {
    return t('event.mute.both');
  }
  if (audio) {
    return t('event.mute.audio');
  }
  return video ? t('event.mute.video') : t('event.mute.none');
}

function stateWords(listed: ListedEvent): string {
  const reason = field(listed.event, 'reason');
  switch (field(listed.event, 'state')) {
    case 'held':
      return reason ? t('event.held', { reason }) : t('event.heldPlain');
    case 'ended':
      return t('event.ended', { reason: end(reason) });
    case 'connecting':
      return t('event.connecting');
    default:
      return t('event.active');
  }
}

function lengthOf(listed: ListedEvent): string {
  const us = Number(field(listed.event, 'end_us')) - Number(field(listed.event, 'start_us'));
  return columnClockOf(Number.isFinite(us) && us > 0 ? us / 1000 : 0);
}

function interruptionWords(listed: ListedEvent, who: string): string {
  const cause = causeWords(field(listed.event, 'cause'));
  return field(listed.event, 'state') === 'end'
    ? t('event.interruption.end', { who, cause, time: lengthOf(listed) })
    : t('event.interruption.begin', { who, cause });
}

function gapWords(listed: ListedEvent): string {
  return t('event.gap', { time: lengthOf(listed), cause: causeWords(field(listed.event, 'cause')) });
}

const percent = (listed: ListedEvent, name: string): string => (Number(field(listed.event, name)) / 10).toFixed(1);

/* An event as a sentence; one this page does not know shows its name and fields. */
const sentences: Record<string, (listed: ListedEvent, who: string) => string> = {
  'participant.joined': (_, who) => t('event.joined', { who }),
  'session.revived': () => t('event.revived'),
  'participant.left': (listed, who) => {
    const reason = field(listed.event, 'reason');
    return reason ? t('event.leftReason', { who, reason: end(reason) }) : t('event.left', { who });
  },
  'participant.away': (_, who) => t('event.away', { who }),
  'participant.back': (_, who) => t('event.back', { who }),
  'notice.acknowledged': (listed) => t('event.notice', { version: field(listed.event, 'notice_version') }),
  'chat.message': (listed, who) =>
    field(listed.event, 'kind') === 'cannot_hear'
      ? t('event.cannotHear', { who })
      : t('event.chat', { who, text: field(listed.event, 'text') }),
  'session.monitor': (listed, who) => t('event.monitor', { who, mode: tOr(`monitor.${field(listed.event, 'mode')}`, 'monitor.listen') }),
  'session.invite': (_, who) => t('event.invite', { who }),
  mark: (listed) => t('event.mark', { text: field(listed.event, 'label') }),
  'session.state': (listed) => stateWords(listed),
  'media.mute': (listed, who) => t('event.mute', { who, what: muteWords(listed) }),
  'media.document': (listed, who) => t(field(listed.event, 'shown') === '1' ? 'event.document.shown' : 'event.document.gone', { who }),
  'media.silent': (listed, who) => t('event.silent', { who, cause: causeWords(field(listed.event, 'cause')) }),
  'media.narrow': (listed, who) => t(field(listed.event, 'state') === 'resumed' ? 'event.narrow.over' : 'event.narrow', { who }),
  'media.quality': (listed, who) => t('event.quality', { who, level: tOr(`level.${field(listed.event, 'level')}`, 'level.poor'), up: percent(listed, 'up_loss_permille'), down: percent(listed, 'down_loss_permille') }),
  'media.back': (_, who) => t('event.mediaBack', { who }),
  'media.failed': (_, who) => t('event.mediaFailed', { who }),
  interruption: interruptionWords,
  gap: (listed) => gapWords(listed),
};

export const isTold = (type: string): boolean => type in sentences;

export function eventWords(listed: ListedEvent): string {
  const say = sentences[listed.type];
  return say ? say(listed, listed.who ?? '') : `${listed.type} ${fieldsOf(listed.event)}`;
}
