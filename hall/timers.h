/* What happens by itself: ring, offer, connect, wrap-up, lost, offline, park and no-show. All deadlines are
 * wall-clock times of live objects, so that a restart finds them in the store. Hall thread. */
#ifndef HALL_TIMERS_H
#define HALL_TIMERS_H

#include "hall/core.h"

/* The earliest deadline, INT64_MAX: none. */
int64_t hall_timers_next_us(const struct hall *hall);

/* Does one thing whose time has come; false: there is none. 0 or a negative errno of the store in
 * `ret_error`: nothing was changed, try again later. */
bool hall_timers_run_one(struct hall *hall, int64_t now_us, int *ret_error);

#endif
