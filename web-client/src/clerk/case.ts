import { ref, shallowRef, watch } from 'vue';

import { useAct } from '@/ui/use-act';
import { finish } from './acts';
import { drawer, phase, state, ticket } from './desk';
import { closeDialog, dialog, openDialog } from './dialogs';
import { useDraft } from './draft';
import { canFinish, isLive } from './phase';
import { problemOf, resultOf, type ResultCode } from './result';

/* The sheet of the number in hand: what is written on it, and saving it. */
export const draft = useDraft(drawer, () => (ticket.value === null ? '' : String(ticket.value.id)));
/* saving was asked for: what is lacking is shown from then on */
export const tried = ref(false);
export const saving = useAct();
/* the last one that was saved, to be said in a line */
export const saved = shallowRef<{ number: string; code: ResultCode } | null>(null);

watch(
  () => ticket.value?.id,
  (now, before) => {
    if (now !== before) {
      tried.value = false;
      saving.problem.value = null;
      if (now !== undefined) {
        saved.value = null;
      }
    }
  },
);

export function askFinish(): void {
  if (!canFinish(state.value)) {
    return;
  }
  tried.value = true;
  if (problemOf(draft.value) !== null) {
    return;
  }
  if (isLive(phase.value)) {
    openDialog('finishLive');
  } else {
    void finishNow();
  }
}

export async function finishNow(): Promise<void> {
  const result = resultOf(draft.value);
  const number = ticket.value?.number;
  if (result === null || number === undefined) {
    return;
  }
  closeDialog();
  if (await saving.run(() => finish(result))) {
    saved.value = { number, code: result.code };
  }
}

/* The call ended by itself while the question stood: it is answered. */
watch(phase, (now) => {
  if (now === 'wrapUp' && dialog.value === 'finishLive') {
    void finishNow();
  } else if (!isLive(now) && ['hold', 'end', 'invite', 'finishLive'].includes(dialog.value ?? '')) {
    closeDialog();
  } else if (now !== 'offered' && dialog.value === 'reject') {
    closeDialog();
  } else if (now !== 'calling' && dialog.value === 'noShow') {
    closeDialog();
  }
});
