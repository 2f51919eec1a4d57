/* A token bucket: so many a second, with a burst. It begins full. One thread. */
#ifndef BASE_BUCKET_H
#define BASE_BUCKET_H

#include <stdbool.h>
#include <stdint.h>

struct bucket {
    int64_t cost_us;  /* time that pays for one token */
    int64_t burst_us; /* the most that is saved up */
    int64_t spent_us; /* monotonic time up to which everything is spent */
};

/* One token every `cost_us`, at most `burst` of them saved up. */
static inline struct bucket bucket_make_slow(int64_t cost_us, unsigned burst)
{
    return (struct bucket){
        .cost_us = cost_us, .burst_us = cost_us * (int64_t)burst, .spent_us = INT64_MIN / 2};
}

static inline struct bucket bucket_make(unsigned per_second, unsigned burst)
{
    return bucket_make_slow(1000000 / (int64_t)per_second, burst);
}

static inline bool bucket_is_full(const struct bucket *bucket, int64_t now_us)
{
    return bucket->spent_us <= now_us - bucket->burst_us;
}

/* How long until there is a token; 0: there is one. */
static inline int64_t bucket_wait_us(const struct bucket *bucket, int64_t now_us)
{
    int64_t at_us = bucket->spent_us + bucket->cost_us;
    return at_us > now_us ? at_us - now_us : 0;
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

/* Gives a token back that was taken at this time. */
static inline void bucket_give_back(struct bucket *bucket)
{
    bucket->spent_us -= bucket->cost_us;
}

#endif
