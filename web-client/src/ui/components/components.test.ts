import { mount } from '@vue/test-utils';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { nextTick } from 'vue';

import { setElder, elder, restoreElder } from '../elder';
import AppButton from './AppButton.vue';
import AppDialog from './AppDialog.vue';
import Countdown from './Countdown.vue';
import ErrorState from './ErrorState.vue';
import StateLamp from './StateLamp.vue';
import VideoTile from './VideoTile.vue';

describe('Countdown', () => {
  beforeEach(() => vi.useFakeTimers({ now: 1_000_000 }));
  afterEach(() => vi.useRealTimers());

  it('counts whole seconds down to zero, and says once that it is over', async () => {
    const wrapper = mount(Countdown, { props: { until: 1_002_500 } });
    expect(wrapper.text()).toBe('3');
    await vi.advanceTimersByTimeAsync(1_000);
    expect(wrapper.text()).toBe('2');
    await vi.advanceTimersByTimeAsync(5_000);
    expect(wrapper.text()).toBe('0');
    expect(wrapper.emitted('over')).toHaveLength(1);
  });

  it('starts again when it is extended, on the clock it was given', async () => {
    const wrapper = mount(Countdown, {
      props: { until: 1_000_000, now: () => Date.now() + 5_000, extendLabel: '再给我时间' },
    });
    expect(wrapper.text()).toContain('0');
    await wrapper.find('button').trigger('click');
    expect(wrapper.emitted('extend')).toHaveLength(1);
    await wrapper.setProps({ until: 1_125_000 });
    expect(wrapper.text()).toContain('2:00');
  });

  it('stops with its component', async () => {
    const wrapper = mount(Countdown, { props: { until: 1_002_000 } });
    wrapper.unmount();
    expect(vi.getTimerCount()).toBe(0);
  });
});

describe('AppDialog', () => {
  const open = () =>
    mount(AppDialog, {
      attachTo: document.body,
      props: { title: '要挂断吗？', closeLabel: '关闭' },
      slots: { actions: '<button id="yes">挂断</button>' },
    });
  const dialog = (): HTMLElement => document.querySelector('[role="dialog"]')!;
  const press = (key: string, shiftKey = false): void => {
    (document.activeElement ?? document.body).dispatchEvent(
      new KeyboardEvent('keydown', { key, shiftKey, bubbles: true, cancelable: true }),
    );
  };

  it('is named, takes the focus, keeps it inside and gives it back', async () => {
    const before = document.createElement('button');
    document.body.append(before);
    before.focus();
    const wrapper = open();
    await nextTick();
    await nextTick();
    const label = document.getElementById(dialog().getAttribute('aria-labelledby')!);
    expect(label?.textContent).toBe('要挂断吗？');
    expect(document.activeElement).toBe(dialog());
    press('Tab', true);
    expect(document.activeElement?.id).toBe('yes');
    press('Tab');
    expect(document.activeElement?.getAttribute('aria-label')).toBe('关闭');
    wrapper.unmount();
    expect(document.activeElement).toBe(before);
    before.remove();
  });

  it('is closed by Escape', async () => {
    const wrapper = open();
    await nextTick();
    await nextTick();
    press('Escape');
    expect(wrapper.emitted('close')).toHaveLength(1);
    wrapper.unmount();
  });
});

describe('VideoTile', () => {
  it('asks for a tap when the browser refuses to play sound', async () => {
    const play = vi
      .spyOn(HTMLMediaElement.prototype, 'play')
      .mockRejectedValue(new DOMException('tap first', 'NotAllowedError'));
    const wrapper = mount(VideoTile, { props: { stream: new MediaStream(), testid: 'remote-video' } });
    await vi.waitFor(() => expect(wrapper.emitted('blocked')).toHaveLength(1));
    expect(wrapper.find('[data-testid="remote-video"]').exists()).toBe(true);
    play.mockRestore();
    wrapper.unmount();
  });
});

describe('small ones', () => {
  it('a busy button cannot be pressed again', async () => {
    const wrapper = mount(AppButton, { props: { busy: true }, slots: { default: '取号' } });
    expect(wrapper.attributes('disabled')).toBeDefined();
    expect(wrapper.attributes('aria-busy')).toBe('true');
  });

  it('a button with an address is a link', () => {
    const wrapper = mount(AppButton, { props: { href: 'tel:12345' } });
    expect(wrapper.element.tagName).toBe('A');
  });

  it('lamps differ by shape, not by colour alone', () => {
    const shapes = (['good', 'warn', 'bad', 'idle'] as const).map(
      (tone) => mount(StateLamp, { props: { tone } }).find('svg').element.innerHTML,
    );
    expect(new Set(shapes).size).toBe(4);
  });

  it('an error says what, what to do and its code', async () => {
    const props = { title: '出了点问题', body: '请重试', code: 'queue.full', action: '重试' };
    const wrapper = mount(ErrorState, { props });
    expect(wrapper.attributes('role')).toBe('alert');
    expect(wrapper.text()).toMatch(/出了点问题.*请重试.*重试.*queue\.full/s);
    await wrapper.find('button').trigger('click');
    expect(wrapper.emitted('action')).toHaveLength(1);
  });

  it('elder mode is remembered', () => {
    setElder(true);
    elder.value = false;
    restoreElder();
    expect(elder.value).toBe(true);
    expect(document.documentElement.dataset['elder']).toBe('true');
    setElder(false);
  });
});
