/* What the writer of transport-wide feedback tells is what its reader hears; what is malformed is heard as nothing. */
#include <string.h>

#include <glib.h>

#include "sfu/rtp/transport_cc.h"
#include "sfu/rtp/transport_feedback.h"

enum { PACKETS = 3000, LOST_PERCENT = 20, FEEDBACK_EVERY = 37 };

static struct rtcp_packet packet_of(const uint8_t *data, size_t len)
{
    struct bytes_reader compound = bytes_reader(data, len);
    struct rtcp_packet packet;

    g_assert_true(rtcp_next(&compound, &packet));
    g_assert_cmpuint(packet.type, ==, RTCP_RTPFB);
    g_assert_cmpuint(packet.count, ==, RTCP_RTPFB_TRANSPORT_CC);
    return packet;
}

/* Arrival of each number as it was, and as it was heard; -1: not. */
struct told {
    int64_t was_us[PACKETS], heard_us[PACKETS];
};

static void all_tell(struct transport_cc *cc, struct transport_feedback *feedback, uint16_t first,
                     struct told *told)
{
    static struct transport_arrival arrivals[TRANSPORT_FEEDBACK_MOST];
    uint8_t data[1200];

    for (;;) {
        struct bytes_writer w = {.data = data, .cap = sizeof data};
        if (!transport_cc_write(cc, &w, 1, 2))
            return;
        struct rtcp_packet packet = packet_of(data, w.at);
        unsigned count = transport_feedback_read(feedback, &packet, arrivals);
        g_assert_cmpuint(count, >, 0);
        for (unsigned i = 0; i < count; i++) {
            unsigned no = (uint16_t)(arrivals[i].seq - first);
            if (no < PACKETS && arrivals[i].arrived)
                told->heard_us[no] = arrivals[i].arrival_us;
        }
    }
}

static void test_round_trip(void)
{
    static struct transport_cc cc;
    static struct told told;
    struct transport_feedback feedback = {0};
    const uint16_t first = 65000; /* wraps on the way */
    GRand *random = g_rand_new_with_seed(4);
    /* The reference time of 24 bits wraps on the way too. */
    int64_t now_us = (INT64_C(1) << 24) * TRANSPORT_REFERENCE_US - 5000000;

    for (unsigned i = 0; i < PACKETS; i++) {
        now_us += g_rand_int_range(random, 0, 12000);
        told.was_us[i] = told.heard_us[i] = -1;
        if (g_rand_int_range(random, 0, 100) >= LOST_PERCENT) {
            told.was_us[i] = now_us;
            transport_cc_arrived(&cc, (uint16_t)(first + i), now_us);
        }
        if (i % FEEDBACK_EVERY == 0)
            all_tell(&cc, &feedback, first, &told);
    }
    all_tell(&cc, &feedback, first, &told);

    int64_t offset_us = 0;
    bool has_offset = false;
    for (unsigned i = 0; i < PACKETS; i++) {
        g_assert_cmpint(told.was_us[i] < 0, ==, told.heard_us[i] < 0);
        if (told.was_us[i] < 0)
            continue;
        if (!has_offset)
            offset_us = told.heard_us[i] - told.was_us[i];
        has_offset = true;
        g_assert_cmpint(ABS(told.heard_us[i] - told.was_us[i] - offset_us), <=, TRANSPORT_DELTA_US);
    }
    g_rand_free(random);
}

static unsigned heard(const uint8_t *body, size_t len)
{
    static struct transport_arrival arrivals[TRANSPORT_FEEDBACK_MOST];
    struct transport_feedback feedback = {0};
    struct rtcp_packet packet = {
        .type = RTCP_RTPFB, .count = RTCP_RTPFB_TRANSPORT_CC, .body = body, .body_len = len};

    return transport_feedback_read(&feedback, &packet, arrivals);
}

static void test_malformed(void)
{
    /* SSRCs, base 10, 3 packets, reference 1, feedback 0; a run of 3 small deltas. */
    const uint8_t good[] = {0, 0, 0, 1, 0, 0, 0, 2, 0, 10, 0, 3, 0, 0, 1, 0, 0x20, 3, 4, 8, 12, 0};

    g_assert_cmpuint(heard(good, sizeof good), ==, 3);
    for (size_t len = 0; len < sizeof good - 1; len++)
        g_assert_cmpuint(heard(good, len), ==, 0);

    uint8_t bad[sizeof good];
    memcpy(bad, good, sizeof bad);
    bad[11] = 0; /* tells of nothing */
    g_assert_cmpuint(heard(bad, sizeof bad), ==, 0);
    memcpy(bad, good, sizeof bad);
    bad[10] = 0xff; /* … of more than it holds */
    g_assert_cmpuint(heard(bad, sizeof bad), ==, 0);
    memcpy(bad, good, sizeof bad);
    bad[17] = 0; /* a run of nothing */
    g_assert_cmpuint(heard(bad, sizeof bad), ==, 0);
    memcpy(bad, good, sizeof bad);
    bad[16] = 0x60; /* a symbol that is none */
    g_assert_cmpuint(heard(bad, sizeof bad), ==, 0);
}

/* A peer that turns its clock back by half of its range each time: times stay positive all the same. */
static void test_clock_stays_in_range(void)
{
    static struct transport_arrival arrivals[TRANSPORT_FEEDBACK_MOST];
    struct transport_feedback feedback = {0};
    const uint32_t steps[] = {1U << 23, (1U << 24) - 64, (1U << 24) - 1, 14400, 1U << 22};

    for (unsigned i = 0; i < 1000000; i++) {
        uint32_t reference = i / 5 * 7 + steps[i % 5] * i;
        uint8_t body[] = {
            0,         0, 0,    1, 0, 0, 0, 2, 0, 10, 0, 1, reference >> 16, reference >> 8,
            reference, 0, 0x20, 1, 4};
        struct rtcp_packet packet = {.body = body, .body_len = sizeof body};
        g_assert_cmpuint(transport_feedback_read(&feedback, &packet, arrivals), ==, 1);
        g_assert_cmpint(arrivals[0].arrival_us, >, 0);
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/transport_feedback/round_trip", test_round_trip);
    g_test_add_func("/transport_feedback/clock_stays_in_range", test_clock_stays_in_range);
    g_test_add_func("/transport_feedback/malformed", test_malformed);
    return g_test_run();
}
