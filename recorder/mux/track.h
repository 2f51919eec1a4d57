/* Tracks: the frames of a session, by participant and source. */
#ifndef RECORDER_MUX_TRACK_H
#define RECORDER_MUX_TRACK_H

#include "recorder/mux/leg.h"

/* Fills in the tracks and the worst sync. */
void rec_tracks_collect(struct rec_legs *legs, const struct rec_session *session);

void rec_track_destroy(void *track);

/* The track of that participant and source, or NULL. */
struct rec_track *rec_track_find(const struct rec_legs *legs,
                                 const struct rec_participant *participant, enum rec_source source);

#endif
