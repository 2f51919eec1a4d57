/*
 * RTCPeerConnection.restartIce came with Chrome 77, Firefox 70 and Safari 13.1, but some WebViews lack it; `iceRestart` in the
 * options of createOffer is understood by all.
 */
export function offerOptions(connection: RTCPeerConnection, restart: boolean): RTCOfferOptions {
  if (!restart) {
    return {};
  }
  if (typeof connection.restartIce === 'function') {
    connection.restartIce();
    return {};
  }
  return { iceRestart: true };
}
