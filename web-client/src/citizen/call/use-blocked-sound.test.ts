import { describe, expect, it, vi } from 'vitest';

import { useBlockedSound } from './use-blocked-sound';

function aVideo(play: () => Promise<void> = () => Promise.resolve()): HTMLVideoElement {
  const video = document.createElement('video');
  video.play = vi.fn(play);
  return video;
}

describe('sound that waits for a tap', () => {
  it('is played in every video by one tap', async () => {
    const sound = useBlockedSound();
    const videos = [aVideo(), aVideo()];
    videos.forEach(sound.blocked);
    sound.blocked(videos[0]!);
    expect(sound.isBlocked.value).toBe(true);
    await sound.unblock();
    videos.forEach((video) => expect(video.play).toHaveBeenCalledTimes(1));
    expect(sound.isBlocked.value).toBe(false);
  });

  it('keeps its button while the browser still refuses', async () => {
    const sound = useBlockedSound();
    sound.blocked(aVideo(() => Promise.reject(new DOMException('no', 'NotAllowedError'))));
    sound.blocked(aVideo(() => Promise.reject(new DOMException('gone', 'AbortError'))));
    await sound.unblock();
    expect(sound.isBlocked.value).toBe(true);
  });

  it('needs no tap once it plays', () => {
    const sound = useBlockedSound();
    const video = aVideo();
    sound.blocked(video);
    sound.playing(video);
    expect(sound.isBlocked.value).toBe(false);
  });
});
