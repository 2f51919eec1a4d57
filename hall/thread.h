/* The hall's own thread: takes requests, watches the clock, ends each turn. */
#ifndef HALL_THREAD_H
#define HALL_THREAD_H

#include "hall/core.h"

/* Control thread. 0 or a negative errno. */
int hall_thread_start(struct hall *hall);
/* Control thread. Returns when the thread has ended; it finishes the request it is at. */
void hall_thread_stop(struct hall *hall);

#endif
