import { onBeforeUnmount, ref, watch, type Ref, type ShallowRef } from 'vue';

const heardAbove = 0.25;

interface MicLevel {
  /* 0 … 1 */
  level: Ref<number>;
  /* a voice was heard since the track came */
  heard: Ref<boolean>;
}

/* The loudness of a track, for the bar that moves when one speaks. */
export function useMicLevel(track: ShallowRef<MediaStreamTrack | null>): MicLevel {
  const level = ref(0);
  const heard = ref(false);
  let context: AudioContext | null = null;
  let frame = 0;

  function stop(): void {
    cancelAnimationFrame(frame);
    void context?.close();
    context = null;
    level.value = 0;
  }

  function listen(microphone: MediaStreamTrack): void {
    context = new AudioContext();
    const analyser = context.createAnalyser();
    analyser.fftSize = 1024;
    const samples = new Uint8Array(analyser.fftSize);
    context.createMediaStreamSource(new MediaStream([microphone])).connect(analyser);
    const look = (): void => {
      analyser.getByteTimeDomainData(samples);
      const peak = samples.reduce((most, one) => Math.max(most, Math.abs(one - 128) / 128), 0);
      /* falls slower than it rises, as meters do */
      level.value = Math.max(Math.min(1, peak * 1.6), level.value * 0.92);
      heard.value ||= level.value > heardAbove;
      frame = requestAnimationFrame(look);
    };
    look();
  }

  watch(track, (now) => {
    stop();
    heard.value = false;
    if (now !== null) {
      try {
        listen(now);
      } catch {
        stop(); /* no WebAudio: the bar stays still, the sentence beside it remains */
      }
    }
  });
  onBeforeUnmount(stop);
  return { level, heard };
}
