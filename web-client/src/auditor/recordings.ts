import { ref, watch, type Ref } from 'vue';

import { codeOf, http, type RecordingRow } from '@/core';
import { wordOf } from '@/i18n/words';
import { dayEnd, dayStart, type ListQuery } from './route';

export const pageSize = 20;

type Ask = typeof http.recordings;

/* The list for a query: loading, the rows, or what went wrong. An answer to an older query is dropped. */
export function useRecordings(token: string, query: Ref<ListQuery>, ask: Ask = http.recordings) {
  const rows = ref<RecordingRow[] | null>(null);
  const total = ref(0);
  const error = ref<string | null>(null);
  const loading = ref(false);
  let latest = 0;

  async function load(): Promise<void> {
    latest += 1;
    const mine = latest;
    const { number, staffNo, from, to, page } = query.value;
    loading.value = true;
    error.value = null;
    try {
      const answer = await ask(token, {
        number: number || undefined,
        staff_no: staffNo || undefined,
        from: dayStart(from),
        to: dayEnd(to),
        offset: (page - 1) * pageSize,
        limit: pageSize,
      });
      if (mine === latest) {
        rows.value = answer.recordings;
        total.value = answer.total;
      }
    } catch (failure) {
      if (mine === latest) {
        error.value = codeOf(failure);
      }
    } finally {
      if (mine === latest) {
        loading.value = false;
      }
    }
  }

  watch(query, load, { immediate: true });
  return { rows, total, error, loading, load };
}

/* `matter` and `result` may come as a code or as an object; the page shows words for both. */
export function matterName(row: RecordingRow): string {
  const { matter } = row;
  if (typeof matter === 'object' && matter !== null) {
    const named = matter as { name?: string; code?: string; en?: { name?: string } };
    return wordOf(named, 'name') || (named.code ?? '');
  }
  return typeof matter === 'string' ? matter : '';
}

export function resultCode(row: RecordingRow): string {
  const { result } = row;
  if (typeof result === 'object' && result !== null) {
    return (result as { code?: string }).code ?? '';
  }
  return typeof result === 'string' ? result : '';
}
