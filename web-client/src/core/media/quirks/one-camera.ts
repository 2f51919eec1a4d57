/*
 * iOS and iPadOS have one live camera a page: a second one silences the first for good. WebKit bug 179363. An iPad calls itself
 * a Macintosh, with a screen to touch.
 */
export function isOneCameraOnly(agent: Navigator = navigator): boolean {
  return /iPhone|iPad|iPod/.test(agent.userAgent) || (/Macintosh/.test(agent.userAgent) && agent.maxTouchPoints > 1);
}
