import { ref, watch } from 'vue';

import type { Drawer } from '@/core';
import { emptyDraft, type ResultDraft } from './result';

const name = 'draft';

interface Kept {
  ticket: string;
  draft: ResultDraft;
}

function read(drawer: Drawer, ticket: string): ResultDraft {
  try {
    const kept = JSON.parse(drawer.get(name) ?? 'null') as Kept | null;
    return kept?.ticket === ticket ? { ...emptyDraft(), ...kept.draft } : emptyDraft();
  } catch {
    return emptyDraft();
  }
}

/* What was written about the number in hand, over a reload; another number begins with an empty sheet. */
export function useDraft(drawer: Drawer, ticket: () => string) {
  const draft = ref<ResultDraft>(read(drawer, ticket()));

  watch(ticket, (next) => {
    draft.value = read(drawer, next);
  });
  watch(
    draft,
    (now) => {
      if (ticket() !== '') {
        drawer.set(name, JSON.stringify({ ticket: ticket(), draft: now }));
      }
    },
    { deep: true },
  );
  return draft;
}
