import { describe, expect, it, vi } from 'vitest';

import { VideoPlayer } from './player';
import type { Leg } from './timeline';

const leg: Leg = {
  file: 'legs/citizen.webm',
  participant: 'p',
  role: 'citizen',
  source: 'camera',
  audio: true,
  start_ms: 0,
  end_ms: 1000,
};

function playing() {
  const element = document.createElement('video');
  const load = vi.spyOn(element, 'load').mockImplementation(() => undefined);
  const player = new VideoPlayer(element, '/replay/s/');
  const fail = (): boolean => element.dispatchEvent(new Event('error'));
  player.show(leg);
  load.mockClear();
  return { player, load, fail };
}

describe('a file that does not play', () => {
  it('is read once more before it is given up', () => {
    const { player, load, fail } = playing();
    fail();
    expect(load).toHaveBeenCalledTimes(1);
    expect(player.failed).toBe(false);
    fail();
    expect(load).toHaveBeenCalledTimes(1);
    expect(player.failed).toBe(true);
  });

  it('is read again when asked for, and with each leg anew', () => {
    const { player, load, fail } = playing();
    fail();
    fail();
    player.retry();
    expect(load).toHaveBeenCalledTimes(2);
    expect(player.failed).toBe(false);
    player.show(leg);
    fail();
    expect(player.failed).toBe(false);
  });

  it('is no matter while nothing is shown', () => {
    const { player, load, fail } = playing();
    player.show(null);
    load.mockClear();
    fail();
    expect(load).not.toHaveBeenCalled();
  });
});
