/* An actor behind a line with a bottleneck, and a call over it: the other one sends a voice and as large pictures as it
 * is told by REMB, the actor feeds back what arrives. On the stage's clock. */
#ifndef TESTS_SFU_FORWARD_LINE_H
#define TESTS_SFU_FORWARD_LINE_H

#include "sfu/rtp/transport_cc.h"
#include "tests/harness/impair/link.h"
#include "tests/unit/sfu/forward/stage.h"

struct line {
    struct stage *stage;
    struct actor *far, *near; /* who sends, and who is behind the line */
    struct source camera, voice;
    struct link link;
    struct transport_cc arrivals;
    GArray *coming; /* struct line_packet, by due */
    guint taken;    /* of near->rtp, what has entered the line */
    int64_t feedback_us, picture_us, voice_us;
    uint32_t most_bps; /* of the camera */
    uint32_t pli_count;
    bool keyframe_asked;
    bool repeats; /* the voice is sent as RED, each packet twice */
    /* What came out, since line_forget(). */
    uint64_t picture_bytes;
    unsigned voice_count, repeated_count; /* repeated: of these, as RED */
    int64_t voice_latest_us, still_us,
        picture_came_us; /* the longest way of a voice packet, the longest still picture */
};

struct line *line_make(uint64_t rate_bps, uint32_t camera_bps);
void line_free(struct line *line);
void line_run(struct line *line, int64_t us);
/* Begins to count anew. */
void line_forget(struct line *line);
/* What the sender was told last; 0: nothing. */
uint32_t line_remb_bps(const struct line *line);

#endif
