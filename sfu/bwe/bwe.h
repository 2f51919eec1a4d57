/* Bandwidth estimation for what we send to one peer, behind a small interface: an estimator hears what was sent and
 * what the peer says arrived, and tells what its line carries. One thread; nothing allocates but the creation. */
#ifndef SFU_BWE_BWE_H
#define SFU_BWE_BWE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sfu/rtp/transport_feedback.h"

struct bwe_limits {
    uint32_t least_bps, start_bps, most_bps;
};

struct bwe;

struct bwe_ops {
    void (*sent)(struct bwe *bwe, uint16_t seq, size_t bytes, int64_t now_us);
    void (*fed_back)(struct bwe *bwe, const struct transport_arrival *arrivals, unsigned count,
                     int64_t rtt_us, int64_t now_us);
    uint32_t (*estimate_bps)(const struct bwe *bwe);
    int64_t (*queue_us)(const struct bwe *bwe);
    void (*queue_accept)(struct bwe *bwe);
    double (*lost)(const struct bwe *bwe);
    void (*probe)(struct bwe *bwe, bool begins, int64_t now_us);
    void (*destroy)(struct bwe *bwe);
};

/* The head of every estimator. */
struct bwe {
    const struct bwe_ops *ops;
};

/* Delay-based and loss-based control as draft-ietf-rmcat-gcc-02 has it. NULL: no memory. */
struct bwe *bwe_gcc_create(const struct bwe_limits *limits);

/* Knows nothing: its estimate is always `most_bps`. For peers without transport-wide feedback. NULL: no memory. */
struct bwe *bwe_null_create(const struct bwe_limits *limits);

static inline void bwe_sent(struct bwe *bwe, uint16_t seq, size_t bytes, int64_t now_us)
{
    bwe->ops->sent(bwe, seq, bytes, now_us);
}

/* One feedback, its packets in the order of their numbers; their times are positive. `rtt_us` as measured, -1: unknown. */
static inline void bwe_fed_back(struct bwe *bwe, const struct transport_arrival *arrivals,
                                unsigned count, int64_t rtt_us, int64_t now_us)
{
    bwe->ops->fed_back(bwe, arrivals, count, rtt_us, now_us);
}

/* What the line to the peer carries, all media together. */
static inline uint32_t bwe_estimate_bps(const struct bwe *bwe)
{
    return bwe->ops->estimate_bps(bwe);
}

/* How long a packet waited before the line, by the last feedback. */
static inline int64_t bwe_queue_us(const struct bwe *bwe)
{
    return bwe->ops->queue_us(bwe);
}

/* What stands there does not go away by sending less: it is the way, not a queue. */
static inline void bwe_queue_accept(struct bwe *bwe)
{
    bwe->ops->queue_accept(bwe);
}

/* Which share of the packets was lost lately, 0 to 1. */
static inline double bwe_lost(const struct bwe *bwe)
{
    return bwe->ops->lost(bwe);
}

/* What is sent between the beginning and the end of a probe is meant to be more than the line is thought to carry. */
static inline void bwe_probe(struct bwe *bwe, bool begins, int64_t now_us)
{
    bwe->ops->probe(bwe, begins, now_us);
}

static inline void bwe_destroy(struct bwe *bwe)
{
    if (bwe)
        bwe->ops->destroy(bwe);
}

#endif
