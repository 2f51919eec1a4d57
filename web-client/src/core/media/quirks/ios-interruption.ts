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

const askEveryMs = 3000;

/* When a device that somebody else holds may be free again: the page is seen, a device came or went, a while has passed. */
export function watchReturn(ask: () => void): () => void {
  const seen = (): void => {
    if (!document.hidden) {
      ask();
    }
  };
  const timer = setInterval(seen, askEveryMs);
  document.addEventListener('visibilitychange', seen);
  navigator.mediaDevices?.addEventListener?.('devicechange', seen);
  return () => {
    clearInterval(timer);
    document.removeEventListener('visibilitychange', seen);
    navigator.mediaDevices?.removeEventListener?.('devicechange', seen);
  };
}
