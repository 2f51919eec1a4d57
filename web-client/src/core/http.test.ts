import { afterEach, describe, expect, it, vi } from 'vitest';

import { codeOf } from './errors';
import { http } from './http';

function server(status: number, body: unknown): ReturnType<typeof vi.fn> {
  const fetched = vi.fn(async () => ({
    ok: status < 400,
    status,
    json: async () => (typeof body === 'string' ? JSON.parse(body) : body),
  }));
  vi.stubGlobal('fetch', fetched);
  return fetched;
}

const failing = (call: Promise<unknown>): Promise<string> => call.then(() => 'done', codeOf);

afterEach(() => vi.unstubAllGlobals());

describe('http', () => {
  it('asks and checks the answer', async () => {
    const fetched = server(200, { token: 'secret', more: 1 });
    expect(await http.guest()).toEqual({ token: 'secret' });
    expect(fetched.mock.calls[0]).toMatchObject(['http://localhost:3000/api/v1/guest', { method: 'POST', body: '{}' }]);
  });

  it('puts the token into the header and the filter into the query', async () => {
    const fetched = server(200, { recordings: [], total: 0 });
    await http.recordings('tok', { staff_no: '3003', number: '', limit: 20 });
    const [path, init] = fetched.mock.calls[0] as [string, { headers: Record<string, string> }];
    expect(path).toBe('http://localhost:3000/api/v1/recordings?staff_no=3003&limit=20');
    expect(init.headers['Authorization']).toBe('Bearer tok');
  });

  it('fails with the code of the server', async () => {
    server(401, { e: { code: 'auth.wrong_password', msg: 'no' } });
    expect(await failing(http.login('3003', 'x'))).toBe('auth.wrong_password');
  });

  it('fails by name without a network, without JSON, and with a wrong shape', async () => {
    vi.stubGlobal('fetch', () => Promise.reject(new TypeError('offline')));
    expect(await failing(http.matters())).toBe('http.network');
    server(502, '<html>');
    expect(await failing(http.matters())).toBe('http.status');
    server(500, { what: 1 });
    expect(await failing(http.matters())).toBe('http.status');
    server(200, { matters: 'none' });
    expect(await failing(http.matters())).toBe('client.bad_answer');
  });
});
