import { computed, onBeforeUnmount, onMounted, shallowRef, watch, type ComputedRef } from 'vue';

import type { CameraChoice, CaptureErrorName, PaperCamera } from '@/core';

export interface PapersView {
  on: boolean;
  opening: boolean;
  /* one camera at a time: it looks at the papers now */
  turned: boolean;
  oneAtATime: boolean;
  choices: CameraChoice[];
  chosen: string | null;
  problem: CaptureErrorName | null;
  stream: MediaStream | null;
}

/* What a page draws of the second camera. `captureTurn` rises when the first one was opened or changed: names are told then. */
export function usePapers(papers: PaperCamera, captureTurn: () => number): ComputedRef<PapersView> {
  const turn = shallowRef(0);
  const changed = (): void => {
    turn.value += 1;
  };
  const look = (): void => void papers.look();
  papers.on('change', changed);
  watch(captureTurn, look);
  onMounted(() => {
    look();
    navigator.mediaDevices?.addEventListener?.('devicechange', look);
  });
  onBeforeUnmount(() => {
    papers.off('change', changed);
    navigator.mediaDevices?.removeEventListener?.('devicechange', look);
  });
  const stream = computed(() => (turn.value >= 0 && papers.track ? new MediaStream([papers.track]) : null));
  return computed(() => ({
    on: turn.value >= 0 && captureTurn() >= 0 && (papers.track !== null || papers.turned),
    opening: papers.opening,
    turned: papers.turned,
    oneAtATime: papers.oneAtATime,
    choices: papers.choices,
    chosen: papers.chosen,
    problem: papers.problem,
    stream: stream.value,
  }));
}
