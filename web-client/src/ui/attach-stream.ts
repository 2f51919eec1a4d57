/*
 * Shows a stream in an element and starts it explicitly: Safari and WebViews do not honour `autoplay` for a srcObject that
 * is set later. Resolves with false when the browser wants a tap before it plays sound.
 */
export async function attachStream(
  element: HTMLMediaElement,
  stream: MediaStream | null,
): Promise<boolean> {
  if (element.srcObject !== stream) {
    element.srcObject = stream;
  }
  if (stream === null) {
    return true;
  }
  try {
    await element.play();
    return true;
  } catch (error) {
    /* AbortError: another stream came meanwhile, its own play() answers */
    return !(error instanceof DOMException && error.name === 'NotAllowedError');
  }
}

/* Safari keeps a decoder for an element that still holds a stream. */
export function detachStream(element: HTMLMediaElement): void {
  element.pause();
  element.srcObject = null;
}
