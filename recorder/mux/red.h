/* Redundant audio (RFC 2198) in a journal: one packet that repeats what was sent before it. */
#ifndef RECORDER_MUX_RED_H
#define RECORDER_MUX_RED_H

#include "recorder/mux/rtp.h"

enum { REC_RED_MAX_BLOCKS = 4 };

struct rec_red {
    struct rec_rtp primary; /* what is new */
    unsigned count;
    struct rec_rtp repeated[REC_RED_MAX_BLOCKS]; /* the packet before, the one before that … */
};

/* Takes a packet apart whose blocks must all be Opus of payload type `pt`. Repeated ones are given as far as
 * they follow one another without a pause: of the others nobody knows the sequence number. False: no such
 * packet. */
bool rec_red_read(const struct rec_rtp *rtp, unsigned pt, struct rec_red *ret_red);

#endif
