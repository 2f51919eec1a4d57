/* Whether a page's camera encoder works, out of the page's own figures (media.stats): some devices agree to a codec and then
 * encode nothing. Pure. */
#ifndef SIGNALING_SESSION_ENCODER_H
#define SIGNALING_SESSION_ENCODER_H

#include <stdbool.h>
#include <stdint.h>

struct sig_encoder {
    bool watched;              /* the fields below are of the report before */
    int64_t encoded, captured; /* pictures so far */
    int64_t still_since_us;    /* since when none was encoded */
};

/* One report. `on`: the camera should be sent now. `encoded`, `captured`: pictures so far, -1 not told; a camera that gives
 * no pictures is no fault of the encoder. `now_us` is monotonic. True: for 3 s of reports none was encoded; it is told once,
 * then the watch begins anew. */
bool sig_encoder_report(struct sig_encoder *encoder, bool on, int64_t encoded, int64_t captured,
                        int64_t now_us);

#endif
