import { mount } from '@vue/test-utils';
import { afterEach, describe, expect, it } from 'vitest';

import { setLanguage } from '@/i18n';

import { catalogue } from '../catalogue';
import ServingLine from './ServingLine.vue';

type Catalogue = NonNullable<typeof catalogue.value>;

function words(change: Partial<Catalogue>): string {
  catalogue.value = {
    matters: [],
    notice: { version: '1', text: 'text', sha256: 'x' },
    open: true,
    windows_open: 2,
    wait_min_ms: 180_000,
    wait_max_ms: 960_000,
    ...change,
  };
  return mount(ServingLine).text();
}

afterEach(() => {
  catalogue.value = null;
  setLanguage('zh-CN');
});

describe('the line about the windows', () => {
  it('names windows and the wait', () => {
    expect(words({})).toMatch(/^正在服务.*2 个视频窗口.*3–16 分钟/s);
  });

  it('promises nothing while no window is online', () => {
    expect(words({ windows_open: 0 })).toBe('可以取号窗口暂时都不在线，可以先取号排队');
    setLanguage('en');
    expect(words({ windows_open: 0 })).not.toMatch(/\d/);
  });

  it('says when the hall is closed', () => {
    expect(words({ open: false, windows_open: 0 })).toMatch(/^现在休息/);
  });
});
