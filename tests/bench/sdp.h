/* SDP of the load: offers as Chromium makes them (tests/data/sdp/chromium-slots.sdp with this peer's own
 * names), answers to a server's offer, and what a server's description says. Any thread. */
#ifndef TESTS_BENCH_SDP_H
#define TESTS_BENCH_SDP_H

#include "tests/bench/leg.h"

/* The first `sections` sections of the browser's offer (0: all), the first two of which send the leg's
 * outlets. g_free() it. */
char *sdp_offer(struct leg *leg, unsigned sections, bool active);

/* An answer that receives everything the offer sends. g_free() it. */
char *sdp_answer(const struct leg *leg, const char *offer);

/* Reads the server's description: credentials, fingerprint and first IPv4 candidate into the leg's far
 * peer, payload types and extensions of what it sends (inlets) and takes (outlets). False: something is
 * missing. */
bool sdp_read(struct leg *leg, const char *sdp);

#endif
