import { describe, expect, it } from 'vitest';

import { durationText, waitText } from './wait-text';

describe('times in words', () => {
  it('rounds a range outwards', () => {
    expect(waitText(190_000, 470_000)).toBe('3–8 分钟');
    expect(waitText(300_000, 300_000)).toBe('约 5 分钟');
    expect(waitText(0, 30_000)).toBe('很快');
    expect(waitText(null, 30_000)).toBeNull();
    expect(waitText(1, undefined)).toBeNull();
  });

  it('writes durations', () => {
    expect(durationText(192_400)).toBe('03:12');
    expect(durationText(3_792_000)).toBe('1:03:12');
    expect(durationText(-5)).toBe('00:00');
  });
});
