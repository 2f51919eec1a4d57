/* Which video codec each page sends: one that everybody who is there can decode. A page that sends another one, or whose
 * encoder gives no pictures, is asked for a new offer on the same PeerConnection (media.reoffer), and the answer names the
 * codec. Where nothing helps, everybody is told who cannot see whom (media.unseen). Control thread. */
#ifndef SIGNALING_SESSION_CODECS_H
#define SIGNALING_SESSION_CODECS_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

#include "signaling/sdp/sdp.h"
#include "signaling/session/encoder.h"

struct sig_participant;
struct sig_session;

struct sig_codecs {
    enum sfu_codec asked; /* the page was asked to offer for it; NONE: it was not */
    enum sfu_codec seen;  /* what its camera came in since the last offer; NONE: not known */
    uint32_t dead;        /* bits of sdp_codec_bit(): its encoder gave no pictures */
    guint patience;       /* runs for a while after it was asked; 0: it does not */
    bool unheard;         /* nothing comes from it just now, no voice either: its way here is cut */
    bool untold;          /* it offered, and was not told yet who cannot see whom */
    struct sig_encoder encoder;
};

/* "VP8", "H264", "opus"; NONE: "". As pages and journals name it. */
const char *sig_codec_name(enum sfu_codec codec);

/* Before its offer is answered: what it shall send. */
void sig_codecs_policy(const struct sig_participant *participant, struct sdp_policy *policy);

/* Its offer was answered. `before` (may be NULL) is what the same PeerConnection had agreed on until now: what is on its way
 * in the codec of before is still taken. */
void sig_codecs_answered(struct sig_participant *participant);
void sig_codecs_payloads_keep(struct sfu_negotiation *negotiation,
                              const struct sfu_negotiation *before);

/* Somebody came, went, or can do other codecs than before: asks who has to change, tells who cannot see whom. */
void sig_codecs_update(struct sig_session *session);

/* The sfu saw what this section is sent in. */
void sig_codecs_seen(struct sig_participant *participant, unsigned section, enum sfu_codec codec);

/* What came from it in the last two seconds. */
void sig_codecs_heard(struct sig_participant *participant, uint32_t up_bps);

/* The page's figures: pictures of its camera so far, -1 not told. */
void sig_codecs_stats(struct sig_participant *participant, int64_t encoded, int64_t captured);

/* Whether it was asked for another codec only just now: what it sends may be seen in a moment. */
bool sig_codecs_is_changing(const struct sig_participant *participant);

void sig_codecs_finish(struct sig_participant *participant);

#endif
