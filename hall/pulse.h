/* Signs of life while sessions run, so that the next run knows how long nobody was there. */
#ifndef HALL_PULSE_H
#define HALL_PULSE_H

#include "hall/core.h"

/* When the next is due, INT64_MAX: no session runs and no phone rings. */
int64_t hall_pulse_next_us(const struct hall *hall);
/* Hall thread. 0 or a negative errno. */
int hall_pulse_write(struct hall *hall, int64_t now_us);

/* Before the thread starts, before this run writes into the trail: when the former run was last alive, 0: there was
 * none. 0 or a negative errno. */
int hall_pulse_last(struct hall *hall, int64_t *ret_at_us);

#endif
