/* Every time in which something of a participant is not in the recording, and why. What people did on
 * purpose (hold, mute, the page in the background) is known from the events; what is missing beyond
 * that shows in the media and is the network's, the recorder's (overflow) or a restart's doing. */
#ifndef RECORDER_MUX_GAPS_H
#define RECORDER_MUX_GAPS_H

#include "recorder/mux/leg.h"
#include "recorder/mux/session.h"

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

enum rec_cause {
    REC_CAUSE_HOLD,
    REC_CAUSE_MUTE,
    REC_CAUSE_BACKGROUND,
    REC_CAUSE_PHONE_CALL,
    REC_CAUSE_NETWORK,
    REC_CAUSE_HANDOVER,
    REC_CAUSE_OVERFLOW,
    REC_CAUSE_RESTART,
};

const char *rec_cause_name(enum rec_cause cause); /* "HOLD" */

struct rec_gap {
    const struct rec_participant *participant;
    enum rec_source source;
    enum rec_cause cause;
    int64_t start_us, end_us; /* wall clock */
    bool hint; /* of a cause: says why something is missing where it is, not that it is */
};

struct rec_gaps {
    GArray *gaps;        /* struct rec_gap, by start */
    int64_t expected_us; /* sum of what each track spans */
    int64_t missing_us;  /* of that: NETWORK, HANDOVER, OVERFLOW, RESTART */
};

/* `causes` is what rec_causes_collect() gave. Participants are the session's, which outlives the
 * gaps. */
void rec_gaps_init(struct rec_gaps *gaps, const struct rec_session *session,
                   const struct rec_legs *legs, const GArray *causes);
void rec_gaps_finish(struct rec_gaps *gaps);

#endif
