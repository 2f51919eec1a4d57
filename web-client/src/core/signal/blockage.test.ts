import { afterEach, describe, expect, it, vi } from 'vitest';

import { Blockage, probeSocket } from './blockage';

afterEach(() => vi.unstubAllGlobals());

function server(socket: number, api: number | null): ReturnType<typeof vi.fn> {
  const fetched = vi.fn(async (url: string | URL) => {
    const status = String(url).endsWith('/ws') ? socket : api;
    if (status === null) {
      throw new TypeError('no network');
    }
    return { status, ok: status < 400 };
  });
  vi.stubGlobal('fetch', fetched);
  return fetched;
}

describe('the probe', () => {
  it.each([
    ['an Upgrade that was taken away', 426, null, true],
    ['a filter with an answer of its own', 403, 200, true],
    ['a captive portal for everything', 403, 403, false],
    ['a server that is down behind its proxy', 502, 502, false],
    ['a server without a free socket', 503, 200, false],
    ['an address with its share of sockets', 429, 200, false],
  ])('%s', async (_name, socket, api, expected) => {
    const fetched = server(socket, api);
    expect(await probeSocket('wss://far/video/ws')).toBe(expected);
    expect(String(fetched.mock.calls[0]![0])).toBe('https://far/video/ws');
    if (fetched.mock.calls.length > 1) {
      expect(String(fetched.mock.calls[1]![0])).toBe('https://far/video/api/v1/matters');
    }
  });
});

describe('a blockage', () => {
  it('is looked for after three sockets without a welcome, and over with the first welcome', async () => {
    const probe = vi.fn(async () => true);
    const said: boolean[] = [];
    const blockage = new Blockage(probe, (blocked) => said.push(blocked));
    blockage.failed('wss://far/ws');
    blockage.failed('wss://far/ws');
    expect(probe).not.toHaveBeenCalled();
    blockage.failed('wss://far/ws');
    await vi.waitFor(() => expect(said).toEqual([true]));
    blockage.welcomed();
    expect(said).toEqual([true, false]);
    expect(blockage.blocked).toBe(false);
  });

  it('is not told when a welcome came while it was looked for, nor without a network', async () => {
    let answer: (blocked: boolean) => void = () => undefined;
    const said: boolean[] = [];
    const blockage = new Blockage(
      () => new Promise((resolve) => (answer = resolve)),
      (blocked) => said.push(blocked),
    );
    for (let i = 0; i < 3; i++) {
      blockage.failed('wss://far/ws');
    }
    blockage.welcomed();
    answer(true);
    await Promise.resolve();
    const dead = new Blockage(() => Promise.reject(new TypeError()), (blocked) => said.push(blocked));
    for (let i = 0; i < 4; i++) {
      dead.failed('wss://far/ws');
    }
    await Promise.resolve();
    expect(said).toEqual([]);
  });
});
