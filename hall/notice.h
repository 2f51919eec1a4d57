/* The recording notice that a citizen acknowledges before the number. */
#ifndef HALL_NOTICE_H
#define HALL_NOTICE_H

#include "hall/core.h"

/* Before the thread starts: the newest version. 0, -ENOENT (there is none) or another negative errno. */
int hall_notice_load(struct hall *hall);

#endif
