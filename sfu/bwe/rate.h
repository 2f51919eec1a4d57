/* How much to send, from what a line does under it: down at once when its queue grows, up again carefully near what it
 * carried, faster far from it (draft-ietf-rmcat-gcc-02 sections 5.5 and 6). One thread; nothing allocates. */
#ifndef SFU_BWE_RATE_H
#define SFU_BWE_RATE_H

#include <stdbool.h>
#include <stdint.h>

#include "sfu/bwe/bwe.h"
#include "sfu/bwe/trend.h"

enum rate_state { RATE_HOLD, RATE_INCREASE, RATE_DECREASE };

/* What the line carried when it was full last: an average and how much it varies. */
struct rate_capacity {
    bool known;
    double mean_kbps, variance;
};

struct rate {
    struct bwe_limits limits;
    enum rate_state state;
    double delay_bps; /* what the delay allows */
    double loss_bps;  /* what the losses allow */
    struct rate_capacity capacity;
    int64_t changed_us;   /* when delay_bps moved last; 0: never */
    int64_t decreased_us; /* by overuse; 0: never */
    int64_t loss_down_us; /* when losses took something away last; 0: never */
    int64_t loss_up_us;   /* … and gave something back */
};

void rate_init(struct rate *rate, const struct bwe_limits *limits);

/* What the delay says. `acked_bps` is what the peer got lately, 0: unknown; `little`: so little was sent that it is no
 * measure of the line. */
void rate_judge(struct rate *rate, enum trend_usage usage, double acked_bps, bool little,
                int64_t rtt_us, int64_t now_us);

/* What was lost of the last packets, of which there are enough to say something. */
void rate_lost(struct rate *rate, unsigned lost, unsigned count, int64_t rtt_us, int64_t now_us);

/* A probe showed what the line carries: up to there at once, and never down. */
void rate_probed(struct rate *rate, double bps, int64_t now_us);

uint32_t rate_bps(const struct rate *rate);

#endif
