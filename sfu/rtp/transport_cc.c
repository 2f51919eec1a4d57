#include "sfu/rtp/transport_cc.h"

#include "sfu/rtp/rtcp.h"
#include "sfu/rtp/sequence.h"

/* Section 3.1 of the draft. */
enum {
    REFERENCE_US = 64000,
    DELTA_US = 250,
    RUN_MAX = 0x1fff,
    ONE_BIT_SYMBOLS = 14,
    TWO_BIT_SYMBOLS = 7,
};

enum symbol { NOT_RECEIVED = 0, SMALL_DELTA = 1, LARGE_DELTA = 2 };

/* What one feedback packet will say: filled by plan(), then written. */
struct plan {
    int64_t base;
    unsigned count;
    int64_t reference; /* in units of 64 ms */
    uint8_t symbols[TRANSPORT_CC_WINDOW];
    int16_t deltas[TRANSPORT_CC_WINDOW]; /* of those received, in order */
    unsigned delta_count;
};

static int64_t *arrival(struct transport_cc *cc, int64_t number)
{
    return &cc->arrivals_us[number % TRANSPORT_CC_WINDOW];
}

static void start(struct transport_cc *cc, int64_t number)
{
    cc->started = true;
    cc->next = number;
    cc->end = number;
    cc->unreported = 0;
    for (unsigned i = 0; i < TRANSPORT_CC_WINDOW; i++)
        cc->arrivals_us[i] = -1;
}

void transport_cc_arrived(struct transport_cc *cc, uint16_t seq, int64_t now_us)
{
    if (!cc->started)
        start(cc, sequence_first(seq));
    int64_t number = sequence_near(cc->end, seq);
    if (number < cc->end - TRANSPORT_CC_BACK)
        return;
    if (number - cc->end > TRANSPORT_CC_WINDOW / 2)
        start(cc, number); /* a jump: what is missing between says nothing */
    for (; cc->end <= number; cc->end++)
        *arrival(cc, cc->end) = -1;
    if (*arrival(cc, number) >= 0)
        return;
    *arrival(cc, number) = now_us;
    cc->unreported++;
    if (number < cc->next)
        cc->next = number;
    if (cc->end - cc->next > TRANSPORT_CC_WINDOW)
        cc->next = cc->end - TRANSPORT_CC_WINDOW;
}

/* Chooses how many packets from `next` on go into one feedback packet of at most `cap` bytes. Two
 * bytes of chunk for seven symbols is the worst case, so the estimate is never too small. */
static bool plan(struct transport_cc *cc, size_t cap, struct plan *ret_plan)
{
    int64_t first = cc->next;
    while (first < cc->end && *arrival(cc, first) < 0)
        first++;
    if (first >= cc->end)
        return false;
    ret_plan->base = cc->next;
    ret_plan->count = 0;
    ret_plan->delta_count = 0;
    ret_plan->reference = *arrival(cc, first) / REFERENCE_US;
    int64_t at_us = ret_plan->reference * REFERENCE_US;
    size_t deltas_len = 0;
    for (int64_t n = cc->next; n < cc->end; n++) {
        size_t chunks_len = 2 * (ret_plan->count / TWO_BIT_SYMBOLS + 1);
        if (TRANSPORT_CC_BASE_BYTES + chunks_len + deltas_len + 2 + 3 > cap)
            break;
        enum symbol symbol = NOT_RECEIVED;
        if (*arrival(cc, n) >= 0) {
            int64_t diff_us = *arrival(cc, n) - at_us;
            int64_t delta = (diff_us + (diff_us < 0 ? -DELTA_US : DELTA_US) / 2) / DELTA_US;
            if (delta < INT16_MIN || delta > INT16_MAX)
                break; /* the next feedback packet gets its own reference time */
            symbol = delta >= 0 && delta <= 255 ? SMALL_DELTA : LARGE_DELTA;
            deltas_len += symbol == SMALL_DELTA ? 1 : 2;
            ret_plan->deltas[ret_plan->delta_count++] = (int16_t)delta;
            at_us += delta * DELTA_US;
        }
        ret_plan->symbols[ret_plan->count++] = (uint8_t)symbol;
    }
    return ret_plan->delta_count > 0;
}

/* The next chunk: a run when it covers at least as much as a vector would, else the tightest
 * vector. */
static unsigned chunk_write(const struct plan *p, unsigned at, struct bytes_writer *w)
{
    unsigned left = p->count - at;
    unsigned run = 1;
    while (run < left && run < RUN_MAX && p->symbols[at + run] == p->symbols[at])
        run++;
    unsigned narrow = 0; /* symbols from here on that one bit can tell */
    while (narrow < left && narrow < ONE_BIT_SYMBOLS && p->symbols[at + narrow] != LARGE_DELTA)
        narrow++;
    bool one_bit = narrow == ONE_BIT_SYMBOLS || narrow == left;
    unsigned capacity = one_bit ? ONE_BIT_SYMBOLS : TWO_BIT_SYMBOLS;
    if (run >= capacity || run == left) {
        bytes_put_u16(w, (uint16_t)(p->symbols[at] << 13 | run));
        return run;
    }
    unsigned covered = left < capacity ? left : capacity;
    uint16_t chunk = one_bit ? 0x8000 : 0xc000;
    unsigned width = one_bit ? 1 : 2;
    for (unsigned i = 0; i < covered; i++)
        chunk |= (uint16_t)(p->symbols[at + i] << (14 - width * (i + 1)));
    bytes_put_u16(w, chunk);
    return covered;
}

static void deltas_write(const struct plan *p, struct bytes_writer *w)
{
    unsigned next = 0;
    for (unsigned i = 0; i < p->count; i++) {
        if (p->symbols[i] == SMALL_DELTA)
            bytes_put_u8(w, (uint8_t)p->deltas[next++]);
        else if (p->symbols[i] == LARGE_DELTA)
            bytes_put_u16(w, (uint16_t)p->deltas[next++]);
    }
}

bool transport_cc_write(struct transport_cc *cc, struct bytes_writer *w, uint32_t sender_ssrc,
                        uint32_t media_ssrc)
{
    struct plan p;
    if (!cc->started || !plan(cc, w->cap - w->at, &p))
        return false;
    size_t begin;
    rtcp_begin(w, RTCP_RTPFB, RTCP_RTPFB_TRANSPORT_CC, &begin);
    bytes_put_u32(w, sender_ssrc);
    bytes_put_u32(w, media_ssrc);
    bytes_put_u16(w, (uint16_t)p.base);
    bytes_put_u16(w, (uint16_t)p.count);
    bytes_put_u24(w, (uint32_t)p.reference & 0xffffff);
    bytes_put_u8(w, cc->feedback_count++);
    for (unsigned at = 0; at < p.count;)
        at += chunk_write(&p, at, w);
    deltas_write(&p, w);
    size_t padding = (4 - (w->at - begin) % 4) % 4;
    for (size_t i = 1; i <= padding; i++)
        bytes_put_u8(w, (uint8_t)(i == padding ? padding : 0));
    rtcp_end(w, begin);
    if (padding && !w->bad)
        w->data[begin] |= 0x20;
    cc->next = p.base + p.count;
    cc->unreported = 0;
    return true;
}
