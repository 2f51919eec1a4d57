/* Whether a line's queue grows: the trend of the one-way delay (draft-ietf-rmcat-gcc-02 sections 5.2 to 5.4, with a
 * line fitted through the last groups of packets where the draft has a filter). One thread; nothing allocates. */
#ifndef SFU_BWE_TREND_H
#define SFU_BWE_TREND_H

#include <stdbool.h>
#include <stdint.h>

enum { TREND_WINDOW = 20 };

enum trend_usage { TREND_NORMAL, TREND_OVERUSE, TREND_UNDERUSE };

/* Packets sent within one burst, judged as one. */
struct trend_group {
    bool known;
    int64_t first_sent_us, last_sent_us;
    int64_t first_arrival_us, last_arrival_us;
};

struct trend_point {
    double at_ms, delay_ms;
};

struct trend {
    struct trend_group current, before;
    /* The delay that groups gained over all, as it was and smoothed; the last points of it. */
    double gained_ms, smoothed_ms;
    int64_t first_arrival_us;
    unsigned group_count;
    unsigned point_count, next_point;
    struct trend_point points[TREND_WINDOW];
    /* The detector. */
    double slope; /* the last one, as it is compared */
    double threshold;
    int64_t judged_us; /* when the threshold moved last; 0: never */
    double over_ms;    /* how long it has been above */
    unsigned over_count;
    enum trend_usage usage;
};

void trend_init(struct trend *trend);

/* A packet that arrived; in the order of sending. The arrival is on the peer's clock. */
void trend_take(struct trend *trend, int64_t sent_us, int64_t arrival_us);

#endif
