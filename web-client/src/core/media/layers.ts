/* RTCRtpEncodingParameters of the specification; the types of the DOM lag behind. */
interface Layer extends RTCRtpEncodingParameters {
  scalabilityMode: string;
}

/*
 * The camera in two sizes, the small one first, as RIDs are named to the server. The small one is off until the server asks
 * for it (media.encodings): it does while somebody's line is too narrow for the large one. Two temporal layers let the server
 * leave every second picture out; engines and codecs that know no such mode ignore it. With layers Chromium heeds no cap of
 * the answer (b=AS) but each layer's own; the server tells it anew where it is configured otherwise.
 */
export function cameraLayers(): Layer[] {
  return [
    { rid: 'l', active: false, scaleResolutionDownBy: 4, maxBitrate: 150_000, scalabilityMode: 'L1T2' },
    { rid: 'h', scaleResolutionDownBy: 1, maxBitrate: 1_500_000, scalabilityMode: 'L1T2' },
  ];
}
