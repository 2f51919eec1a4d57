import { afterEach, describe, expect, it } from 'vitest';

import { en } from './en';
import { errorText, setLanguage, t, tOr } from './index';
import { zhCN } from './zh-CN';

/* The table of docs/protocol.md: a new error code must have words. */
const protocolErrors = `
  proto.malformed proto.unknown proto.limit proto.hello_first proto.too_large proto.length proto.params proto.upgrade auth.bad_token auth.expired auth.wrong_password
  auth.locked auth.role matter.unknown notice.outdated ticket.exists ticket.none ticket.state ticket.unknown result.invalid
  queue.closed queue.full window.none window.taken window.busy session.none session.state session.full monitor.taken media.sdp
  media.no_common_codec media.limit recording.unavailable recording.required store.failed server.draining server.busy`
  .trim()
  .split(/\s+/);

const holes = (text: string): string[] => (text.match(/\{\w+\}/g) ?? []).sort();

describe('i18n', () => {
  afterEach(() => setLanguage('zh-CN'));

  it('fills in values and leaves unknown ones visible', () => {
    expect(t('called.window', { window: 3 })).toBe('3号窗');
    expect(t('called.window')).toBe('{window}号窗');
  });

  it('switches language', () => {
    setLanguage('en');
    expect(t('called.enter')).toBe('Enter');
    expect(document.documentElement.lang).toBe('en');
  });

  it('has the same holes in both languages', () => {
    for (const key of Object.keys(zhCN) as Array<keyof typeof zhCN>) {
      expect([key, holes(en[key])]).toEqual([key, holes(zhCN[key])]);
    }
  });

  it('has words for every error of the protocol, and for an unknown one', () => {
    for (const code of protocolErrors) {
      expect([code, Object.keys(zhCN)]).toEqual([code, expect.arrayContaining([`error.${code}`])]);
    }
    expect(errorText('brand.new')).toBe(zhCN['error.unknown']);
    expect(tOr('toString', 'error.unknown')).toBe(zhCN['error.unknown']);
  });
});
