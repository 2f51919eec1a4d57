import { mount } from '@vue/test-utils';
import { afterEach, describe, expect, it } from 'vitest';

import { emptyState } from '@/core';
import { setLanguage } from '@/i18n';

import BlockedCard from './BlockedCard.vue';
import { cardOf, type Card, type CallSight } from './card';

const calm: CallSight = {
  state: emptyState,
  link: 'open',
  blocked: false,
  media: 'connected',
  mediaProblem: null,
  main: null,
  camera: 'active',
  seen: true,
  interrupted: false,
};

const withSight = (change: Partial<CallSight>): Card | null => cardOf({ ...calm, ...change });

afterEach(() => setLanguage('zh-CN'));

describe('the card of a call', () => {
  it('says what is blocked instead of asking to wait', () => {
    expect(withSight({ link: 'waiting' })).toBe('reconnect');
    expect(withSight({ link: 'waiting', blocked: true })).toBe('blocked');
    expect(withSight({ link: 'connecting', blocked: true })).toBe('blocked');
  });

  it('keeps to itself once the socket is back', () => {
    expect(withSight({ blocked: true })).toBe('connecting');
    expect(withSight({ media: 'recovering' })).toBe('reconnect');
  });

  it('names WebSocket, the way out and the address, in both languages', () => {
    const words = (): string => mount(BlockedCard).text();
    expect(words()).toMatch(/WebSocket.*手机流量.*wss:\/\//s);
    setLanguage('en');
    expect(words()).toMatch(/WebSocket.*mobile data.*wss:\/\//s);
  });
});
