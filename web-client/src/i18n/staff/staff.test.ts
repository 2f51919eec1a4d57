import { describe, expect, it } from 'vitest';

import { en as auditorEn } from '../auditor/en';
import { zhCN as auditorZh } from '../auditor/zh-CN';
import { en as clerkEn } from '../clerk/en';
import { zhCN as clerkZh } from '../clerk/zh-CN';
import { en as supervisorEn } from '../supervisor/en';
import { zhCN as supervisorZh } from '../supervisor/zh-CN';
import { zhCN as citizenZh } from '../zh-CN';

const holes = (text: string): string[] => (text.match(/\{\w+\}/g) ?? []).sort();

describe('the words of the staff', () => {
  it.each([
    ['clerk', clerkZh, clerkEn],
    ['auditor', auditorZh, auditorEn],
    ['supervisor', supervisorZh, supervisorEn],
  ] as Array<[string, Record<string, string>, Record<string, string>]>)(
    '%s: both languages have the same keys, holes and no empty text',
    (_name, zh, en) => {
      expect(Object.keys(en).sort()).toEqual(Object.keys(zh).sort());
      for (const key of Object.keys(zh)) {
        expect([key, holes(en[key]!)]).toEqual([key, holes(zh[key]!)]);
        expect(`${key}: ${zh[key]}`).not.toMatch(/: $/);
      }
    },
  );

  it('have an own sentence for every error the citizen has one for', () => {
    const errors = Object.keys(citizenZh).filter((key) => key.startsWith('error.'));
    expect(errors.length).toBeGreaterThan(30);
    expect(Object.keys(clerkZh)).toEqual(expect.arrayContaining(errors));
  });
});
