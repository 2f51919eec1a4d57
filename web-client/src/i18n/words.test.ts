import { afterEach, describe, expect, it } from 'vitest';

import { setLanguage } from './language';
import { wordOf } from './words';

afterEach(() => setLanguage('zh-CN'));

describe('what the server calls something', () => {
  const both = { name: '不动产', alias: '房', en: { name: 'Real estate' } };

  it('is Chinese on a Chinese page', () => {
    expect(wordOf(both, 'name')).toBe('不动产');
  });

  it('is English on an English one, where there are English words', () => {
    setLanguage('en');
    expect(wordOf(both, 'name')).toBe('Real estate');
    expect(wordOf<'name' | 'alias'>(both, 'alias')).toBe('房');
    expect(wordOf({ name: '社保' }, 'name')).toBe('社保');
    expect(wordOf({ name: '社保', en: null }, 'name')).toBe('社保');
    expect(wordOf(null, 'name')).toBe('');
  });
});
