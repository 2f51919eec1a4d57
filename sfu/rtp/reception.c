#include "sfu/rtp/reception.h"

#include <string.h>

#include "sfu/rtp/sequence.h"

enum { MAX_DROPOUT = 3000 }; /* RFC 3550 A.1 */

static bool seen_test_and_set(struct reception *reception, int64_t extended)
{
    size_t bit = (size_t)extended % RECEPTION_WINDOW;
    uint64_t mask = UINT64_C(1) << bit % 64;
    bool seen = reception->seen[bit / 64] & mask;
    reception->seen[bit / 64] |= mask;
    return seen;
}

static void highest_move(struct reception *reception, int64_t extended)
{
    int64_t ahead = extended - reception->highest;
    if (ahead >= RECEPTION_WINDOW) {
        memset(reception->seen, 0, sizeof reception->seen);
    } else {
        for (int64_t i = reception->highest + 1; i <= extended; i++) {
            size_t bit = (size_t)i % RECEPTION_WINDOW;
            reception->seen[bit / 64] &= ~(UINT64_C(1) << bit % 64);
        }
    }
    reception->highest = extended;
}

static void stream_start(struct reception *reception, int64_t extended)
{
    memset(reception->seen, 0, sizeof reception->seen);
    if (reception->started)
        reception->cycles_base = reception_expected(reception);
    reception->started = true;
    reception->first = reception->highest = extended;
    reception->restart_expected = false;
    reception->transit_known = false;
}

static void count(struct reception *reception, bool repaired)
{
    reception->unique++;
    if (!repaired)
        reception->received++;
}

static enum reception_verdict far_off(struct reception *reception, uint16_t seq, bool repaired,
                                      int64_t *ret_extended)
{
    if (repaired)
        return RECEPTION_TOO_OLD;
    if (!reception->restart_expected || seq != reception->restart_seq) {
        reception->restart_expected = true;
        reception->restart_seq = (uint16_t)(seq + 1);
        return RECEPTION_TOO_OLD;
    }
    int64_t extended = ((reception->highest >> 16) + 2) * 65536 + seq;
    stream_start(reception, extended);
    seen_test_and_set(reception, extended);
    count(reception, repaired);
    *ret_extended = extended;
    return RECEPTION_RESTART;
}

enum reception_verdict reception_note(struct reception *reception, uint16_t seq, bool repaired,
                                      int64_t *ret_extended)
{
    if (!reception->started) {
        /* After a rebind `highest` is kept, so that numbers only ever grow. */
        int64_t base = reception->highest ? ((reception->highest >> 16) + 2) * 65536 : 65536;
        stream_start(reception, base + seq);
        seen_test_and_set(reception, reception->highest);
        count(reception, repaired);
        *ret_extended = reception->highest;
        return RECEPTION_NEW;
    }
    int64_t extended = sequence_near(reception->highest, seq);
    int64_t ahead = extended - reception->highest;
    if (ahead > MAX_DROPOUT || ahead <= -RECEPTION_WINDOW)
        return far_off(reception, seq, repaired, ret_extended);
    reception->restart_expected = false;
    *ret_extended = extended;
    if (ahead > 0) {
        highest_move(reception, extended);
        seen_test_and_set(reception, extended);
        count(reception, repaired);
        return RECEPTION_NEW;
    }
    if (extended < reception->first)
        reception->first = extended; /* the first packets came in another order */
    if (seen_test_and_set(reception, extended)) {
        if (!repaired)
            reception->received++; /* RFC 3550 A.3 counts duplicates as received */
        return RECEPTION_DUPLICATE;
    }
    count(reception, repaired);
    return RECEPTION_LATE;
}

bool reception_lacks(const struct reception *reception, int64_t number)
{
    if (!reception->started || number < reception->first ||
        number <= reception->highest - RECEPTION_WINDOW)
        return false;
    if (number > reception->highest)
        return true;
    size_t bit = (size_t)number % RECEPTION_WINDOW;
    return !(reception->seen[bit / 64] >> bit % 64 & 1);
}

void reception_rebind(struct reception *reception)
{
    *reception = (struct reception){.highest = reception->highest};
}

void reception_jitter_note(struct reception *reception, uint32_t timestamp, int64_t arrival_us,
                           uint32_t rate)
{
    int64_t transit = arrival_us * (int64_t)rate / 1000000 - (int64_t)timestamp;
    if (!reception->transit_known) {
        reception->transit_known = true;
        reception->transit = transit;
        return;
    }
    int32_t d =
        (int32_t)(uint32_t)(transit -
                            reception
                                ->transit); /* the timestamp wraps, the difference does not care */
    reception->transit = transit;
    if (d == INT32_MIN)
        return;
    uint32_t change = (uint32_t)(d < 0 ? -d : d);
    if (change > rate * 10)
        return; /* the sender's timestamps jumped: that is no jitter */
    reception->jitter += change - ((reception->jitter + 8) >> 4);
}

uint32_t reception_expected(const struct reception *reception)
{
    if (!reception->started)
        return 0;
    return reception->cycles_base + (uint32_t)(reception->highest - reception->first + 1);
}

void reception_report(struct reception *reception, struct rtcp_report_block *ret_block)
{
    uint32_t expected = reception_expected(reception);
    int64_t lost = (int64_t)expected - reception->received;
    uint32_t expected_now = expected - reception->expected_prior;
    int64_t lost_now =
        (int64_t)expected_now - (int64_t)(reception->received - reception->received_prior);
    reception->expected_prior = expected;
    reception->received_prior = reception->received;
    if (lost > 0x7fffff)
        lost = 0x7fffff;
    if (lost < -0x800000)
        lost = -0x800000;
    ret_block->lost = (int32_t)lost;
    ret_block->fraction_lost = 0;
    if (expected_now > 0 && lost_now > 0)
        ret_block->fraction_lost =
            (uint8_t)(lost_now >= expected_now ? 255 : lost_now * 256 / expected_now);
    ret_block->highest_seq = (uint32_t)(reception->highest - 65536);
    ret_block->jitter = reception->jitter >> 4;
}
