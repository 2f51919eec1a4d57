/* What a peer sends in one section, or in one layer of it: one stream, its repairs, and who is fed by it. */
#ifndef SFU_FORWARD_UPLINK_H
#define SFU_FORWARD_UPLINK_H

#include "base/bucket.h"
#include "sfu/forward/history.h"
#include "sfu/forward/keyframe.h"
#include "sfu/forward/missing.h"
#include "sfu/forward/peer.h"
#include "sfu/forward/speaker.h"
#include "sfu/rtp/packet.h"
#include "sfu/rtp/reception.h"
#include "sfu/rtp/red.h"
#include "sfu/rtp/vp8.h"

enum {
    UPLINK_RID_BYTES = 16,
    UPLINK_RATE_US = 500000,        /* over which its rate is taken */
    UPLINK_CODEC_CHANGES_PER_S = 2, /* each makes every slot start anew */
};

/* The last sender report (RFC 3550 section 6.4.1) of the stream. */
struct uplink_report {
    bool known;
    int64_t wall_us;    /* its NTP time, on the sender's clock */
    uint32_t timestamp; /* the same instant */
    uint32_t lsr;       /* middle 32 bits of the NTP time */
    int64_t arrival_us;
};

/* What came in the last interval. */
struct uplink_rate {
    int64_t since_us;
    uint32_t bytes, base_bytes;
    uint32_t bps,
        base_bps; /* base: without the pictures that none needs, by their temporal layer (VP8), and
                     without what a voice repeats (RED) */
};

struct uplink {
    struct fwd_peer *peer; /* the owner's owner */
    unsigned section;
    unsigned layer;          /* 0: the largest picture of the section, or the only one */
    struct uplink *lower;    /* the next smaller layer; the section owns it; NULL: none */
    uint32_t ssrc, rtx_ssrc; /* 0: not known yet */
    uint8_t rid_len;         /* of the stream that was bound by MID or payload type */
    char rid[UPLINK_RID_BYTES];

    enum sfu_codec codec; /* of the newest packet; SFU_CODEC_NONE: none came yet */
    struct bucket codec_changes;
    bool ended; /* its sender said goodbye (RTCP BYE); the next packet is a new beginning */
    bool media_told, codec_untold; /* SFU_EVENT_MEDIA was told; the codec was not yet */
    unsigned epoch;  /* grows whenever sequence numbers and timestamps may have jumped */
    int64_t last_us; /* newest packet */
    bool to_slots, to_sink, gap;
    struct reception reception, rtx_reception;
    struct missing missing;
    struct keyframe keyframe;
    uint8_t fir_number;
    struct uplink_report report;

    bool picture_known;
    int64_t picture_id;     /* newest, extended */
    int64_t picture_number; /* sequence number it came with */
    bool keyframe_known;
    uint32_t keyframe_timestamp; /* of the newest key frame */
    int64_t keyframe_number;     /* its first packet */
    int64_t keyframe_us;

    struct voice voice;     /* audio only */
    struct history history; /* as received, video only */
    struct slot *slots;     /* linked by slot.next */
    struct slot *waiting;   /* go over to this layer with its next key frame; by slot.wanted_next */
    struct uplink_rate rate;
    uint32_t quality_expected, quality_unique; /* when quality was told last */
};

/* A packet on its way from an uplink to slots and sink. */
struct uplink_packet {
    struct rtp_packet rtp;
    enum sfu_codec codec;
    int64_t number;     /* extended sequence number */
    int64_t picture_id; /* extended; VP8 with a picture id */
    struct vp8_descriptor vp8;
    struct red_payload red; /* primary_len 0: it did not come as RED */
    bool rebuilt;           /* out of the redundancy of a later one: nobody sent it like this */
    bool keyframe_start;    /* a decoder can start here */
    bool keyframe;          /* part of a key frame */
};

/* 0 or -ENOMEM. `video` uplinks keep a history. */
int uplink_create(struct fwd_peer *peer, unsigned section, unsigned layer, bool video,
                  struct uplink **ret_uplink);
/* Its slots must be empty by then. NULL is fine. */
void uplink_destroy(struct uplink *uplink);

/* Reads the payload of `packet->rtp` for `codec`: the key frame marks, the VP8 descriptor, RED. 0 or
 * -EBADMSG. */
int uplink_packet_read(const struct uplink *uplink, enum sfu_codec codec,
                       struct uplink_packet *packet);

/* A packet of the stream, as it came (`repaired` false) or unwrapped from RTX; read already. */
void uplink_receive(struct uplink *uplink, struct uplink_packet *packet, bool repaired,
                    int64_t now_us);

/* Packet `number` out of the history, read again. False: forgotten. */
bool uplink_recall(struct uplink *uplink, int64_t number, struct uplink_packet *ret_packet);

/* The stream goes on under another SSRC. */
void uplink_rebind(struct uplink *uplink, uint32_t ssrc);

/* The sender said that no more will come (RFC 3550 section 6.6): nothing is asked for or reported on
 * until something comes nevertheless. */
void uplink_end(struct uplink *uplink, int64_t now_us);

/* Gives a packet as it came to the room's sink. */
void uplink_sink(struct uplink *uplink, const struct rtp_packet *packet, enum sfu_codec codec,
                 bool repair, bool keyframe, int64_t now_us);

void uplink_keyframe_wish(struct uplink *uplink, int64_t now_us);
void uplink_tick(struct uplink *uplink, int64_t now_us);

/* Clock rate of a codec's timestamps, in Hz. */
uint32_t codec_rate(enum sfu_codec codec);

#endif
