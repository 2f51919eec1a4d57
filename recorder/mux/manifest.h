/* manifest.json and SHA256SUMS: what a recording consists of, to be checked with public tools. */
#ifndef RECORDER_MUX_MANIFEST_H
#define RECORDER_MUX_MANIFEST_H

#include "recorder/mux/leg.h"
#include "recorder/mux/segments.h"
#include "recorder/mux/session.h"

struct rec_manifest {
    const struct rec_session *session;
    const struct rec_segments *segments;
    const struct rec_legs *legs;
    int64_t rendered_us;    /* of the recording: the session's length */
    int64_t render_wall_us; /* how long rendering took */
};

/* Writes both into the folder, where everything else already is (the journal under journal/). 0 or a
 * negative errno. */
int rec_manifest_write(const char *folder, const struct rec_manifest *manifest);

#endif
