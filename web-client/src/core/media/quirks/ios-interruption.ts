interface Listeners {
  /* muted or unmuted by the system */
  changed: () => void;
  /* the track is dead, or came back from an interruption that may have left it silent: open a new one */
  lost: () => void;
}

/*
 * iOS: an incoming phone call and the background take microphone and camera away. The track says `mute`, later `unmute`, but
 * may stay silent or black after it, and `ended` may never come. So after an interruption, when the page is seen again, a new
 * track is asked for. WebKit bug 204681 and its kin; harmless elsewhere, as other engines do not mute on interruption.
 */
export function watchInterruption(track: MediaStreamTrack, listeners: Listeners): () => void {
  let interrupted = false;

  const muted = (): void => {
    interrupted = true;
    listeners.changed();
  };
  const unmuted = (): void => {
    listeners.changed();
    if (interrupted && !document.hidden) {
      interrupted = false;
      listeners.lost();
    }
  };
  const seen = (): void => {
    if (interrupted && !document.hidden && !track.muted) {
      interrupted = false;
      listeners.lost();
    }
  };
  const ended = (): void => listeners.lost();

  track.addEventListener('mute', muted);
  track.addEventListener('unmute', unmuted);
  track.addEventListener('ended', ended);
  document.addEventListener('visibilitychange', seen);
  return () => {
    track.removeEventListener('mute', muted);
    track.removeEventListener('unmute', unmuted);
    track.removeEventListener('ended', ended);
    document.removeEventListener('visibilitychange', seen);
  };
}
