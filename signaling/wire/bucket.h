/* A token bucket: one every so often, with a burst. Not shared between threads. */
#ifndef SIGNALING_WIRE_BUCKET_H
#define SIGNALING_WIRE_BUCKET_H

#include <stdbool.h>
#include <stdint.h>

struct sig_bucket {
    int64_t token_us, full_us; /* the time that brings one token, and all of them */
    int64_t level_us;
    int64_t seen_us;
};

static inline void sig_bucket_init(struct sig_bucket *bucket, int64_t token_us, unsigned burst,
                                   int64_t now_us)
{
    *bucket = (struct sig_bucket){token_us, token_us * burst, token_us * burst, now_us};
}

/* Takes one token; false when there is none. */
static inline bool sig_bucket_take(struct sig_bucket *bucket, int64_t now_us)
{
    bucket->level_us += now_us - bucket->seen_us;
    bucket->seen_us = now_us;
    if (bucket->level_us > bucket->full_us)
        bucket->level_us = bucket->full_us;
    if (bucket->level_us < bucket->token_us)
        return false;
    bucket->level_us -= bucket->token_us;
    return true;
}

/* How long, from the last take on, until there is a token again. */
static inline int64_t sig_bucket_wait_us(const struct sig_bucket *bucket)
{
    return bucket->level_us < bucket->token_us ? bucket->token_us - bucket->level_us : 0;
}

static inline bool sig_bucket_is_full(const struct sig_bucket *bucket, int64_t now_us)
{
    return bucket->level_us + (now_us - bucket->seen_us) >= bucket->full_us;
}

#endif
