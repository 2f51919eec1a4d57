/* When to ask a sender for a key frame: many may wish for one, the sender is asked seldom, and
 * again when it does not come. One thread; nothing allocates. */
#ifndef SFU_FORWARD_KEYFRAME_H
#define SFU_FORWARD_KEYFRAME_H

#include <stdbool.h>
#include <stdint.h>

enum {
    KEYFRAME_LEAST_INTERVAL_US = 300000, /* between two requests: an encoder's own limit, too */
    KEYFRAME_LONGEST_WAIT_US = 2400000,
    KEYFRAME_MAKING_US =
        100000,             /* beyond a round trip, until one that was asked for begins to arrive */
    KEYFRAME_MAX_TRIES = 5, /* for one wish; whoever still waits wishes again */
};

struct keyframe {
    bool wanted;
    bool asked; /* ever */
    uint8_t tries;
    int64_t asked_us;
};

/* Somebody wishes for one. True: ask now. `rtt_us`: the sender's, for how soon a request is repeated. */
bool keyframe_wish(struct keyframe *keyframe, int64_t rtt_us, int64_t now_us);

/* Regularly. True: ask (again) now. */
bool keyframe_is_due(struct keyframe *keyframe, int64_t rtt_us, int64_t now_us);

/* One begins to arrive. */
void keyframe_arrived(struct keyframe *keyframe);

#endif
