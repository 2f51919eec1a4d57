/* The TCP connections of the web port, from their acceptance to their end: how many there are, of whom, and how long
 * one may say nothing. A connection is in one of three states: it owes its first request, it was kept after an answer
 * and waits for the next one, or it is at work (a request, a WebSocket), where others watch over it. Where many are
 * there, the oldest that does nothing goes for every one that comes. The thread of the loop. */
#ifndef SIGNALING_WIRE_ARRIVALS_H
#define SIGNALING_WIRE_ARRIVALS_H

#include <stdbool.h>
#include <stdint.h>

#include "signaling/wire/server.h"

struct lws;
struct sig_arrivals;
struct sig_proxies;

/* `max`: connections in all; one address has a quarter, this machine and `proxies` (borrowed) the whole. `descriptors`:
 * how many the process may have; connections leave a quarter of them free. */
struct sig_arrivals *sig_arrivals_create(const struct sig_proxies *proxies, unsigned max,
                                         unsigned descriptors);
/* NULL is fine. No connection may be left. */
void sig_arrivals_destroy(struct sig_arrivals *arrivals);

/* Whether the connection that was just accepted as `fd` may stay; a refusal is counted and logged. */
bool sig_arrivals_admit(struct sig_arrivals *arrivals, int fd);

/* It stays: its first request is due within SIG_ARRIVALS_FIRST_S, TLS included. */
void sig_arrivals_enter(struct sig_arrivals *arrivals, struct lws *wsi);
/* A whole head came. */
void sig_arrivals_work(struct sig_arrivals *arrivals, struct lws *wsi);
/* It is answered and kept: the next head is due within SIG_ARRIVALS_NEXT_S. */
void sig_arrivals_rest(struct sig_arrivals *arrivals, struct lws *wsi);
/* It is gone. One that never entered is fine. */
void sig_arrivals_leave(struct sig_arrivals *arrivals, struct lws *wsi);

enum { SIG_ARRIVALS_FIRST_S = 10, SIG_ARRIVALS_NEXT_S = 60 };

unsigned sig_arrivals_count(const struct sig_arrivals *arrivals);
void sig_arrivals_cuts(const struct sig_arrivals *arrivals, uint64_t ret_cuts[SIG_CUTS]);

#endif
