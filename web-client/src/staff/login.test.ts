import { describe, expect, it } from 'vitest';

import { ClientError, type LoginAnswer } from '@/core';
import { Login } from './login';

const answer = (role: string, windows: LoginAnswer['windows']): LoginAnswer => ({
  token: 'T',
  role,
  staff_no: '3003',
  windows,
});

/* A server that knows one password and remembers what it was asked. */
function server(given: LoginAnswer, password = 'right') {
  const asked: Array<string | number | undefined> = [];
  const ask = async (staffNo: string, tried: string, window?: string | number): Promise<LoginAnswer> => {
    asked.push(window);
    if (tried !== password) {
      throw new ClientError('auth.wrong_password');
    }
    return { ...given, staff_no: staffNo };
  };
  return { asked, ask };
}

describe('login', () => {
  it('is done at once for the only window', async () => {
    const { ask } = server(answer('clerk', [{ no: 3, name: '不动产' }]));
    const login = new Login({ role: 'clerk', needsWindow: true, ask });
    const step = await login.submit(' 3003 ', 'right');
    expect(step).toEqual({ step: 'done', account: { token: 'T', staffNo: '3003', window: '3' } });
  });

  it('asks for the window when there are several, and signs in with it', async () => {
    const windows = [
      { no: 3, name: '不动产' },
      { no: 4, name: '企业开办' },
    ];
    const { ask, asked } = server(answer('clerk', windows));
    const login = new Login({ role: 'clerk', needsWindow: true, ask });
    expect(await login.submit('3003', 'right')).toEqual({ step: 'window', windows, error: null });
    const step = await login.choose(4);
    expect(step).toMatchObject({ step: 'done', account: { window: '4' } });
    expect(asked).toEqual([undefined, 4]);
  });

  it('stays at the password when it is wrong', async () => {
    const { ask } = server(answer('clerk', [{ no: 3, name: '' }]));
    const step = await new Login({ role: 'clerk', needsWindow: true, ask }).submit('3003', 'no');
    expect(step).toEqual({ step: 'password', error: { code: 'auth.wrong_password', retryMs: null } });
  });

  it('says how long a locked account stays locked', async () => {
    const ask = async (): Promise<LoginAnswer> => {
      throw new ClientError('auth.locked', '', 180_000);
    };
    const step = await new Login({ role: 'clerk', needsWindow: true, ask }).submit('3003', 'x');
    expect(step).toEqual({ step: 'password', error: { code: 'auth.locked', retryMs: 180_000 } });
  });

  it('refuses another role, and a clerk without a window', async () => {
    const auditor = server(answer('auditor', []));
    const wrongRole = await new Login({ role: 'clerk', needsWindow: true, ask: auditor.ask }).submit('6001', 'right');
    expect(wrongRole).toMatchObject({ error: { code: 'page.role' } });
    const homeless = server(answer('clerk', []));
    const noWindow = await new Login({ role: 'clerk', needsWindow: true, ask: homeless.ask }).submit('2001', 'right');
    expect(noWindow).toMatchObject({ error: { code: 'page.no_window' } });
  });

  it('lets an auditor in without a window', async () => {
    const { ask } = server(answer('auditor', []));
    const step = await new Login({ role: 'auditor', needsWindow: false, ask }).submit('6001', 'right');
    expect(step).toMatchObject({ step: 'done', account: { window: null } });
  });
});
