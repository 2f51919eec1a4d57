import { ClientError, codeOf, http, type LoginAnswer } from '@/core';

import type { Account } from './account';

export type LoginStep =
  | { step: 'password'; error: LoginError | null }
  | { step: 'window'; windows: LoginAnswer['windows']; error: LoginError | null }
  | { step: 'done'; account: Account };

export interface LoginError {
  code: string;
  /* until a locked account opens again */
  retryMs: number | null;
}

interface Options {
  role: string;
  /* A clerk sits at a window; an auditor does not. */
  needsWindow: boolean;
  ask?: typeof http.login;
}

/*
 * The steps of signing in. A clerk of several windows says which one in a second step, and the password goes with it again:
 * the server's token names the window, so it can only be made then.
 */
export class Login {
  private staffNo = '';
  private password = '';
  private windows: LoginAnswer['windows'] = [];

  constructor(private readonly options: Options) {}

  async submit(staffNo: string, password: string): Promise<LoginStep> {
    this.staffNo = staffNo.trim();
    this.password = password;
    return this.attempt((error) => ({ step: 'password', error }));
  }

  async choose(window: string | number): Promise<LoginStep> {
    return this.attempt((error) => ({ step: 'window', windows: this.windows, error }), window);
  }

  private async attempt(
    failed: (error: LoginError) => LoginStep,
    window?: string | number,
  ): Promise<LoginStep> {
    const ask = this.options.ask ?? http.login;
    try {
      const answer = await ask(this.staffNo, this.password, window);
      return this.accepted(answer, failed, window);
    } catch (error) {
      const retryMs = error instanceof ClientError ? error.retryMs : null;
      return failed({ code: codeOf(error), retryMs });
    }
  }

  private async accepted(
    answer: LoginAnswer,
    failed: (error: LoginError) => LoginStep,
    window?: string | number,
  ): Promise<LoginStep> {
    if (answer.role !== this.options.role) {
      return failed({ code: 'page.role', retryMs: null });
    }
    const account = (no: string | number | null): Account => ({
      token: answer.token,
      staffNo: String(answer.staff_no),
      window: no === null ? null : String(no),
    });
    if (!this.options.needsWindow) {
      return this.done(account(null));
    }
    if (window !== undefined) {
      return this.done(account(window));
    }
    this.windows = answer.windows;
    const only = answer.windows[0];
    if (only === undefined) {
      return failed({ code: 'page.no_window', retryMs: null });
    }
    /* the only window: the server has put it into the token already */
    return answer.windows.length === 1
      ? this.done(account(only.no))
      : { step: 'window', windows: answer.windows, error: null };
  }

  private done(account: Account): LoginStep {
    this.password = '';
    return { step: 'done', account };
  }
}
