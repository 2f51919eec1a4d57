/*
 * How a phone on the table gets its owner's attention: a chime, vibration, a spoken sentence. Each is missing somewhere and
 * none is needed: the page says the same in words.
 */
import { language } from '@/i18n';

let context: AudioContext | null = null;

/* To be called in a tap: browsers let a page make sounds only after one. */
export function unlockSound(): void {
  try {
    context ??= new AudioContext();
    void context.resume();
  } catch {
    context = null; /* no WebAudio: vibration and words remain */
  }
}

/* Two soft notes, the first at `after` seconds from now. */
export function chime(after = 0): void {
  if (context === null || context.state !== 'running') {
    return;
  }
  const start = context.currentTime + after;
  [880, 660].forEach((frequency, at) => note(context!, frequency, start + at * 0.28));
}

function note(audio: AudioContext, frequency: number, at: number): void {
  const oscillator = audio.createOscillator();
  const gain = audio.createGain();
  oscillator.frequency.value = frequency;
  gain.gain.setValueAtTime(0, at);
  gain.gain.linearRampToValueAtTime(0.35, at + 0.02);
  gain.gain.exponentialRampToValueAtTime(0.001, at + 0.6);
  oscillator.connect(gain).connect(audio.destination);
  oscillator.start(at);
  oscillator.stop(at + 0.65);
}

export function vibrate(pattern: number[]): void {
  if (typeof navigator.vibrate === 'function') {
    navigator.vibrate(pattern);
  }
}

export function say(text: string): void {
  if (!('speechSynthesis' in window)) {
    return;
  }
  window.speechSynthesis.cancel();
  const utterance = new SpeechSynthesisUtterance(text);
  utterance.lang = language.value;
  window.speechSynthesis.speak(utterance);
}

let ringing: ReturnType<typeof setInterval> | null = null;

/* Rings until stopRinging(); the caller says how long that is. */
export function startRinging(text: string): void {
  stopRinging();
  const once = (): void => {
    chime();
    chime(0.9);
    vibrate([300, 150, 300, 150, 300]);
  };
  once();
  say(text);
  ringing = setInterval(once, 3000);
}

export function stopRinging(): void {
  if (ringing !== null) {
    clearInterval(ringing);
    vibrate([]);
  }
  ringing = null;
}
