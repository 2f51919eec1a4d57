/* The feedback is read by a decoder of its own, written from the draft alone, and held against what
 * arrived. */
#include "sfu/rtp/transport_cc.h"

#include <glib.h>
#include <string.h>

#include "sfu/rtp/rtcp.h"

enum { MAX_STATUS = 65536 };

struct decoded {
    uint16_t base, count;
    uint8_t feedback_count;
    int64_t arrivals_us[MAX_STATUS]; /* by place behind base; -1: not received */
};

static uint8_t *symbols_decode(struct bytes_reader *r, unsigned count)
{
    uint8_t *symbols = g_malloc0(count + 0x2000);
    for (unsigned at = 0; at < count;) {
        uint16_t chunk = bytes_u16(r);
        g_assert_false(r->bad);
        if (!(chunk & 0x8000)) {
            unsigned run = chunk & 0x1fff;
            g_assert_cmpuint(run, >, 0);
            memset(symbols + at, chunk >> 13 & 3, run);
            at += run;
        } else if (!(chunk & 0x4000)) {
            for (unsigned i = 0; i < 14; i++)
                symbols[at++] = chunk >> (13 - i) & 1;
        } else {
            for (unsigned i = 0; i < 7; i++)
                symbols[at++] = chunk >> (12 - 2 * i) & 3;
        }
    }
    return symbols;
}

static void decode(const uint8_t *data, size_t len, struct decoded *ret)
{
    struct bytes_reader compound = bytes_reader(data, len);
    struct rtcp_packet packet;
    g_assert_true(rtcp_is_valid(data, len));
    g_assert_true(rtcp_next(&compound, &packet));
    g_assert_cmpuint(packet.type, ==, 205);
    g_assert_cmpuint(packet.count, ==, 15);
    g_assert_cmpuint(bytes_left(&compound), ==, 0);
    struct bytes_reader r = bytes_reader(packet.body, packet.body_len);
    g_assert_cmpuint(bytes_u32(&r), ==, 1);
    g_assert_cmpuint(bytes_u32(&r), ==, 2);
    ret->base = bytes_u16(&r);
    ret->count = bytes_u16(&r);
    int64_t at_us = (int64_t)bytes_u24(&r) * 64000;
    ret->feedback_count = bytes_u8(&r);
    g_autofree uint8_t *symbols = symbols_decode(&r, ret->count);
    for (unsigned i = 0; i < ret->count; i++) {
        ret->arrivals_us[i] = -1;
        if (symbols[i] == 0)
            continue;
        g_assert_cmpuint(symbols[i], <, 3);
        at_us += 250 * (symbols[i] == 1 ? bytes_u8(&r) : (int16_t)bytes_u16(&r));
        ret->arrivals_us[i] = at_us;
    }
    g_assert_false(r.bad);
    g_assert_cmpuint(bytes_left(&r), ==, 0);
}

struct world {
    struct transport_cc cc;
    int64_t true_us[65536], told_us[65536]; /* -1: not */
    uint8_t next_count;
    unsigned feedbacks;
};

static struct world *world_make(void)
{
    struct world *world = g_new0(struct world, 1);
    for (unsigned i = 0; i < 65536; i++)
        world->true_us[i] = world->told_us[i] = -1;
    return world;
}

static void arrive(struct world *world, uint16_t seq, int64_t now_us)
{
    transport_cc_arrived(&world->cc, seq, now_us);
    if (world->true_us[seq] < 0)
        world->true_us[seq] = now_us;
}

static void feed_back(struct world *world, size_t cap)
{
    uint8_t buf[1500];
    for (;;) {
        struct bytes_writer w = bytes_writer(buf, cap);
        if (!transport_cc_write(&world->cc, &w, 1, 2))
            return;
        g_assert_false(w.bad);
        g_autofree struct decoded *d = g_new(struct decoded, 1);
        decode(buf, w.at, d);
        g_assert_cmpuint(d->feedback_count, ==, world->next_count++);
        world->feedbacks++;
        for (unsigned i = 0; i < d->count; i++) {
            uint16_t seq = (uint16_t)(d->base + i);
            if (d->arrivals_us[i] >= 0)
                world->told_us[seq] = d->arrivals_us[i];
            else
                g_assert_cmpint(world->true_us[seq], <, 0); /* never told lost after it came */
        }
    }
}

static void check_all_told(const struct world *world)
{
    for (unsigned i = 0; i < 65536; i++) {
        if (world->true_us[i] < 0)
            g_assert_cmpint(world->told_us[i], <, 0);
        else
            g_assert_cmpint(ABS(world->told_us[i] - world->true_us[i]), <=, 125);
    }
}

static void test_steady(void)
{
    g_autofree struct world *world = world_make();
    int64_t t = 12345678;
    for (unsigned i = 0; i < 300; i++, t += 1700) {
        arrive(world, (uint16_t)(65400 + i), t);
        if (i % 30 == 29)
            feed_back(world, 1200);
    }
    check_all_told(world);
    g_assert_cmpuint(world->feedbacks, ==, 10);
}

static void test_lossy_and_reordered(void)
{
    g_autofree struct world *world = world_make();
    int64_t t = 99000000;
    for (unsigned i = 0; i < 20000; i++) {
        t += g_test_rand_int_range(0, 30) == 0 ? 90000 : g_test_rand_int_range(0, 3000);
        unsigned dice = (unsigned)g_test_rand_int_range(0, 100);
        uint16_t seq = (uint16_t)(60000 + i);
        if (dice < 5)
            continue; /* lost */
        if (dice < 10 && i > 50)
            seq = (uint16_t)(seq - (unsigned)g_test_rand_int_range(0, 40)); /* late or twice */
        arrive(world, seq, t);
        if (g_test_rand_int_range(0, 40) == 0)
            feed_back(world, 1200);
    }
    feed_back(world, 1200);
    check_all_told(world);
}

static void test_long_loss_and_pause(void)
{
    g_autofree struct world *world = world_make();
    arrive(world, 100, 1000000);
    arrive(world, 101, 1010000);
    arrive(world, 500, 1020000);  /* 398 lost in one run */
    arrive(world, 501, 30000000); /* 29 s later: does not fit into one feedback packet */
    arrive(world, 502, 30000100);
    feed_back(world, 1200);
    check_all_told(world);
    g_assert_cmpuint(world->feedbacks, ==, 2);
}

static void test_small_packets(void)
{
    g_autofree struct world *world = world_make();
    for (unsigned i = 0; i < 500; i++)
        arrive(world, (uint16_t)i, 5000000 + i * 70000); /* each delta takes two bytes */
    feed_back(world, 400);
    check_all_told(world);
    g_assert_cmpuint(world->feedbacks, >, 2);
}

static void test_late_after_feedback(void)
{
    g_autofree struct world *world = world_make();
    arrive(world, 10, 1000000);
    arrive(world, 12, 1001000);
    feed_back(world, 1200);
    arrive(world, 11, 1050000);
    feed_back(world, 1200);
    check_all_told(world);
    uint8_t buf[1200];
    struct bytes_writer w = bytes_writer(buf, sizeof buf);
    g_assert_false(transport_cc_write(&world->cc, &w, 1, 2));
    g_assert_cmpuint(w.at, ==, 0);
}

static void test_jump_starts_anew(void)
{
    g_autofree struct world *world = world_make();
    arrive(world, 10, 1000000);
    feed_back(world, 1200);
    arrive(world, 20000, 1001000);
    arrive(world, 20001, 1002000);
    feed_back(world, 1200);
    check_all_told(world);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/rtp/transport-cc/steady", test_steady);
    g_test_add_func("/rtp/transport-cc/lossy-and-reordered", test_lossy_and_reordered);
    g_test_add_func("/rtp/transport-cc/long-loss-and-pause", test_long_loss_and_pause);
    g_test_add_func("/rtp/transport-cc/small-packets", test_small_packets);
    g_test_add_func("/rtp/transport-cc/late-after-feedback", test_late_after_feedback);
    g_test_add_func("/rtp/transport-cc/jump-starts-anew", test_jump_starts_anew);
    return g_test_run();
}
