/* 16-bit sequence numbers (and 32-bit timestamps) on an endless line: RFC 3550 section 5.1 numbers
 * wrap, bookkeeping must not. Inline: this is on the per-packet path. */
#ifndef SFU_RTP_SEQUENCE_H
#define SFU_RTP_SEQUENCE_H

#include <stdbool.h>
#include <stdint.h>

/* The extended number nearest to `near` whose lower 16 bits are `seq`. */
static inline int64_t sequence_near(int64_t near, uint16_t seq)
{
    return near + (int16_t)(uint16_t)(seq - (uint16_t)near);
}

/* Where a stream of unknown start begins: away from zero, so that a reordered packet before the
 * first one still has a positive number. */
static inline int64_t sequence_first(uint16_t seq)
{
    return 65536 + (int64_t)seq;
}

/* Whether 32-bit timestamp `a` is later than `b`, on the shorter way round. */
static inline bool timestamp_after(uint32_t a, uint32_t b)
{
    return (int32_t)(a - b) > 0;
}

#endif
