/* A room without a network: peers whose packets come from the test and whose output is kept, on a
 * clock that the test moves. It refuses what SRTP would refuse: a sequence number of an SSRC used
 * twice. */
#ifndef TESTS_SFU_FORWARD_STAGE_H
#define TESTS_SFU_FORWARD_STAGE_H

#include <glib.h>

#include "sfu/forward/forward.h"
#include "sfu/rtp/packet.h"
#include "sfu/rtp/rtcp.h"

enum { STAGE_ACTORS = 8 };

/* Sections of every actor. */
enum { MIC, CAMERA, VOICE_SLOT, PICTURE_SLOT, STAGE_SECTIONS };

enum stage_browser { CHROMIUM, FIREFOX };

struct stage_packet {
    int64_t at_us;
    bool wire; /* a resend of ciphertext */
    size_t len;
    uint8_t data[FWD_PACKET_BYTES];
    struct rtp_packet rtp; /* parsed; only for RTP */
};

struct stage_sink_call {
    bool repair, keyframe, gap, report;
    unsigned section;
    uint16_t seq;
    size_t len;
};

struct actor {
    struct stage *stage;
    struct fwd_peer *peer;
    struct sfu_negotiation negotiation;
    GPtrArray *rtp, *rtcp; /* struct stage_packet, what the peer was sent */
    GHashTable *used;      /* (SSRC, extended number) that were protected */
    GHashTable *highest;   /* SSRC -> its highest extended number */
};

struct stage {
    int64_t now_us;
    struct counters counters;
    struct fwd_env env;
    struct fwd_room *room;
    unsigned actor_count;
    struct actor actors[STAGE_ACTORS];
    GArray *events;     /* struct sfu_event */
    GArray *sink_calls; /* struct stage_sink_call */
    enum sfu_sink_wish sink_wish;
    unsigned sink_closed;
    bool deaf;  /* events find no place */
    bool quiet; /* keep nothing of what is sent: for measuring */
    unsigned sent;
    uint8_t block[FWD_PACKET_BYTES];
};

struct stage *stage_make(void);
void stage_free(struct stage *stage);
void stage_sink_set(struct stage *stage);

/* A secured peer with the sections above; its place on the stage makes its SSRCs. */
struct actor *stage_enter(struct stage *stage, enum stage_browser browser);
/* The negotiation it would come with, before stage_enter_with(). */
void stage_negotiation(unsigned index, enum stage_browser browser,
                       struct sfu_negotiation *ret_negotiation);
struct actor *stage_enter_with(struct stage *stage, const struct sfu_negotiation *negotiation);

/* `to` sees `from`: both slots. NULL: nobody. */
void stage_see(struct actor *to, struct actor *from);
/* Moves the clock and ticks every peer each FWD_TICK_US. */
void stage_pass(struct stage *stage, int64_t us);

uint64_t stage_drops(const struct stage *stage, enum sfu_drop drop);
/* How many events of this type were told; the last one through `ret_last` (may be NULL). */
unsigned stage_events(const struct stage *stage, enum sfu_event_type type,
                      struct sfu_event *ret_last);
/* The newest RTCP packet of this type and format that `actor` was sent; false: none. */
bool stage_rtcp_last(const struct actor *actor, uint8_t type, uint8_t format,
                     struct rtcp_packet *ret_packet);
unsigned stage_rtcp_count(const struct actor *actor, uint8_t type, uint8_t format);
/* The `back`-th newest RTP packet (0: the newest) with this SSRC, or NULL. */
const struct stage_packet *stage_rtp(const struct actor *actor, uint32_t ssrc, unsigned back);
unsigned stage_rtp_count(const struct actor *actor, uint32_t ssrc);
/* Forgets what it was sent. */
void stage_forget(struct actor *actor);
void stage_rtcp_give(struct actor *actor, const struct bytes_writer *w);

/* What an actor sends with. */
struct source {
    struct actor *actor;
    unsigned section;
    enum sfu_codec codec;
    uint32_t ssrc, rtx_ssrc;
    uint16_t seq, rtx_seq, transport_seq;
    uint32_t timestamp;
    uint16_t picture_id;
    uint8_t tl0;
    unsigned picture_bits; /* 15, 7 or 0 */
    const char *rid;       /* written as extension when not NULL */
    uint8_t tid;           /* temporal layer of the next picture (VP8, 15 bits of picture id) … */
    bool sync;             /* … that needs none of its layer before it */
    unsigned filler_bytes; /* more in every payload */
    bool mid;              /* … likewise */
    uint8_t level;         /* audio level as it is written (RFC 6464) */
    uint32_t serial;       /* in every payload: tells packets apart */
};

struct source stage_source(struct actor *actor, unsigned section);

/* Makes the next packet (of a picture: `start` and `marker` frame it) and moves the numbers on. */
struct stage_packet source_make(struct source *source, bool start, bool marker, bool key);
/* The next voice packet as RED: it and the `repeats` before it. Its timestamp is not moved on. */
struct stage_packet source_make_red(struct source *source, unsigned repeats);
/* The picture is complete: on to the next timestamp and id. */
void source_picture_end(struct source *source);
/* The same as RTX, or a packet of padding alone (`rtx`: on that stream). */
struct stage_packet source_repair(struct source *source, const struct stage_packet *packet);
struct stage_packet source_padding(struct source *source, bool rtx);
void source_deliver(struct source *source, const struct stage_packet *packet);

/* Makes and delivers: one Opus packet of 20 ms, or one picture of `packets` packets (33 ms). The
 * clock is the caller's. */
void source_voice(struct source *source);
void source_picture(struct source *source, bool key, unsigned packets);
/* A sender report: the sender's clock reads `wall_us` at its current timestamp. */
void source_report(struct source *source, int64_t wall_us);

/* The serial in a packet's payload as the receiver got it; 0: there is none. */
uint32_t stage_serial(const struct stage_packet *packet);

uint32_t slot_ssrc_of(const struct actor *actor, unsigned section);
uint32_t slot_rtx_ssrc_of(const struct actor *actor, unsigned section);

#endif
