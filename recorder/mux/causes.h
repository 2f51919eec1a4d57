/* What the events of a session say about times without media. */
#ifndef RECORDER_MUX_CAUSES_H
#define RECORDER_MUX_CAUSES_H

#include "recorder/mux/gaps.h"

/* Appends struct rec_gap to the array, in no order. A `participant` of NULL means everybody. */
void rec_causes_collect(GArray *causes, const struct rec_session *session);

#endif
