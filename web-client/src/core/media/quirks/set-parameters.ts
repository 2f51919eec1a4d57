/*
 * Firefox before 110 returns no encodings until some are set (bug 1676855) and rejects parameters without them. Returns
 * parameters that setParameters accepts everywhere.
 */
export function senderParameters(sender: RTCRtpSender): RTCRtpSendParameters {
  const parameters = sender.getParameters();
  if (!parameters.encodings || parameters.encodings.length === 0) {
    parameters.encodings = [{}];
  }
  return parameters;
}
