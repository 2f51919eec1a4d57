/* Legs: the files of a recording. One participant's picture source in one codec, with the voice that
 * belongs to it. */
#ifndef RECORDER_MUX_LEG_H
#define RECORDER_MUX_LEG_H

#include "recorder/mux/frame.h"
#include "recorder/mux/session.h"

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

struct rec_sample {
    const struct rec_frame *frame; /* of a track */
    int64_t pts_us;                /* from the leg's start; grows strictly within a list */
};

struct rec_leg {
    const struct rec_participant *participant;
    enum rec_source source;
    enum rec_codec codec;     /* of the picture; OPUS: there is none */
    GArray *video;            /* struct rec_sample */
    GArray *audio;            /* struct rec_sample */
    int64_t start_us, end_us; /* wall clock: first sample, end of the last */
    uint16_t width, height;   /* the largest picture */
    uint64_t video_packets, audio_packets, lost, repaired;
    char *file; /* "01-clerk-camera-vp8.webm" */
};

/* Everything one participant sent from one source, over all PeerConnections. */
struct rec_track {
    const struct rec_participant *participant;
    enum rec_source source;
    GPtrArray *runs; /* struct rec_frames *, one a stream, in order of time */
};

struct rec_legs {
    GPtrArray *tracks;     /* struct rec_track * */
    GPtrArray *legs;       /* struct rec_leg *, in order of their start */
    int64_t sync_worst_us; /* largest distance of a sender report from the mapping that was used */
};

/* Of a session that was read; it outlives the legs. `causes` is what rec_causes_collect() gave: what a
 * hold kept away is not counted as lost. */
void rec_legs_init(struct rec_legs *legs, const struct rec_session *session, const GArray *causes);
void rec_legs_finish(struct rec_legs *legs);

#endif
