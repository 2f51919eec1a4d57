import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { keyHandler, keyRows, type KeyAct } from './keys';
import type { Phase } from './phase';

describe('keys', () => {
  let phase: Phase = 'idle';
  let enabled = true;
  let acts: KeyAct[] = [];
  const handler = keyHandler({ phase: () => phase, enabled: () => enabled, act: (act) => acts.push(act) });

  beforeEach(() => {
    phase = 'idle';
    enabled = true;
    acts = [];
    window.addEventListener('keydown', handler);
  });
  afterEach(() => {
    window.removeEventListener('keydown', handler);
    document.body.innerHTML = '';
  });

  const press = (init: KeyboardEventInit, target: EventTarget = document.body): KeyboardEvent => {
    const event = new KeyboardEvent('keydown', { bubbles: true, cancelable: true, ...init });
    target.dispatchEvent(event);
    return event;
  };
  const altN: KeyboardEventInit = { key: 'n', code: 'KeyN', altKey: true };

  it('calls the next one, and keeps the browser from its own use of the key', () => {
    expect(press(altN).defaultPrevented).toBe(true);
    expect(acts).toEqual(['next']);
  });

  it('goes by the key, not by what the layout makes of it', () => {
    press({ key: '˜', code: 'KeyN', altKey: true });
    expect(acts).toEqual(['next']);
  });

  it('leaves the input method alone', () => {
    press({ ...altN, isComposing: true });
    expect(acts).toEqual([]);
  });

  it('does nothing in another phase, behind a dialog, or held down', () => {
    phase = 'call';
    press(altN);
    phase = 'idle';
    enabled = false;
    press(altN);
    enabled = true;
    press({ ...altN, repeat: true });
    expect(acts).toEqual([]);
  });

  it('works inside a text field, but ? is text there', () => {
    const input = document.body.appendChild(document.createElement('input'));
    phase = 'call';
    press({ key: 'm', code: 'KeyM', altKey: true }, input);
    press({ key: '?', shiftKey: true, code: 'Slash' }, input);
    expect(acts).toEqual(['mute']);
    press({ key: '?', shiftKey: true, code: 'Slash' });
    expect(acts).toEqual(['mute', 'help']);
  });

  it('needs the modifier', () => {
    press({ key: 'n', code: 'KeyN' });
    press({ ...altN, ctrlKey: true });
    expect(acts).toEqual([]);
  });

  it('has each act and each key once', () => {
    expect(new Set(keyRows.map((row) => row.act)).size).toBe(keyRows.length);
    expect(new Set(keyRows.map((row) => row.binding)).size).toBe(keyRows.length);
  });
});
