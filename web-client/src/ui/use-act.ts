import { ref, type Ref } from 'vue';

import { codeOf } from '@/core';

interface Act {
  busy: Ref<boolean>;
  problem: Ref<string | null>;
  run: (act: () => Promise<unknown>) => Promise<boolean>;
}

/* One button's act: busy while it runs, its error's code when it failed. Pressing twice does it once. */
export function useAct(): Act {
  const busy = ref(false);
  const problem = ref<string | null>(null);

  async function run(act: () => Promise<unknown>): Promise<boolean> {
    if (busy.value) {
      return false;
    }
    busy.value = true;
    problem.value = null;
    try {
      await act();
      return true;
    } catch (error) {
      problem.value = codeOf(error);
      return false;
    } finally {
      busy.value = false;
    }
  }

  return { busy, problem, run };
}
