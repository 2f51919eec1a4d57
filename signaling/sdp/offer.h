/* An offer, read: private to sdp/. */
#ifndef SIGNALING_SDP_OFFER_H
#define SIGNALING_SDP_OFFER_H

#include "signaling/sdp/sdp.h"

enum {
    SDP_MAX_OFFERED_CODECS = 32,
    SDP_FMTP_BYTES = 160,
    SDP_MAX_RIDS = 4,  /* more are not looked at */
    SDP_MIN_UFRAG = 4, /* RFC 8839 section 5.4, with SDP_MIN_PWD */
    SDP_MIN_PWD = 22,
};

struct sdp_codec {
    enum sfu_codec codec;
    uint8_t pt, rtx_pt, red_pt; /* 0: not offered */
    bool nack, pli, fir, transport_cc;
    char fmtp[SDP_FMTP_BYTES];
};

enum sdp_extension {
    SDP_EXT_MID,
    SDP_EXT_RID,
    SDP_EXT_REPAIRED_RID,
    SDP_EXT_TRANSPORT_CC,
    SDP_EXT_ABS_SEND_TIME,
    SDP_EXT_AUDIO_LEVEL,
    SDP_EXT_COUNT
};

struct sdp_offered_extension {
    uint8_t id;         /* 0: not offered */
    char direction[12]; /* "", "sendonly", "recvonly", … as offered */
};

struct sdp_offer_section {
    const char *media; /* "audio", "video", "application" …; borrowed from the parsed message */
    const char *protocol;
    const char *first_format;
    char mid[SFU_MID_BYTES];
    bool bundled;
    bool rejected; /* the offerer's own port 0, outside of the bundle */
    bool sends, receives;
    bool rtcp_mux, rtcp_rsize;
    unsigned codec_count;
    struct sdp_codec codecs[SDP_MAX_OFFERED_CODECS]; /* known codecs only, in the offer's order */
    struct sdp_offered_extension extensions[SDP_EXT_COUNT];
    uint32_t ssrc, rtx_ssrc; /* 0: not declared */
    unsigned
        rid_count; /* of a=simulcast:send, in the offer's order: pages name the smallest first */
    char rids[SDP_MAX_RIDS][SFU_RID_BYTES];
};

struct sdp_offer {
    void *message; /* GstSDPMessage, owned */
    bool extmap_allow_mixed;
    char ufrag[SFU_REMOTE_UFRAG_BYTES];
    char pwd[SFU_REMOTE_PWD_BYTES];
    uint8_t fingerprint[SFU_FINGERPRINT_BYTES];
    unsigned section_count;
    struct sdp_offer_section sections[SFU_MAX_SECTIONS];
};

/* Reads and checks `text`. 0, or -EINVAL with `ret_error`. The caller frees the offer with
 * sdp_offer_destroy(). */
int sdp_offer_parse(const char *text, struct sdp_offer **ret_offer, struct sdp_error *ret_error);
void sdp_offer_destroy(struct sdp_offer *offer);

/* RFC 8839: whether all are ice-chars. */
bool sdp_ice_text_is_valid(const char *text, size_t len);

/* The URI of an extension (RFC 8285). */
const char *sdp_extension_uri(enum sdp_extension extension);

/* Fills the error and returns -EINVAL. */
int sdp_fail(struct sdp_error *ret_error, const char *code, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* codecs.c: "VP8/90000". Not for SFU_CODEC_NONE. */
const char *sdp_rtpmap(enum sfu_codec codec);

/* codecs.c: whether an H.264 fmtp is constrained baseline with packetization-mode 1 (RFC 6184 8.1). */
bool sdp_h264_is_accepted(const char *fmtp);

#endif
