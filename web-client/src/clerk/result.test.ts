import { describe, expect, it } from 'vitest';

import { emptyDraft, mostMissing, problemOf, resultOf, withMissing, withoutMissing, type ResultDraft } from './result';

const draft = (part: Partial<ResultDraft>): ResultDraft => ({ ...emptyDraft(), ...part });

describe('result', () => {
  it.each<[Partial<ResultDraft>, string | null]>([
    [{}, 'code'],
    [{ code: 'ANSWERED' }, null],
    [{ code: 'SUPPLEMENT' }, 'missing'],
    [{ code: 'SUPPLEMENT', missing: ['户口簿'] }, null],
    [{ code: 'NOT_ACCEPTED' }, 'note'],
    [{ code: 'NOT_ACCEPTED', note: '  ' }, 'note'],
    [{ code: 'NOT_ACCEPTED', note: '不属于本市管辖' }, null],
  ])('%j lacks %s', (part, problem) => {
    expect(problemOf(draft(part))).toBe(problem);
    expect(resultOf(draft(part)) === null).toBe(problem !== null);
  });

  it('sends only what belongs to the code', () => {
    expect(resultOf(draft({ code: 'ACCEPTED', missing: ['户口簿'], note: ' 好 ' }))).toEqual({
      code: 'ACCEPTED',
      note: '好',
    });
    expect(resultOf(draft({ code: 'SUPPLEMENT', missing: ['户口簿'] }))).toEqual({
      code: 'SUPPLEMENT',
      missing: ['户口簿'],
    });
  });

  it('takes several papers at once, each once, within the bounds', () => {
    const one = withMissing(emptyDraft(), ' 户口簿、租赁合同；户口簿\n\n身份证 ');
    expect(one.missing).toEqual(['户口簿', '租赁合同', '身份证']);
    expect(withoutMissing(one, '租赁合同').missing).toEqual(['户口簿', '身份证']);
    const many = Array.from({ length: 30 }, (_, i) => `材料${i}`).join('\n');
    expect(withMissing(emptyDraft(), many).missing).toHaveLength(mostMissing);
    expect(withMissing(emptyDraft(), '长'.repeat(99)).missing[0]).toHaveLength(40);
  });

  it('leaves the draft it was given alone', () => {
    const before = draft({ missing: ['甲'] });
    withMissing(before, '乙');
    withoutMissing(before, '甲');
    expect(before.missing).toEqual(['甲']);
  });
});
