/* timeline.json: what an auditor's player shows beside the pictures. docs/recording-format.md. */
#ifndef RECORDER_MUX_TIMELINE_H
#define RECORDER_MUX_TIMELINE_H

#include "recorder/mux/gaps.h"
#include "recorder/mux/leg.h"
#include "recorder/mux/session.h"

/* Writes folder/timeline.json; the legs' files are in the folder already (their sizes are told). 0 or
 * a negative errno. The same journal gives the same bytes. */
int rec_timeline_write(const char *folder, const struct rec_session *session,
                       const struct rec_legs *legs, const struct rec_gaps *gaps);

#endif
