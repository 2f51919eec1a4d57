import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import { HoldSound } from './hold-sound';

class FakeNode {
  gain = { value: 0, setValueAtTime: vi.fn(), linearRampToValueAtTime: vi.fn() };
  frequency = { value: 0 };
  start = vi.fn();
  connect = <T>(to: T): T => to;
}

const made: FakeAudio[] = [];
let allowed = true;

class FakeAudio {
  state = 'suspended';
  currentTime = 0;
  destination = new FakeNode();
  constructor() {
    made.push(this);
  }
  createGain = (): FakeNode => new FakeNode();
  createOscillator = (): FakeNode => new FakeNode();
  resume(): Promise<void> {
    if (!allowed) {
      return Promise.reject(new Error('no tap yet'));
    }
    this.state = 'running';
    return Promise.resolve();
  }
  close(): Promise<void> {
    this.state = 'closed';
    return Promise.resolve();
  }
}

beforeEach(() => {
  made.length = 0;
  allowed = true;
  vi.stubGlobal('AudioContext', FakeAudio);
});
afterEach(() => vi.unstubAllGlobals());

describe('the sound of a hold', () => {
  it('plays until it is stopped, once however often it is started', () => {
    const sound = new HoldSound();
    sound.start();
    sound.start();
    expect(made).toHaveLength(1);
    expect(sound.playing).toBe(true);
    sound.stop();
    expect(sound.playing).toBe(false);
    expect(made[0]!.state).toBe('closed');
    sound.stop();
  });

  it('waits for a tap where the browser wants one, and for none after the hold', () => {
    allowed = false;
    const sound = new HoldSound();
    sound.start();
    expect(sound.playing).toBe(false);
    allowed = true;
    document.dispatchEvent(new Event('pointerdown'));
    expect(sound.playing).toBe(true);
    sound.stop();
    document.dispatchEvent(new Event('pointerdown'));
    expect(made).toHaveLength(1);
  });

  it('is not there where there is no WebAudio', () => {
    vi.stubGlobal('AudioContext', undefined);
    const sound = new HoldSound();
    sound.start();
    expect(sound.playing).toBe(false);
    sound.stop();
  });
});
