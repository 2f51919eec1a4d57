/* The SDP answerer: one offer of a client in, one answer of the server and the neutral description the
 * sfu works with out (RFC 8829 JSEP, RFC 9143 BUNDLE, RFC 8839 ICE, RFC 8842 DTLS). The server is an
 * ICE-lite, DTLS-passive answerer and never offers. SDP is read and written with GstSDP; nobody else
 * includes its headers.
 */
#ifndef SIGNALING_SDP_SDP_H
#define SIGNALING_SDP_SDP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sfu/sfu.h"

enum {
    SDP_MAX_OFFER_BYTES = 60 * 1024,
    SDP_MAX_VIDEO_CODECS = 2,
};

/* What the server is willing to negotiate; from the configuration. */
struct sdp_policy {
    enum sfu_codec video_codecs[SDP_MAX_VIDEO_CODECS]; /* in order of preference */
    unsigned video_codec_count;
    /* Of the pictures that the client sends: what everybody who sees them can decode, the one to be sent first. A
     * client that has none of these is answered with video_codecs. */
    enum sfu_codec sent_codecs[SDP_MAX_VIDEO_CODECS];
    unsigned sent_codec_count;
    uint32_t max_video_bps, max_audio_bps; /* caps of what a client sends in one section */
    bool takes_layers; /* a picture may be sent in several sizes at a time (simulcast, RFC 8853) */
    unsigned max_audio_slots, max_video_slots; /* further receive sections are rejected */
    bool refuses_inbound,
        refuses_outbound; /* all is answered sendonly, or recvonly: WHEP and WHIP */
};

/* The server's end of the transport. */
struct sdp_local {
    struct sfu_ice fresh;    /* used for a first offer and for an ICE restart */
    const char *fingerprint; /* "AB:CD:…", SHA-256 */
    const struct sfu_candidate *candidates;
    size_t candidate_count;
};

struct sdp_slot {
    char mid[SFU_MID_BYTES];
    uint32_t ssrc, rtx_ssrc;
};

/* What must stay the same over all offers of one PeerConnection. Zero it when the peer is made; the
 * owner of the peer keeps it. */
struct sdp_memory {
    struct sfu_ice local;
    char remote_ufrag[SFU_REMOTE_UFRAG_BYTES];
    char remote_pwd[SFU_REMOTE_PWD_BYTES];
    uint64_t session_id;
    unsigned version;
    unsigned slot_count;
    struct sdp_slot slots[SFU_MAX_SECTIONS];
    /* Video codecs of the last offer, bits of sdp_codec_bit(), that of SFU_CODEC_NONE for all that we do not know; 0: no
     * such section. */
    uint32_t can_send, can_receive;
};

static inline uint32_t sdp_codec_bit(enum sfu_codec codec)
{
    return UINT32_C(1) << codec;
}

struct sdp_error {
    const char *code;  /* media.sdp, media.no_common_codec or media.limit (docs/protocol.md) */
    char message[192]; /* what and where: "m-line 3 (video): no a=mid" */
};

/* Answers `offer` (NUL-terminated). A picture without a common codec is rejected and the rest goes on; an offer that has
 * nothing else, or a voice that is not Opus, is media.no_common_codec. Any thread, no I/O. 0, or -EINVAL with `ret_error` filled; on failure
 * the memory and the results are untouched. `ret_answer` is the caller's, g_free() it. */
int sdp_answer(const char *offer, const struct sdp_policy *policy, const struct sdp_local *local,
               struct sdp_memory *memory, struct sfu_negotiation *ret_negotiation,
               char **ret_answer, struct sdp_error *ret_error);

/* The far side has other ICE credentials and tells them without an offer (RFC 9725 section 4.3.3): `fresh` are ours from
 * now on. */
void sdp_restart(struct sdp_memory *memory, struct sfu_negotiation *negotiation,
                 const struct sfu_ice *fresh, const char *ufrag, const char *pwd);

/* A fragment of an offer (RFC 8840 section 9), as far as an ICE-lite server needs it: candidates are not kept. */
struct sdp_fragment {
    char ufrag[SFU_REMOTE_UFRAG_BYTES], pwd[SFU_REMOTE_PWD_BYTES]; /* "": not said */
};

enum { SDP_MAX_FRAGMENT_LINES = 1024 };

/* Reads `len` bytes. The credentials are those of all sections, or else the first section's. Any thread, no I/O. 0, or
 * -EINVAL with `ret_error` filled and `ret_fragment` untouched. */
int sdp_fragment_read(const char *text, size_t len, struct sdp_fragment *ret_fragment,
                      struct sdp_error *ret_error);

/* Our side of an ICE restart: what negotiation.local says, and all candidates. The caller frees it. */
char *sdp_fragment_write(const struct sfu_negotiation *negotiation,
                         const struct sfu_candidate *candidates, size_t candidate_count);

/* The journal's words for an inbound section (docs/recording-format.md, `media.section`): PAYLOADS and
 * EXTMAP. The caller frees both. */
char *sdp_payloads_text(const struct sfu_section *section);
char *sdp_extmap_text(const struct sfu_section *section);
/* … and RIDS, the largest picture first; NULL: it is sent in one size. */
char *sdp_rids_text(const struct sfu_section *section);

#endif
