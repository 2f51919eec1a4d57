#include "tests/bench/histogram.h"

#include <glib.h>

/* Below HISTOGRAM_SUB a bucket a microsecond, above it HISTOGRAM_SUB buckets an octave. */
static unsigned bucket_of(uint64_t us)
{
    if (us < HISTOGRAM_SUB)
        return (unsigned)us;
    unsigned shift = (unsigned)(63 - __builtin_clzll(us)) - 5;
    unsigned bucket = (shift + 1) * HISTOGRAM_SUB + (unsigned)((us >> shift) - HISTOGRAM_SUB);
    return MIN(bucket, HISTOGRAM_BUCKETS - 1);
}

static int64_t bucket_end_us(unsigned bucket)
{
    if (bucket < HISTOGRAM_SUB)
        return bucket;
    unsigned shift = bucket / HISTOGRAM_SUB - 1;
    return ((int64_t)(bucket % HISTOGRAM_SUB + HISTOGRAM_SUB + 1) << shift) - 1;
}

void histogram_note(struct histogram *histogram, int64_t us)
{
    histogram->count++;
    histogram->buckets[bucket_of((uint64_t)MAX(us, 0))]++;
    histogram->max_us = MAX(histogram->max_us, us);
}

int64_t histogram_percentile_us(const struct histogram *histogram, double percent)
{
    double wanted = (double)histogram->count * percent / 100;
    uint64_t seen = 0;
    for (unsigned i = 0; i < HISTOGRAM_BUCKETS; i++) {
        seen += histogram->buckets[i];
        if (histogram->buckets[i] && (double)seen >= wanted)
            return MIN(bucket_end_us(i), histogram->max_us);
    }
    return 0;
}
