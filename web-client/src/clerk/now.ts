import { onBeforeUnmount, ref } from 'vue';

import { serverNow } from './desk';

/* The server's time, once a second: for lengths that run on the page. */
export function useNow() {
  const now = ref(serverNow());
  const timer = setInterval(() => {
    now.value = serverNow();
  }, 1000);
  onBeforeUnmount(() => clearInterval(timer));
  return now;
}
