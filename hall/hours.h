/* Opening hours. */
#ifndef HALL_HOURS_H
#define HALL_HOURS_H

#include "hall/core.h"

/* Before the thread starts. 0 or a negative errno. */
int hall_hours_load(struct hall *hall);

/* Any thread. Whether tickets are drawn at this time; `ret_closing_us` (may be NULL, untouched when closed) is
 * the end of the day's last hours, or INT64_MAX where the hall never closes. */
bool hall_hours_are_open(const struct hall *hall, int64_t at_us, int64_t *ret_closing_us);

#endif
