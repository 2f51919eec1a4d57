let context: AudioContext | null = null;

/* Two short tones: somebody was called to this window while the clerk looks elsewhere. */
export function ring(): void {
  try {
    context ??= new AudioContext();
    const at = context.currentTime;
    [880, 1175].forEach((hz, index) => tone(context!, hz, at + index * 0.18));
  } catch {
    /* no sound device, or no gesture yet: the strip and the title still tell */
  }
}

function tone(audio: AudioContext, hz: number, at: number): void {
  const oscillator = audio.createOscillator();
  const gain = audio.createGain();
  oscillator.frequency.value = hz;
  gain.gain.setValueAtTime(0.0001, at);
  gain.gain.exponentialRampToValueAtTime(0.2, at + 0.02);
  gain.gain.exponentialRampToValueAtTime(0.0001, at + 0.16);
  oscillator.connect(gain).connect(audio.destination);
  oscillator.start(at);
  oscillator.stop(at + 0.17);
}
