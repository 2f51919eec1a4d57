/* What the events of a session say about times without media. */
#ifndef RECORDER_MUX_CAUSES_H
#define RECORDER_MUX_CAUSES_H

#include "recorder/mux/gaps.h"

#include <stdbool.h>

/* An array of struct rec_gap, without overlaps of one cause; g_array_unref() it. A `participant` of
 * NULL means everybody. */
GArray *rec_causes_collect(const struct rec_session *session);

/* What people do, or what is done to them: no fault of a recording. */
bool rec_cause_is_of_people(enum rec_cause cause);
/* Whether a cause of what people did on purpose, or of any kind, lies within a time of a source. */
bool rec_cause_is_intended(const struct rec_gap *cause);
bool rec_cause_applies(const struct rec_gap *cause, const struct rec_participant *participant,
                       enum rec_source source, int64_t start_us, int64_t end_us);

#endif
