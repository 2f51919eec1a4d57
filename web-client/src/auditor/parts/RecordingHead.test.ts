import { mount } from '@vue/test-utils';
import { afterEach, describe, expect, it } from 'vitest';

import { setLanguage } from '@/i18n/language';

import { exampleTimeline } from '../replay/example.fixture';
import RecordingHead from './RecordingHead.vue';

const shown = (matterEn?: { name?: string | null } | null): string =>
  mount(RecordingHead, { props: { timeline: exampleTimeline(), result: '', matterEn } }).get('[data-testid="replay-matter"]').text();

afterEach(() => setLanguage('zh-CN'));

describe('the head of a recording', () => {
  it('names the matter in the language of the page', () => {
    const english = { name: 'Transfer of a second-hand home' };
    expect(shown(english)).toBe('二手房转移登记');
    setLanguage('en');
    expect(shown(english)).toBe('Transfer of a second-hand home');
  });

  it('keeps the recorded words where the catalogue has no English ones', () => {
    setLanguage('en');
    expect(shown(undefined)).toBe('二手房转移登记');
    expect(shown({ name: null })).toBe('二手房转移登记');
  });
});
