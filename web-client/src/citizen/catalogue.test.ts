import { describe, expect, it } from 'vitest';

import type { Matter } from '@/core';

import { aliasesOf, searchMatters } from './catalogue';

const matter = (code: string, name: string, alias: string, department: string): Matter => ({
  code,
  name,
  alias,
  department,
  kind: 'accept',
  channels: ['视'],
  identity_level: 2,
  minutes: 10,
  guide: '',
  recording: true,
});

const all = [
  matter('BD01', '二手房转移登记', '过户、房本换名', '不动产登记'),
  matter('BD02', '抵押权注销登记', '解押、房贷还清', '不动产登记'),
  matter('SB04', '养老待遇资格认证', '年审、生存认证', '社保'),
  matter('SB01', '个人参保缴费证明', '社保证明、流水', '社保'),
];
const found = (text: string): string[] => searchMatters(all, text).map((one) => one.code);

describe('search', () => {
  it('gives everything for nothing', () => {
    expect(found('  ')).toEqual(['BD01', 'BD02', 'SB04', 'SB01']);
  });

  it.each([
    ['过户', ['BD01']],
    ['我要办房子过户', ['BD01']],
    ['年审', ['SB04']],
    ['登记', ['BD01', 'BD02']],
    ['bd02', ['BD02']],
    ['社保', ['SB01', 'SB04']],
    ['房 贷', ['BD02']],
    ['火箭', []],
  ])('finds by name, alias, sentence, code or department: %s', (text, codes) => {
    expect(found(text)).toEqual(codes);
  });

  it('splits aliases', () => {
    expect(aliasesOf(all[0]!)).toEqual(['过户', '房本换名']);
    expect(aliasesOf({ ...all[0]!, alias: null })).toEqual([]);
  });
});
