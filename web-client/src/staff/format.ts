/* Times and lengths as the staff's pages write them; all of them in the browser's own time zone. */

const two = (value: number): string => String(Math.floor(value)).padStart(2, '0');

/* 3:07, 1:02:07 */
export function clockOf(lengthMs: number): string {
  const seconds = Math.max(0, Math.floor(lengthMs / 1000));
  const hours = Math.floor(seconds / 3600);
  const minutes = Math.floor((seconds % 3600) / 60);
  const rest = two(seconds % 60);
  return hours > 0 ? `${hours}:${two(minutes)}:${rest}` : `${minutes}:${rest}`;
}

/* 03:07, for figures that stand in columns */
export function columnClockOf(lengthMs: number): string {
  const text = clockOf(lengthMs);
  return text.length < 5 ? `0${text}` : text;
}

/* 14:05:09 */
export function timeOf(at: number): string {
  const date = new Date(at);
  return `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`;
}

/* 2026-11-23 */
export function dayOf(at: number): string {
  const date = new Date(at);
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
}

export function dayTimeOf(at: number): string {
  return `${dayOf(at)} ${timeOf(at)}`;
}

export function bytesOf(count: number): string {
  if (count < 1024) {
    return `${count} B`;
  }
  const units = ['KiB', 'MiB', 'GiB', 'TiB'];
  let value = count / 1024;
  let unit = 0;
  while (value >= 1024 && unit < units.length - 1) {
    value /= 1024;
    unit += 1;
  }
  return `${value < 10 ? value.toFixed(1) : Math.round(value)} ${units[unit]}`;
}
