/* Whether a line that was narrow has become wider: for a moment it is sent more than it is thought to carry, padding on
 * the repair stream of a picture (RFC 4588), which no decoder and no recording ever sees. Only to who feeds back by
 * transport-wide numbers and only while somebody is held back by the estimate. Worker thread; nothing allocates. */
#ifndef SFU_FORWARD_PROBE_H
#define SFU_FORWARD_PROBE_H

#include <stdbool.h>
#include <stdint.h>

struct fwd_peer;

struct peer_probe {
    int64_t fed_us;      /* when the peer fed back last; 0: never */
    int64_t next_us;     /* not before */
    int64_t began_us;    /* of the one that runs; 0: none */
    uint32_t bps;        /* that it sends with, all media together */
    uint32_t before_bps; /* the estimate then */
    unsigned sent;       /* packets of padding */
};

/* On the timer: begins one when it is time. */
void probe_look(struct fwd_peer *peer, int64_t now_us);

/* The peer fed back, and the estimator has heard of it. */
void probe_fed_back(struct fwd_peer *peer, int64_t now_us);

/* Every 5 ms while one runs: its next packets. True: more follow. */
bool probe_send(struct fwd_peer *peer, int64_t now_us);

#endif
