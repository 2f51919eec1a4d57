import { computed, shallowRef } from 'vue';

import { http, type Matter } from '@/core';

const matters = shallowRef<Matter[]>([]);

/* The list of matters changes with a release of the hall, not in a clerk's day: it is asked for once. */
export async function loadMatters(): Promise<void> {
  try {
    matters.value = (await http.matters()).matters;
  } catch {
    /* the case panel shows what the ticket itself tells; the next number tries again */
  }
}

export function useMatter(code: () => string | null) {
  return computed(() => {
    const wanted = code();
    return matters.value.find((one) => one.code === wanted) ?? null;
  });
}

export const haveMatters = (): boolean => matters.value.length > 0;
