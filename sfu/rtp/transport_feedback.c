#include "sfu/rtp/transport_feedback.h"

enum symbol { NOT_RECEIVED = 0, SMALL_DELTA = 1, LARGE_DELTA = 2 };

enum {
    REFERENCE_BITS = 24,
    REFERENCE_BACK = 64,     /* 4 s: feedback that was overtaken */
    REFERENCE_AHEAD = 14400, /* 15 min: more is another clock, or a hostile one */
};

/* Symbols of a chunk, put behind those that are there. Returns how many there are then. */
static unsigned chunk_read(uint16_t chunk, unsigned at, unsigned count, uint8_t *symbols)
{
    if (!(chunk & 0x8000)) {
        for (unsigned run = chunk & 0x1fff; run > 0 && at < count; run--)
            symbols[at++] = chunk >> 13 & 3;
    } else if (chunk & 0x4000) {
        for (int shift = 12; shift >= 0 && at < count; shift -= 2)
            symbols[at++] = chunk >> shift & 3;
    } else {
        for (int shift = 13; shift >= 0 && at < count; shift--)
            symbols[at++] = chunk >> shift & 1;
    }
    return at;
}

/* What does not fit the clock so far begins a new one, so that it never leaves its range whatever a peer says: times
 * are positive and far from overflowing. */
static int64_t reference_unwrap(struct transport_feedback *feedback, uint32_t reference)
{
    const uint32_t mask = (1U << REFERENCE_BITS) - 1;
    const int64_t first = INT64_C(1) << REFERENCE_BITS;
    uint32_t ahead = (reference - (uint32_t)feedback->reference) & mask;
    uint32_t back = -ahead & mask;
    bool is_usable = feedback->known && feedback->reference < INT64_C(1) << 40;
    if (is_usable && ahead <= REFERENCE_AHEAD)
        feedback->reference += ahead;
    else if (is_usable && back <= REFERENCE_BACK && feedback->reference - back >= first / 2)
        feedback->reference -= back;
    else
        feedback->reference = first + (reference & mask);
    feedback->known = true;
    return feedback->reference;
}

unsigned transport_feedback_read(struct transport_feedback *feedback,
                                 const struct rtcp_packet *packet,
                                 struct transport_arrival ret_arrivals[TRANSPORT_FEEDBACK_MOST])
{
    struct bytes_reader r = bytes_reader(packet->body, packet->body_len);
    uint8_t symbols[TRANSPORT_FEEDBACK_MOST];

    bytes_skip(&r, 8); /* sender's and media's SSRC */
    uint16_t base = bytes_u16(&r);
    unsigned count = bytes_u16(&r);
    uint32_t reference = bytes_u24(&r);
    bytes_skip(&r, 1); /* number of the feedback */
    if (r.bad || count == 0 || count > TRANSPORT_FEEDBACK_MOST)
        return 0;
    for (unsigned at = 0; at < count;) {
        uint16_t chunk = bytes_u16(&r);
        if (r.bad)
            return 0;
        unsigned next = chunk_read(chunk, at, count, symbols);
        if (next == at)
            return 0; /* a run of nothing */
        at = next;
    }
    struct transport_feedback clock = *feedback;
    int64_t at_us = reference_unwrap(&clock, reference) * TRANSPORT_REFERENCE_US;
    for (unsigned i = 0; i < count; i++) {
        if (symbols[i] == SMALL_DELTA)
            at_us += bytes_u8(&r) * TRANSPORT_DELTA_US;
        else if (symbols[i] == LARGE_DELTA)
            at_us += (int16_t)bytes_u16(&r) * TRANSPORT_DELTA_US;
        else if (symbols[i] != NOT_RECEIVED)
            return 0;
        ret_arrivals[i] = (struct transport_arrival){
            .seq = (uint16_t)(base + i),
            .arrived = symbols[i] != NOT_RECEIVED,
            .arrival_us = at_us,
        };
    }
    if (r.bad)
        return 0;
    *feedback = clock;
    return count;
}
