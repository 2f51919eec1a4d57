/* The thread that moves all packets: one epoll over the sockets of all legs, and their timers. */
#ifndef TESTS_BENCH_LOAD_H
#define TESTS_BENCH_LOAD_H

#include "tests/bench/leg.h"

#include <glib.h>

struct load;

/* `loss` is a probability. */
struct load *load_create(double loss);
void load_destroy(struct load *load);

/* Any thread. The leg's media begins; it stays the caller's, who takes it away again. */
void load_add(struct load *load, struct leg *leg);
/* Any thread but the load's. Waits until the load has let go of it. */
void load_remove(struct load *load, struct leg *leg);

/* Any thread but the load's. Waits for the first packet of a picture: its arrival (CLOCK_REALTIME), 0 when
 * none came in time. */
int64_t load_wait_video(struct load *load, const struct leg *leg, int64_t timeout_us);

/* Load's thread. Moves packets until the time is over (CLOCK_MONOTONIC) or load_stop(). */
void load_run(struct load *load, int64_t until_ns);
/* Any thread. */
void load_stop(struct load *load);

/* When it does not run: it may again. */
void load_resume(struct load *load);

/* Load's thread, or any when it does not run. */
struct meter *load_meter(struct load *load);

#endif
