/* Durations counted in buckets 3 % apart, from a microsecond to half an hour. One thread. */
#ifndef TESTS_BENCH_HISTOGRAM_H
#define TESTS_BENCH_HISTOGRAM_H

#include <stdint.h>

enum { HISTOGRAM_SUB = 32, HISTOGRAM_BUCKETS = 32 * HISTOGRAM_SUB };

struct histogram {
    uint64_t count;
    uint64_t buckets[HISTOGRAM_BUCKETS];
    int64_t max_us;
};

/* Negative durations count as 0. */
void histogram_note(struct histogram *histogram, int64_t us);

/* The duration that `percent` of all do not exceed; 0 when there are none. */
int64_t histogram_percentile_us(const struct histogram *histogram, double percent);

#endif
