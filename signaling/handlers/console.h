/* The queue as consoles see it: a snapshot, then differences, at most five times a second. Control thread. */
#ifndef SIGNALING_HANDLERS_CONSOLE_H
#define SIGNALING_HANDLERS_CONSOLE_H

#include "hall/hall.h"

struct sig_daemon;

/* hall_reply_fn of the hall_queue_read() of `queue.subscribe`, with the request as user. */
void sig_console_subscribed(const struct hall_reply *reply, void *user);

/* Something in the queue changed: subscribers will be told. */
void sig_console_stir(struct sig_daemon *daemon);

#endif
