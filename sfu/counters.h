/* One worker's counters: the worker alone writes, any thread reads. A single writer needs no
 * read-modify-write: a relaxed load and store is an ordinary increment on every CPU we know. */
#ifndef SFU_COUNTERS_H
#define SFU_COUNTERS_H

#include "sfu/sfu.h"

#include <stdatomic.h>
#include <stdint.h>

struct counters {
    _Atomic uint64_t packets_in, packets_out, bytes_in, bytes_out;
    _Atomic uint64_t forwarded;
    _Atomic uint64_t nacks_in, nacks_answered, nacks_out, plis_in, plis_out;
    _Atomic uint64_t recovered;
    _Atomic uint64_t drops[SFU_DROP_COUNT];
    _Atomic uint64_t delay_count[SFU_DELAY_BUCKETS], delay_sum_us;
    _Atomic uint64_t tcp_packets_in, tcp_packets_out, tcp_bytes_in, tcp_bytes_out;
    _Atomic uint64_t tcp_accepted, tcp_cuts[SFU_TCP_CUTS];
    _Atomic uint64_t rooms, peers, tcp_open; /* gauges */
};

/* Worker thread. */
static inline void counter_add(_Atomic uint64_t *counter, uint64_t n)
{
    uint64_t value = atomic_load_explicit(counter, memory_order_relaxed);
    atomic_store_explicit(counter, value + n, memory_order_relaxed);
}

/* Worker thread. */
static inline void counters_drop(struct counters *counters, enum sfu_drop drop)
{
    counter_add(&counters->drops[drop], 1);
}

/* Worker thread. A gauge goes down by one. */
static inline void counter_sub(_Atomic uint64_t *gauge)
{
    counter_add(gauge, UINT64_MAX);
}

/* Worker thread. One packet was forwarded in this time. */
void counters_delay(struct counters *counters, int64_t delay_us);

/* Any thread. Adds this worker's numbers to the sum. */
void counters_sum(const struct counters *counters, struct sfu_counters *io_sum);

#endif
