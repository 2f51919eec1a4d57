/* The objects of forwarding: a room has peers, a peer has sections, a section has an uplink (what
 * the peer sends) and a slot (what it receives). All of a room lives on one worker thread.
 *
 * Ownership: a section owns its uplink and slot from the first negotiation that names them until
 * the peer is destroyed, so that no packet ever finds them gone. A slot borrows its source and
 * stands in the source's list; fwd_peer_destroy() empties those slots first. */
#ifndef SFU_FORWARD_PEER_H
#define SFU_FORWARD_PEER_H

#include "sfu/forward/forward.h"
#include "sfu/forward/layer.h"
#include "sfu/forward/pace.h"
#include "sfu/forward/probe.h"
#include "sfu/forward/speaker.h"
#include "sfu/rtp/transport_cc.h"
#include "sfu/rtp/transport_feedback.h"

struct bwe;
struct uplink;
struct slot;

enum {
    FWD_MAX_STREAMS = 64,        /* SSRCs a peer */
    FWD_DEFAULT_RTT_US = 100000, /* until it is measured */
    FWD_LOCAL_SSRC = 1,          /* who we are in RTCP where we send no media */
};

/* An SSRC that a peer sends with. */
struct stream {
    uint32_t ssrc;
    struct uplink *uplink;
    bool repair; /* its RTX stream */
};

struct section {
    struct sfu_section media; /* as negotiated last */
    struct uplink *uplink;    /* the largest layer, which has the others behind it */
    struct slot *slot;
    struct layers layers;
};

struct fwd_room {
    const struct fwd_env *env;
    sfu_room_id id;
    unsigned peer_count;
    struct fwd_peer *peers[SFU_MAX_ROOM_PEERS];
    const struct sfu_sink_ops *sink_ops; /* NULL: no sink */
    void *sink;
    struct speaker speaker;
    int64_t now_us; /* of the newest call that told it */
    int64_t
        clock_us; /* wall clock - monotonic clock, taken once: the room's own clock never steps */
};

/* One offset a participant takes its NTP clock to the room's, for all its streams alike: whatever
 * error it has, voice and picture share it. */
struct peer_clock {
    bool known;
    int64_t offset_us; /* room's clock - peer's clock */
};

/* What quality is made of, since the last event. */
struct peer_quality {
    int64_t told_us;
    uint64_t up_bytes, down_bytes;
    uint8_t worst_fraction_lost; /* of 256, in RRs about our streams */
};

/* What may be sent again: a receiver that asks for more than its line can have lost is not served. */
struct peer_resends {
    int64_t since_us;                       /* of this second */
    uint64_t sent_bytes, sent_bytes_before; /* first sendings: this second, the one before */
    uint64_t resent_bytes;                  /* this second */
};

/* What is left out for the peer (relief.c). */
enum relief_state {
    RELIEF_NONE,
    RELIEF_DRAINING, /* no pictures until the queue before its line has emptied */
    RELIEF_PAUSED,   /* no pictures: its line carries a voice and no more */
};

struct peer_relief {
    enum relief_state state;
    int64_t since_us;
    unsigned choked;        /* feedbacks in a row that told of a long queue */
    int64_t narrow_us;      /* since when there is too little for a picture; 0: there is enough */
    int64_t not_before_us;  /* a queue that did not empty is not looked for again until then */
    bool voices_once;       /* what voices repeat (RED) is left out too */
    int64_t lossy_until_us; /* … but not so soon after the line lost packets without being full */
};

/* How much the peer was told that it may send (estimate.c). */
struct peer_allowance {
    int64_t told_us;
    uint32_t bps; /* 0: nothing was told */
};

struct fwd_peer {
    struct fwd_room *room;
    sfu_peer_id id;
    uint32_t tag;
    void *transport;
    bool secured;

    unsigned section_count;
    struct section sections[SFU_MAX_SECTIONS];
    unsigned stream_count;
    struct stream streams[FWD_MAX_STREAMS];
    struct sfu_extensions extensions; /* ids that hold before the section of a packet is known */
    uint32_t local_ssrc;              /* ours, in RTCP about what the peer sends */

    struct transport_cc arrivals;
    int64_t feedback_us;    /* last transport-cc feedback */
    uint16_t transport_seq; /* next one that we write */
    struct bwe *bwe;        /* of the line to the peer; made with its first negotiation */
    bool feeds_back;        /* … from transport-wide feedback; else it is the null one */
    struct transport_feedback feedback_clock;
    struct peer_allowance allowance;
    struct peer_relief relief;
    struct peer_pace pace;
    struct peer_probe probe;
    struct peer_clock clock;
    int64_t rtt_us;            /* -1: not measured */
    int64_t report_us;         /* last receiver report */
    int64_t last_rtp_us;       /* 0: none yet */
    bool silent, silence_told; /* as it is; as the control thread knows */
    struct peer_quality quality;
    struct peer_resends resends;
};

static inline const struct fwd_env *peer_env(const struct fwd_peer *peer)
{
    return peer->room->env;
}

static inline void peer_drop(const struct fwd_peer *peer, enum sfu_drop drop)
{
    counters_drop(peer->room->env->counters, drop);
}

/* The measured round trip, or a guess. */
static inline int64_t peer_rtt_us(const struct fwd_peer *peer)
{
    return peer->rtt_us >= 0 ? peer->rtt_us : FWD_DEFAULT_RTT_US;
}

/* Tells whether the peer is silent, where that is news. */
void peer_silence_tell(struct fwd_peer *peer);

/* Tells an event of this peer; `event` gets room and peer here. False: no place for it now. */
bool peer_event(struct fwd_peer *peer, struct sfu_event *event);

/* resends.c: a packet went out for the first time. */
void peer_sent(struct fwd_peer *peer, size_t len, int64_t now_us);
/* … is about to go out again; false: it may not. */
bool peer_may_resend(struct fwd_peer *peer, size_t len, int64_t now_us);

/* Sends a compound; nothing while there are no keys. */
void peer_rtcp_send(struct fwd_peer *peer, const struct bytes_writer *w);

/* The payload of a section with this payload type (its own, that of its RTX or of its RED), or NULL;
 * `ret_repair`: it is the RTX one. */
const struct sfu_payload *section_payload(const struct section *section, uint8_t pt,
                                          bool *ret_repair);
/* The section's payload for a codec, or NULL. */
const struct sfu_payload *section_codec(const struct section *section, enum sfu_codec codec);

/* streams.c: whose a packet is; NULL: nobody's (dropped by name). A new SSRC is learned. */
struct rtp_packet;
struct stream *stream_find(struct fwd_peer *peer, const struct rtp_packet *packet);
/* Enters a declared SSRC; nothing where it is 0 or known. */
void stream_declare(struct fwd_peer *peer, uint32_t ssrc, struct uplink *uplink, bool repair);
/* Forgets all SSRCs of an uplink. */
void streams_forget(struct fwd_peer *peer, const struct uplink *uplink);

/* report.c: receiver reports, transport-cc feedback and quality, when they are due. */
void peer_report(struct fwd_peer *peer, int64_t now_us);
void peer_feedback(struct fwd_peer *peer, int64_t now_us);
void peer_quality_tell(struct fwd_peer *peer, int64_t now_us);

#endif
