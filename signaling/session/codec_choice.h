/* Which video codecs a camera may be sent in, the best first. Pure. */
#ifndef SIGNALING_SESSION_CODEC_CHOICE_H
#define SIGNALING_SESSION_CODEC_CHOICE_H

#include "signaling/sdp/sdp.h"

/* The masks are bits of sdp_codec_bit(). */
struct sig_codec_case {
    const enum sfu_codec *order; /* as configured, the preferred first */
    unsigned count;              /* at most SDP_MAX_VIDEO_CODECS */
    uint32_t can_send;           /* what the sender can encode */
    uint32_t can_receive;        /* what everybody who sees it can decode */
    uint32_t dead;               /* what the sender offered and then gave no pictures in */
    enum sfu_codec current;      /* what it was told to send: stays first while it is good; NONE */
};

/* Fills `ret_codecs` and returns how many there are: what everybody can decode and is not dead; where there is none such,
 * what everybody can decode; else what works at least for some; 0 when the sender has none of the configured ones. */
unsigned sig_codec_choose(const struct sig_codec_case *which,
                          enum sfu_codec ret_codecs[SDP_MAX_VIDEO_CODECS]);

#endif
