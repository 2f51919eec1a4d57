/*
 * Safari 16.4 and newer: navigator.audioSession says `interrupted` while a phone call (or an alarm, or the assistant) has the
 * sound, whatever the tracks' own flags say. Elsewhere there is none.
 */
interface AudioSession extends EventTarget {
  state?: string;
}

const audioSession = (): AudioSession | undefined => (navigator as Navigator & { audioSession?: AudioSession }).audioSession;

export const soundIsTaken = (): boolean => audioSession()?.state === 'interrupted';

export function watchSound(changed: () => void): () => void {
  const session = audioSession();
  session?.addEventListener?.('statechange', changed);
  return () => session?.removeEventListener?.('statechange', changed);
}
