import { t } from '@/i18n';

/* “3–8 分钟”; null where the server gave no range. */
export function waitText(
  minMs: number | null | undefined,
  maxMs: number | null | undefined,
): string | null {
  if (minMs === null || minMs === undefined || maxMs === null || maxMs === undefined) {
    return null;
  }
  const min = Math.floor(minMs / 60_000);
  const max = Math.ceil(maxMs / 60_000);
  if (max <= 1) {
    return t('app.soon');
  }
  return min === max ? t('app.minutesOne', { min }) : t('app.minutes', { min, max });
}

export function clockText(at: number): string {
  const time = new Date(at);
  const two = (value: number): string => String(value).padStart(2, '0');
  return `${two(time.getHours())}:${two(time.getMinutes())}`;
}

/* “03:12”, or “1:03:12” */
export function durationText(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  const two = (value: number): string => String(value).padStart(2, '0');
  const tail = `${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`;
  return seconds >= 3600 ? `${Math.floor(seconds / 3600)}:${tail}` : tail;
}
