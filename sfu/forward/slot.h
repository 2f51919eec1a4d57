/* What a peer receives in one section: one SSRC whose numbers go on without a jump while its source
 * changes. Every packet is written anew for the receiver; nothing of a source's numbering is seen
 * behind a slot. */
#ifndef SFU_FORWARD_SLOT_H
#define SFU_FORWARD_SLOT_H

#include "base/bucket.h"
#include "sfu/forward/history.h"
#include "sfu/forward/layer.h"
#include "sfu/forward/peer.h"
#include "sfu/forward/renumber.h"
#include "sfu/forward/uplink.h"
#include "sfu/rtp/rtcp.h"

enum {
    SLOT_SENT = 512,        /* sent packets that can be asked for again */
    SLOT_REPORTS = 4,       /* sent reports whose answer is still understood */
    SLOT_MAX_RESENDS = 128, /* answered in one RTCP packet */
    SLOT_MAX_RESENDS_EACH = 4,
    SLOT_LEAST_PAUSE_US = 20000, /* between two of a packet, whatever round trip is claimed */
    SLOT_TELLINGS_PER_S = 10,    /* SFU_EVENT_SLOT; changes in between are told as one */
    SLOT_TELLINGS_BURST = 8,
    SLOT_WISHES_PER_S = 1, /* key frames that the receiver may ask the source for */
    SLOT_WISHES_BURST = 3,
};

/* A packet that was sent. */
struct slot_sent {
    int64_t number; /* of the slot; 0: none */
    int64_t source; /* of the uplink */
    int64_t resent_us;
    uint32_t switches; /* slot.switches then; another one now: it cannot be written again */
    uint16_t len;
    uint8_t resends;
    bool hollow; /* padding alone, whatever the source's packet has */
};

struct slot_report {
    uint32_t lsr; /* 0: none */
    int64_t sent_us;
};

struct slot {
    struct fwd_peer *peer;
    unsigned section;
    struct uplink *fed;    /* borrowed; the largest layer of what it is fed with; NULL: empty */
    struct uplink *source; /* … the layer that it takes */
    struct slot *next;     /* uplink.slots of the source */
    struct uplink
        *wanted; /* the layer that it goes over to with its next key frame; NULL: it stays */
    struct slot *wanted_next; /* uplink.waiting of it */
    bool is_crossing;         /* … and does so just now */
    struct layer_choice choice;
    enum sfu_slot_state state;
    bool untold; /* the state, to the control thread */
    struct bucket tellings, wishes;

    bool running; /* packets of this source and epoch flow; else one must be found to start with */
    unsigned epoch; /* of the source */
    enum sfu_codec codec;
    const struct sfu_payload *payload; /* the receiver's, for `codec`; points into the section */
    uint32_t switches;                 /* how often it started anew */
    int64_t replayed_us;               /* last replay out of the source's history */

    bool started; /* something was ever sent */
    int64_t next_number, highest_source;
    int64_t keyframe_number; /* where the newest key frame began that was sent; 0: none */
    struct renumber renumber;
    uint16_t rtx_seq;
    uint32_t timestamp_offset, last_timestamp; /* newest sent */
    int64_t last_us,
        last_clock_us; /* when; and on the room's clock by sender reports, -1 unknown */
    struct renumber
        pictures; /* VP8 picture ids, as packets: without a hole where one is left out */
    int64_t last_picture_id;
    bool thin;               /* pictures of higher temporal layers are to be left out … */
    bool thinning;           /* … and are: until one comes that needs none of them */
    int64_t highest_picture; /* of the source */
    uint64_t left_out;       /* bit n: picture highest_picture - n was left out */
    uint8_t tl0_offset, last_tl0;

    struct slot_sent *sent; /* SLOT_SENT of them, with the first source; where NACKs are answered */
    struct history wire;    /* ciphertext, where the receiver has NACK without RTX */
    bool mid_known;         /* the receiver has reported on this SSRC: it knows whose it is */
    uint32_t packets, bytes;
    struct slot_report reports[SLOT_REPORTS];
    unsigned report_next;
};

/* 0 or -ENOMEM. */
int slot_create(struct fwd_peer *peer, unsigned section, struct slot **ret_slot);
/* Leaves its source's list. NULL is fine. */
void slot_destroy(struct slot *slot);

/* Memory to send again from, for what was negotiated now. A page has more slots than it uses, so only one
 * that is fed has it. 0 or -ENOMEM. */
int slot_prepare(struct slot *slot);

/* From this uplink, its largest layer first, from now on; NULL: from nothing. */
void slot_feed(struct slot *slot, struct uplink *source, int64_t now_us);

/* Takes this layer of what it is fed with: at once where no packets flow, else from its next key frame on. */
void slot_want(struct slot *slot, struct uplink *layer, int64_t now_us);

/* A key frame of the wanted layer begins. */
void slot_go_over(struct slot *slot, const struct uplink_packet *packet, int64_t now_us);

/* Looks at gate, codec and source again after one of them changed. */
void slot_reconsider(struct slot *slot, int64_t now_us);

/* The source will send no more for now: a picture waits for the next key frame. */
void slot_source_ended(struct slot *slot, int64_t now_us);

/* A packet of the source. */
void slot_forward(struct slot *slot, const struct uplink_packet *packet, int64_t now_us);

/* The receiver asks for packets again: one NACK of a compound. */
void slot_resend(struct slot *slot, const struct rtcp_packet *nack, int64_t now_us);

/* The receiver asks for a key frame: passed on, but not as often as it likes. */
void slot_keyframe_wished(struct slot *slot, int64_t now_us);

/* The receiver reports on what it got. */
void slot_reported(struct slot *slot, const struct rtcp_report_block *block, int64_t now_us);

/* Sends the source's sender report, translated (report.c); nothing while there is none. */
void slot_report_send(struct slot *slot, int64_t now_us);

void slot_tick(struct slot *slot, int64_t now_us);

#endif
