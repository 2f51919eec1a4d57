/* From RTP time to the wall clock of the server, so that one participant's voice and picture stand in
 * the relation in which they were captured.
 *
 * A sender report says which RTP time belongs to which moment of the sender's own clock (RFC 3550
 * section 6.4.1). The sender's clock is brought to ours by one offset a PeerConnection, the same for all
 * its streams: the least delay seen, which changes slowly where the clocks drift. So the delay of the
 * network and of encoding falls out of the relation. Where a stream has no usable report, the packets'
 * own arrival stands in. */
#ifndef RECORDER_MUX_CLOCK_H
#define RECORDER_MUX_CLOCK_H

#include "recorder/mux/stream.h"

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

/* What is known: this RTP time (unwrapped) was then. */
struct rec_clock_point {
    int64_t timestamp;
    int64_t wall_us;
};

/* A stretch of a stream in which RTP time runs evenly. */
struct rec_clock_piece {
    int64_t from_timestamp; /* unwrapped RTP time: the piece holds from here on */
    guint first, count;     /* its points, at least one */
};

/* Between two points the time is on the straight line, outside of them the nominal rate counts. So
 * what a sender corrects from report to report (a sound card that drifts, a frame that was left out) is
 * followed. */
struct rec_clock {
    GArray *pieces; /* struct rec_clock_piece, at least one */
    GArray *points; /* struct rec_clock_point, in order */
    double us_per_tick;
    bool from_reports;
    int64_t
        worst_us; /* largest distance between a report and the mapping: how far sync may be off */
};

/* Fills in `wall_us` of all reports of one PeerConnection. */
void rec_clock_translate(struct rec_stream *const *streams, size_t count);

/* A sorted stream with at least one packet, after rec_clock_translate(). */
void rec_clock_init(struct rec_clock *clock, const struct rec_stream *stream);
void rec_clock_finish(struct rec_clock *clock);

/* Microseconds since 1970 of an unwrapped RTP time. */
int64_t rec_clock_wall_us(const struct rec_clock *clock, int64_t timestamp);

#endif
