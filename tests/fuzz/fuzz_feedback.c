/* Transport-wide feedback of a hostile receiver, one after another, into the estimator of its line: what was sent in
 * between is real. Each piece of input is a length byte, the time that passed, and the body of a feedback. */
#include "sfu/bwe/bwe.h"
#include "sfu/rtp/transport_feedback.h"
#include "tests/fuzz/fuzz.h"

#include <assert.h>

enum { LEAST_BPS = 30000, MOST_BPS = 10000000, SENT_BETWEEN = 8 };

static void sent(struct bwe *bwe, uint16_t *seq, int64_t now_us)
{
    for (unsigned i = 0; i < SENT_BETWEEN; i++)
        bwe_sent(bwe, (*seq)++, 1200, now_us + i * 100);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct transport_arrival arrivals[TRANSPORT_FEEDBACK_MOST];
    const struct bwe_limits limits = {LEAST_BPS, MOST_BPS, MOST_BPS};
    struct bwe *bwe = bwe_gcc_create(&limits);
    struct transport_feedback clock = {0};
    struct bytes_reader r = bytes_reader(data, size);
    int64_t now_us = 1000000;
    uint16_t seq = 0;
    while (bwe && bytes_left(&r) > 2) {
        size_t len = bytes_u8(&r);
        now_us += (int64_t)bytes_u8(&r) * 1000;
        if (len > bytes_left(&r))
            len = bytes_left(&r);
        struct rtcp_packet packet = {.body = bytes_take(&r, len), .body_len = len};
        sent(bwe, &seq, now_us);
        unsigned count = transport_feedback_read(&clock, &packet, arrivals);
        for (unsigned i = 0; i < count; i++)
            assert(arrivals[i].arrival_us > 0);
        bwe_fed_back(bwe, arrivals, count, -1, now_us);
        assert(bwe_estimate_bps(bwe) >= LEAST_BPS && bwe_estimate_bps(bwe) <= MOST_BPS);
    }
    bwe_destroy(bwe);
    return 0;
}
