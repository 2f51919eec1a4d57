import { afterEach, describe, expect, it } from 'vitest';

import { personLabel } from './labels';
import { browserLanguage, setLanguage } from './language';

afterEach(() => setLanguage('zh-CN'));

describe('the first language', () => {
  it.each([
    ['zh-CN', 'zh-CN'],
    ['zh', 'zh-CN'],
    ['zh-Hant-HK', 'zh-CN'],
    ['en-US', 'en'],
    ['fr', 'en'],
    ['', 'zh-CN'],
    [undefined, 'zh-CN'],
  ] as const)('of a browser in %s is %s', (tag, expected) => {
    expect(browserLanguage(tag)).toBe(expected);
  });
});

describe('the name of a participant', () => {
  it('stays as the server says it on a Chinese page', () => {
    expect(personLabel('4号窗 · 工号3004')).toBe('4号窗 · 工号3004');
  });

  it.each([
    ['4号窗 · 工号3004', 'Counter 4 · clerk 3004'],
    ['4号窗', 'Counter 4'],
    ['市民 E001', 'Citizen E001'],
    ['市民', 'Citizen'],
    ['帮办人员', 'Helper'],
    ['值班长 · 工号2001', 'Supervisor 2001'],
    ['p-17', 'p-17'],
  ])('%s is %s on an English one', (label, expected) => {
    setLanguage('en');
    expect(personLabel(label)).toBe(expected);
  });
});
