/* The queue that stands before a line: how much longer packets take than the quickest of the last half minute did. Only
 * differences of two clocks count, so neither their offset nor their drift matters. One thread; nothing allocates. */
#ifndef SFU_BWE_STANDING_H
#define SFU_BWE_STANDING_H

#include <stdbool.h>
#include <stdint.h>

struct standing {
    bool known;
    int64_t half_us;        /* when this half of the window began */
    int64_t quickest_us[2]; /* of this half and of the one before */
    int64_t least_us; /* of the feedback that is being read; INT64_MAX: nothing arrived by it */
    int64_t queue_us; /* as of the last feedback */
};

void standing_init(struct standing *standing);

/* A packet that arrived, its arrival on the peer's clock. */
void standing_take(struct standing *standing, int64_t sent_us, int64_t arrival_us);

/* The feedback is read. A burst that one packet ran through fast is no standing queue: its least delay counts. */
void standing_judge(struct standing *standing, int64_t now_us);

/* Whatever the delay is now, it is the way's own and no queue. */
void standing_accept(struct standing *standing);

#endif
