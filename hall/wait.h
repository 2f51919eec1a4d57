/* How long it will take: a range from the people ahead, how long the matter takes, and the windows that are
 * really serving. */
#ifndef HALL_WAIT_H
#define HALL_WAIT_H

#include "hall/core.h"

struct hall_wait {
    int64_t min_us, max_us; /* whole minutes */
};

/* Pure. The range that holds about 3 of 4 true waits when `servers` windows work, `idle` of them free, each service
 * takes `mean_us` on average, and `ahead` people come before. Nobody works:
 * {0, 0}. */
struct hall_wait hall_wait_range(unsigned ahead, unsigned servers, unsigned idle, double mean_us);

/* Hall thread. The same with the windows that serve this matter now. */
struct hall_wait hall_wait_of(const struct hall *hall, const struct hall_matter *matter,
                              unsigned ahead, double mean_us);

#endif
