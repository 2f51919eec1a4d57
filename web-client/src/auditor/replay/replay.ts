import { onBeforeUnmount, onMounted, ref } from 'vue';

import { ReplayController, type Player } from './controller';
import type { Track } from './tracks';

export const speeds = [0.5, 0.75, 1, 1.25, 1.5, 2] as const;

/* The controller, driven by animation frames (and, while the tab is hidden, by a slow timer), with its state as refs. */
export function useReplay(durationMs: number) {
  const controller = new ReplayController(durationMs, () => performance.now());
  const positionMs = ref(0);
  const playing = ref(false);
  const stalled = ref(false);
  const speed = ref(1);
  let frame = 0;
  let timer: ReturnType<typeof setInterval> | null = null;

  function publish(): void {
    const state = controller.state;
    positionMs.value = state.positionMs;
    playing.value = state.playing;
    stalled.value = state.stalled;
    speed.value = state.speed;
  }

  function turn(): void {
    controller.tick();
    publish();
  }

  function eachFrame(): void {
    turn();
    frame = requestAnimationFrame(eachFrame);
  }

  const act =
    <A extends unknown[]>(doIt: (...args: A) => void) =>
    (...args: A): void => {
      doIt(...args);
      publish();
    };

  onMounted(() => {
    frame = requestAnimationFrame(eachFrame);
    timer = setInterval(() => document.hidden && turn(), 250);
  });
  onBeforeUnmount(() => {
    cancelAnimationFrame(frame);
    if (timer !== null) {
      clearInterval(timer);
    }
  });

  return {
    positionMs,
    playing,
    stalled,
    speed,
    add: (track: Track, player: Player) => controller.add(track, player),
    toggle: act(() => controller.toggle()),
    seek: act((at: number) => controller.seek(at)),
    seekBy: act((delta: number) => controller.seekBy(delta)),
    setSpeed: act((next: number) => controller.setSpeed(next)),
  };
}

export type Replay = ReturnType<typeof useReplay>;
