#include "sfu/forward/keyframe.h"

/* A new wish waits only until an encoder would make another one; a wish that was told already, until the
 * answer could be here, and then ever longer. */
static int64_t wait_us(const struct keyframe *keyframe, int64_t rtt_us)
{
    if (keyframe->tries == 0)
        return KEYFRAME_LEAST_INTERVAL_US;
    int64_t us = rtt_us + KEYFRAME_MAKING_US;
    if (us < KEYFRAME_LEAST_INTERVAL_US)
        us = KEYFRAME_LEAST_INTERVAL_US;
    us <<= keyframe->tries - 1;
    return us < KEYFRAME_LONGEST_WAIT_US ? us : KEYFRAME_LONGEST_WAIT_US;
}

bool keyframe_wish(struct keyframe *keyframe, int64_t rtt_us, int64_t now_us)
{
    if (!keyframe->wanted) {
        keyframe->wanted = true;
        keyframe->tries = 0;
    }
    return keyframe_is_due(keyframe, rtt_us, now_us);
}

bool keyframe_is_due(struct keyframe *keyframe, int64_t rtt_us, int64_t now_us)
{
    if (!keyframe->wanted)
        return false;
    if (keyframe->asked && now_us - keyframe->asked_us < wait_us(keyframe, rtt_us))
        return false;
    if (keyframe->tries == KEYFRAME_MAX_TRIES) {
        keyframe->wanted = false;
        return false;
    }
    keyframe->tries++;
    keyframe->asked = true;
    keyframe->asked_us = now_us;
    return true;
}

void keyframe_arrived(struct keyframe *keyframe)
{
    keyframe->wanted = false;
}
