import { describe, expect, it } from 'vitest';
import { nextTick, ref } from 'vue';

import { ClientError, type RecordingFilter, type RecordingsAnswer } from '@/core';
import { matterName, resultCode, useRecordings } from './recordings';
import { emptyQuery, type ListQuery } from './route';

interface Asked {
  filter: RecordingFilter;
  answer: (value: RecordingsAnswer) => void;
  refuse: (error: Error) => void;
}

function server() {
  const asked: Asked[] = [];
  const ask = (_token: string, filter: RecordingFilter = {}): Promise<RecordingsAnswer> =>
    new Promise((answer, refuse) => asked.push({ filter, answer, refuse }));
  return { asked, ask };
}

const rowOf = (session: string) => ({ session, started_at: 1, state: 'ready' as const });

describe('recordings', () => {
  it('asks for a page of what the query says', () => {
    const { asked, ask } = server();
    useRecordings('T', ref<ListQuery>({ ...emptyQuery, number: 'A012', from: '2026-11-23', page: 3 }), ask);
    expect(asked[0]?.filter).toMatchObject({ number: 'A012', offset: 40, limit: 20, staff_no: undefined, to: undefined });
    expect(asked[0]?.filter.from).toBe(new Date('2026-11-23T00:00:00').getTime());
  });

  it('drops the answer to an older query', async () => {
    const { asked, ask } = server();
    const query = ref<ListQuery>(emptyQuery);
    const list = useRecordings('T', query, ask);
    query.value = { ...emptyQuery, number: 'B' };
    await nextTick();
    asked[1]!.answer({ recordings: [rowOf('new')], total: 1 });
    await nextTick();
    asked[0]!.answer({ recordings: [rowOf('old')], total: 9 });
    await nextTick();
    expect(list.rows.value?.map((row) => row.session)).toEqual(['new']);
    expect(list.loading.value).toBe(false);
  });

  it('keeps the code of a failure and forgets it on the next try', async () => {
    const { asked, ask } = server();
    const list = useRecordings('T', ref<ListQuery>(emptyQuery), ask);
    asked[0]!.refuse(new ClientError('store.failed'));
    await expect.poll(() => list.error.value).toBe('store.failed');
    void list.load();
    expect(list.error.value).toBeNull();
  });

  it('reads matter and result as code or object', () => {
    expect(matterName({ ...rowOf('s'), matter: { code: 'BD01', name: '过户' } })).toBe('过户');
    expect(matterName({ ...rowOf('s'), matter: 'BD01' })).toBe('BD01');
    expect(resultCode({ ...rowOf('s'), result: { code: 'ACCEPTED' } })).toBe('ACCEPTED');
    expect(resultCode({ ...rowOf('s'), result: null })).toBe('');
  });
});
