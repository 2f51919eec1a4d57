import { computed, onBeforeUnmount, ref, type ComputedRef } from 'vue';

import { interruptionOf, type Participant, type ShownInterruption } from '@/core';

import { mediaStatus, quiet, serverNow, state } from '../citizen';
import { durationText } from '../wait-text';

export interface RunningInterruption {
  cause: ShownInterruption['cause'];
  time: string;
}

/* Why the other side is not heard or seen just now, and for how long; a hold and an own outage are said elsewhere. */
export function useInterruption(main: ComputedRef<Participant | null>): ComputedRef<RunningInterruption | null> {
  const now = ref(serverNow());
  const timer = setInterval(() => (now.value = serverNow()), 1000);
  onBeforeUnmount(() => clearInterval(timer));
  return computed(() => {
    if (mediaStatus.value !== 'connected' || state.value.hold !== null) {
      return null;
    }
    const shown = interruptionOf(main.value, quiet.value, serverNow() - Date.now());
    return shown && { cause: shown.cause, time: durationText(now.value - shown.since) };
  });
}
