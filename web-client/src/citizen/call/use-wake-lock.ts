import { onBeforeUnmount, onMounted } from 'vue';

interface Lock {
  release: () => Promise<void>;
}

/* Keeps the screen on during a call, where the browser can. A hidden page loses the lock, so it is asked for again. */
export function useWakeLock(): void {
  let lock: Lock | null = null;
  let over = false;

  async function hold(): Promise<void> {
    const wakeLock = (navigator as { wakeLock?: { request: (type: 'screen') => Promise<Lock> } }).wakeLock;
    if (document.hidden || over || !wakeLock) {
      return;
    }
    try {
      lock = await wakeLock.request('screen');
    } catch {
      lock = null; /* battery saver: the screen may go dark, the call goes on */
    }
    if (over) {
      void lock?.release();
    }
  }

  const seen = (): void => void hold();
  onMounted(() => {
    document.addEventListener('visibilitychange', seen);
    void hold();
  });
  onBeforeUnmount(() => {
    over = true;
    document.removeEventListener('visibilitychange', seen);
    void lock?.release();
  });
}
