import { afterEach, describe, expect, it, vi } from 'vitest';

import { matterEnOf } from './recording';

const matter = (code: string, en?: object) => ({
  code, name: '居民医保参保登记', alias: '', department: '医保', kind: 'accept', channels: ['VIDEO'], identity_level: 1, minutes: 10,
  guide: '', recording: true, scope: '', due_text: '', fee: '', delivery: '', ...(en ? { en } : {}),
});
const notice = { version: '1', text: '告知', sha256: 'a'.repeat(64) };

function serve(matters: object[], ok = true): void {
  vi.stubGlobal('fetch', async () => new Response(JSON.stringify({ matters, notice, open: true, windows_open: 0 }), { status: ok ? 200 : 503 }));
}

afterEach(() => vi.unstubAllGlobals());

describe('the English words of a recorded matter', () => {
  it('are those of the catalogue', async () => {
    serve([matter('SB01'), matter('YB02', { name: 'Medical insurance' })]);
    expect(await matterEnOf('YB02')).toMatchObject({ name: 'Medical insurance' });
  });

  it.each([
    ['the matter has none', 'SB01', true],
    ['it is no more in the catalogue', 'GONE', true],
    ['the catalogue does not come', 'YB02', false],
    ['the recording names no matter', null, true],
  ])('are missing when %s, and nothing fails', async (_, code, ok) => {
    serve([matter('SB01'), matter('YB02', { name: 'Medical insurance' })], ok);
    expect(await matterEnOf(code) ?? null).toBeNull();
  });
});
