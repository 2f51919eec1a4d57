#include "signaling/sdp/offer.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>

/* urn:3gpp:video-orientation is missing on purpose: without it senders encode upright, which
 * recordings and Firefox need. */
static const char *const uris[SDP_EXT_COUNT] = {
    [SDP_EXT_MID] = "urn:ietf:params:rtp-hdrext:sdes:mid",
    [SDP_EXT_RID] = "urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id",
    [SDP_EXT_REPAIRED_RID] = "urn:ietf:params:rtp-hdrext:sdes:repaired-rtp-stream-id",
    [SDP_EXT_TRANSPORT_CC] =
        "http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01",
    [SDP_EXT_ABS_SEND_TIME] = "http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time",
    [SDP_EXT_AUDIO_LEVEL] = "urn:ietf:params:rtp-hdrext:ssrc-audio-level",
};

const char *sdp_extension_uri(enum sdp_extension extension)
{
    return uris[extension];
}

int sdp_fail(struct sdp_error *ret_error, const char *code, const char *format, ...)
{
    va_list args;

    ret_error->code = code;
    va_start(args, format);
    vsnprintf(ret_error->message, sizeof ret_error->message, format, args);
    va_end(args);
    return -EINVAL;
}
