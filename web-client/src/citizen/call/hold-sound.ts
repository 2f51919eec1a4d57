/*
 * A soft sound while a call is held, made here: two quiet tones that rise and fall, so that nobody takes the silence for a
 * broken line. Where the browser wants a tap first, it begins with the next one.
 */
const loudness = 0.035;
const tones = [261.63, 392];
const breathS = 4;
const fadeS = 0.6;

type AudioMaker = new () => AudioContext;

function maker(): AudioMaker | null {
  const host = globalThis as typeof globalThis & { webkitAudioContext?: AudioMaker };
  return typeof AudioContext === 'function' ? AudioContext : (host.webkitAudioContext ?? null);
}

export class HoldSound {
  private audio: AudioContext | null = null;

  start(): void {
    const Maker = maker();
    if (this.audio !== null || Maker === null) {
      return;
    }
    try {
      this.audio = new Maker();
    } catch {
      return; /* no sound device: the card says the same */
    }
    this.play(this.audio);
    document.addEventListener('pointerdown', this.wake);
    document.addEventListener('visibilitychange', this.wake);
    this.wake();
  }

  stop(): void {
    document.removeEventListener('pointerdown', this.wake);
    document.removeEventListener('visibilitychange', this.wake);
    const audio = this.audio;
    this.audio = null;
    audio?.close().catch(() => undefined);
  }

  get playing(): boolean {
    return this.audio?.state === 'running';
  }

  private readonly wake = (): void => {
    if (this.audio !== null && this.audio.state !== 'running' && !document.hidden) {
      this.audio.resume().catch(() => undefined); /* before a tap it may not: the next one asks again */
    }
  };

  private play(audio: AudioContext): void {
    const master = audio.createGain();
    master.gain.setValueAtTime(0, audio.currentTime);
    master.gain.linearRampToValueAtTime(loudness, audio.currentTime + fadeS);
    master.connect(audio.destination);
    tones.forEach((hz, index) => {
      const tone = audio.createOscillator();
      const gain = audio.createGain();
      const breath = audio.createOscillator();
      const depth = audio.createGain();
      tone.frequency.value = hz;
      gain.gain.value = 0.5;
      breath.frequency.value = 1 / (breathS * (index + 1));
      depth.gain.value = 0.4;
      breath.connect(depth).connect(gain.gain);
      tone.connect(gain).connect(master);
      tone.start();
      breath.start();
    });
  }
}
