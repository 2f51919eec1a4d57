import { ref } from 'vue';

import { client } from './desk';

let track: MediaStreamTrack | null = null;

export const sharing = ref(false);
/* Phones cannot; a button that does nothing is not shown. */
export const canShare = typeof navigator.mediaDevices?.getDisplayMedia === 'function';

/* Sends a screen or window as the second picture; refused or cancelled by the clerk, nothing happens. */
export async function startSharing(): Promise<void> {
  let stream: MediaStream;
  try {
    stream = await navigator.mediaDevices.getDisplayMedia({ video: { frameRate: { max: 15 } }, audio: false });
  } catch {
    return; /* the chooser was closed */
  }
  const [picked] = stream.getVideoTracks();
  if (!picked) {
    return;
  }
  await client.papers.stop(); /* both have the same place */
  picked.contentHint = 'detail';
  picked.addEventListener('ended', () => void stopSharing());
  track = picked;
  sharing.value = true;
  await client.media.sendDocument(picked);
}

export async function stopSharing(): Promise<void> {
  track?.stop();
  track = null;
  sharing.value = false;
  await client.media.sendDocument(null);
}

/* The call is over, and with it what was shown in it. */
client.media.on('change', () => {
  if (client.media.status === 'idle' && track !== null) {
    void stopSharing();
  }
});
