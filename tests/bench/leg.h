/* One PeerConnection of the load: it sends a voice and a picture, receives them, or both, with the RTCP
 * of a browser. A leg is joined on a thread of its own (join.h) and then belongs to the load's thread. */
#ifndef TESTS_BENCH_LEG_H
#define TESTS_BENCH_LEG_H

#include "sfu/rtp/reception.h"
#include "sfu/rtp/transport_cc.h"
#include "tests/bench/meter.h"
#include "tests/harness/peer_parts.h"

enum {
    LEG_KINDS = 2, /* by enum sfu_kind */
    LEG_HISTORY = 256,
    LEG_PACKET_BYTES = 1400,
    LEG_MISSING = 128,
    LEG_NUMBERS = 8192, /* stamp numbers behind the highest, within which duplicates are known */
};

/* As negotiated. */
struct leg_media {
    uint8_t pt, rtx_pt; /* rtx_pt 0: repairs come in the stream itself */
    uint8_t mid_id, transport_cc_id, send_time_id;
    char mid[17];
    bool transport_cc;
};

struct leg_sent {
    uint16_t seq;
    uint16_t len;
    uint8_t data[LEG_PACKET_BYTES];
};

/* A stream that is sent. */
struct outlet {
    struct leg_media media;
    uint32_t ssrc, rtx_ssrc;
    uint16_t seq, rtx_seq, picture;
    uint32_t number, timestamp;
    uint32_t packets, bytes; /* for sender reports */
    int64_t due_ns;
    bool keyframe_wanted;
    struct leg_sent *history; /* LEG_HISTORY, by seq */
};

struct leg_missing {
    int64_t seq; /* extended */
    int64_t ask_ns;
    unsigned asked;
};

/* A stream that is received. */
struct inlet {
    struct leg_media media;
    uint32_t ssrc;
    struct reception reception;
    int64_t highest; /* extended */
    bool started;
    struct leg_missing missing[LEG_MISSING];
    unsigned missing_count;
    uint32_t number_highest;
    uint64_t numbers[LEG_NUMBERS / 64];
    uint32_t report_middle; /* of the last sender report's NTP time */
    int64_t report_ns;
    bool keyframe_needed;
};

struct leg {
    struct far_peer *far; /* owned */
    struct meter *meter;
    uint32_t session;
    uint8_t side;
    bool sends, receives;
    double loss; /* probability in either direction */
    struct outlet outlets[LEG_KINDS];
    struct inlet inlets[LEG_KINDS];
    uint32_t own_ssrc; /* of reports where nothing is sent */
    uint16_t transport_seq;
    struct transport_cc arrivals;
    uint64_t random;
    int64_t check_ns, report_ns, feedback_ns;
    int64_t first_video_ns; /* CLOCK_REALTIME of its arrival; 0: none yet */
};

/* The far peer becomes the leg's. Any thread. */
struct leg *leg_create(struct far_peer *far, uint32_t session, unsigned side);
void leg_destroy(struct leg *leg);

/* Load's thread, once: media begins, spread by `offset_ns`. */
void leg_start(struct leg *leg, struct meter *meter, double loss, int64_t offset_ns);

/* Load's thread. What is due is sent. */
void leg_tick(struct leg *leg, int64_t now_ns);
/* CLOCK_MONOTONIC nanoseconds at which leg_tick() has something to do. */
int64_t leg_due_ns(const struct leg *leg);

/* Load's thread. Takes at most a batch of datagrams from the socket. */
void leg_receive(struct leg *leg);

/* ---- between the files of a leg ---- */

int64_t leg_now_ns(void);
bool leg_loses(struct leg *leg);

/* outlet.c */
void outlet_tick(struct leg *leg, enum sfu_kind kind, int64_t now_ns);
void outlet_resend(struct leg *leg, enum sfu_kind kind, uint16_t seq);
void leg_send_rtcp(struct leg *leg, const uint8_t *compound, size_t len);

/* inlet.c */
void inlet_take(struct leg *leg, uint8_t *rtp, size_t len, int64_t arrival_ns);

/* feedback.c */
void feedback_take(struct leg *leg, const uint8_t *rtcp, size_t len);
void feedback_tick(struct leg *leg, int64_t now_ns);
int64_t feedback_due_ns(const struct leg *leg);

#endif
