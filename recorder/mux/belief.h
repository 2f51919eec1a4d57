/* Which sender reports are believed. Some senders tell an RTP time that runs away from their media: GStreamer's webrtcbin 1.22
 * counts the time since its start twice. */
#ifndef RECORDER_MUX_BELIEF_H
#define RECORDER_MUX_BELIEF_H

#include "recorder/mux/clock.h"

#include <glib.h>

/* What the reports of a sorted stream say, as struct rec_clock_point in order; empty when they are not to be believed, or
 * there are none. The caller's. After rec_clock_translate(). */
GArray *rec_belief_points(const struct rec_stream *stream);

#endif
