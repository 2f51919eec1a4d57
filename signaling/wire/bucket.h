/* A token bucket: so much a second, with a burst. Not shared between threads. */
#ifndef SIGNALING_WIRE_BUCKET_H
#define SIGNALING_WIRE_BUCKET_H

#include <stdbool.h>
#include <stdint.h>

struct sig_bucket {
    unsigned per_s, burst;
    int64_t level_us; /* tokens, each worth 1 s / per_s */
    int64_t seen_us;
};

static inline void sig_bucket_init(struct sig_bucket *bucket, unsigned per_s, unsigned burst,
                                   int64_t now_us)
{
    *bucket = (struct sig_bucket){per_s, burst, (int64_t)burst * 1000000 / per_s, now_us};
}

/* Takes one token; false when there is none. */
static inline bool sig_bucket_take(struct sig_bucket *bucket, int64_t now_us)
{
    int64_t token_us = 1000000 / bucket->per_s;
    int64_t full_us = (int64_t)bucket->burst * 1000000 / bucket->per_s;
    bucket->level_us += now_us - bucket->seen_us;
    bucket->seen_us = now_us;
    if (bucket->level_us > full_us)
        bucket->level_us = full_us;
    if (bucket->level_us < token_us)
        return false;
    bucket->level_us -= token_us;
    return true;
}

static inline bool sig_bucket_is_full(const struct sig_bucket *bucket, int64_t now_us)
{
    return bucket->level_us + (now_us - bucket->seen_us) >=
           (int64_t)bucket->burst * 1000000 / bucket->per_s;
}

#endif
