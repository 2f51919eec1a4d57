import { describe, expect, it } from 'vitest';

import { codeOfText, passes, type Findings } from './findings';

describe('a code that was read over the phone', () => {
  it.each(['1234567', '123 4567', ' 123-4567 ', '１２３ ４５６７'])('%s is seven digits', (text) => {
    expect(codeOfText(text)).toBe('1234567');
  });
  it.each(['', '123456', '12345678', '12a4567', '../7'])('%s is none', (text) => {
    expect(codeOfText(text)).toBeNull();
  });
});

describe('a verdict', () => {
  const findings = (ways: Findings['ways']): Findings => ({ camera: 'ok', microphone: 'ok', speaker: 'heard', ways });
  it.each([
    [{ socket: 'ok', udp: 'failed', tcp: 'ok' }, true],
    [{ socket: 'failed', udp: 'ok' }, false],
    [{ socket: 'ok', udp: 'failed', relay_tls: 'untried' }, false],
  ] as Array<[Findings['ways'], boolean]>)('%o: %s', (ways, good) => {
    expect(passes(findings(ways))).toBe(good);
  });
});
