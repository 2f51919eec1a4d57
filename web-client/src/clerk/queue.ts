import { ref } from 'vue';

import type { QueueRow } from '@/core';
import { useAct } from '@/ui/use-act';

const act = useAct();
/* 下一位 was pressed and nobody could be called */
const nobody = ref(false);

/* The acts that keys and buttons share; their trouble is said in one place, the notices under the top strip. */
export const queueAct = {
  busy: act.busy,
  problem: act.problem,
  nobody,
  run: (doIt: () => Promise<unknown>) => {
    nobody.value = false;
    return act.run(doIt);
  },
  async next(call: () => Promise<boolean>): Promise<void> {
    nobody.value = false;
    await act.run(async () => {
      nobody.value = !(await call());
    });
  },
  dismiss(): void {
    act.problem.value = null;
    nobody.value = false;
  },
};

export type RowMark = 'ready' | 'notReady' | 'calling' | 'serving' | 'lost' | 'other';

/* What a row says about itself; a number that another window has is only told for the order's sake. */
export function markOf(row: QueueRow): RowMark {
  switch (row.state) {
    case 'TICKETED':
    case 'WAITING':
      return row.ready ? 'ready' : 'notReady';
    case 'CALLED':
    case 'RINGING':
      return 'calling';
    case 'RECONNECTING':
      return 'lost';
    case 'CONNECTING':
    case 'IN_SESSION':
    case 'HELD':
    case 'WRAP_UP':
      return 'serving';
    case 'FINISHED':
    case 'CANCELLED':
    case 'NO_SHOW':
    case 'ABANDONED':
    case 'FAILED_TECH':
    case 'EXPIRED':
      return 'other';
  }
}

/* Waiting for this window among others; a server that does not say so shows only such. */
export const isCallable = (row: QueueRow): boolean => isWaitingRow(row) && row.callable !== false;

export const isWaitingRow = (row: QueueRow): boolean => row.state === 'TICKETED' || row.state === 'WAITING';
