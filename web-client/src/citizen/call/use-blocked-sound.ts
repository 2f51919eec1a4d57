import { computed, shallowRef, type ComputedRef } from 'vue';

interface BlockedSound {
  isBlocked: ComputedRef<boolean>;
  blocked: (element: HTMLVideoElement) => void;
  /* it plays after all, or is gone */
  playing: (element: HTMLVideoElement) => void;
  unblock: () => Promise<void>;
}

/* The videos that the browser does not play without a tap, and the tap that plays all of them. */
export function useBlockedSound(): BlockedSound {
  const elements = shallowRef<HTMLVideoElement[]>([]);
  const playing = (element: HTMLVideoElement): void => {
    elements.value = elements.value.filter((one) => one !== element);
  };

  async function unblock(): Promise<void> {
    const asked = elements.value;
    const outcomes = await Promise.allSettled(asked.map((element) => element.play()));
    const left = (outcome: PromiseSettledResult<void>): boolean =>
      outcome.status === 'rejected' &&
      outcome.reason instanceof DOMException &&
      outcome.reason.name === 'NotAllowedError';
    asked.filter((_, at) => !left(outcomes[at]!)).forEach(playing);
  }

  return {
    isBlocked: computed(() => elements.value.length > 0),
    blocked: (element) => {
      playing(element);
      elements.value = [...elements.value, element];
    },
    playing,
    unblock,
  };
}
