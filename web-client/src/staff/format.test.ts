import { describe, expect, it } from 'vitest';

import { bytesOf, clockOf, columnClockOf, dayOf, dayTimeOf, timeOf } from './format';

describe('format', () => {
  it.each([
    [0, '0:00'],
    [-5, '0:00'],
    [59_999, '0:59'],
    [187_000, '3:07'],
    [3_727_000, '1:02:07'],
  ])('%i ms is %s', (ms, text) => {
    expect(clockOf(ms)).toBe(text);
  });

  it('pads the minutes where figures stand in columns', () => {
    expect(columnClockOf(187_000)).toBe('03:07');
    expect(columnClockOf(3_727_000)).toBe('1:02:07');
  });

  it('writes days and times', () => {
    const at = new Date(2026, 10, 3, 4, 5, 6).getTime();
    expect([dayOf(at), timeOf(at), dayTimeOf(at)]).toEqual(['2026-11-03', '04:05:06', '2026-11-03 04:05:06']);
  });

  it.each([
    [0, '0 B'],
    [1023, '1023 B'],
    [1024, '1.0 KiB'],
    [20 * 1024 * 1024, '20 MiB'],
    [3 * 1024 ** 4, '3.0 TiB'],
    [5000 * 1024 ** 4, '5000 TiB'],
  ])('%i bytes are %s', (count, text) => {
    expect(bytesOf(count)).toBe(text);
  });
});
