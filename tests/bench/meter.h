/* What is counted, by the one thread that moves the packets. A packet belongs to the measured time when it
 * was stamped in it, wherever it is met later: so what was sent and what arrived are the same packets. */
#ifndef TESTS_BENCH_METER_H
#define TESTS_BENCH_METER_H

#include "tests/bench/histogram.h"

#include <stdbool.h>
#include <stdint.h>

struct meter {
    int64_t begin_ns, end_ns; /* CLOCK_REALTIME; 0: not yet known */
    /* Of the measured time. */
    uint64_t sent, received, received_bytes; /* RTP packets, each once; bytes of payload */
    struct histogram latency;  /* from the stamp to the receiving kernel, repairs left out */
    struct histogram lateness; /* of the tool: when a burst was due, when it began */
    /* Of the whole run. */
    uint64_t corrupt, strangers, duplicates, reordered, unauthentic, malformed;
    uint64_t send_failed, dropped_by_wish;
    uint64_t nacks_out, nacks_in, resent, repaired, given_up, keyframes, keyframe_requests_in,
        feedback_in, reports_in;
};

static inline bool meter_covers(const struct meter *meter, int64_t stamp_ns)
{
    return meter->begin_ns && stamp_ns >= meter->begin_ns &&
           (!meter->end_ns || stamp_ns < meter->end_ns);
}

#endif
