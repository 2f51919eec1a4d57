/* A token bucket: so many a second, with a burst. One thread. */
#ifndef SFU_TRANSPORT_BUCKET_H
#define SFU_TRANSPORT_BUCKET_H

#include <stdbool.h>
#include <stdint.h>

struct bucket {
    int64_t cost_us;  /* time that pays for one token */
    int64_t burst_us; /* the most that is saved up */
    int64_t spent_us; /* monotonic time up to which everything is spent */
};

static inline struct bucket bucket_make(unsigned per_second, unsigned burst)
{
    int64_t cost_us = 1000000 / (int64_t)per_second;
    return (struct bucket){.cost_us = cost_us, .burst_us = cost_us * (int64_t)burst};
}

/* True and one token less, or false. */
static inline bool bucket_take(struct bucket *bucket, int64_t now_us)
{
    int64_t spent = bucket->spent_us;
    if (spent < now_us - bucket->burst_us)
        spent = now_us - bucket->burst_us;
    if (spent + bucket->cost_us > now_us)
        return false;
    bucket->spent_us = spent + bucket->cost_us;
    return true;
}

#endif
