/* The estimator on a simulated line: a sender that obeys it, a link with a queue, feedback every 50 ms. */
#include <string.h>

#include <glib.h>

#include "sfu/bwe/bwe.h"
#include "tests/harness/impair/link.h"

enum {
    FRAME_US = 33333,
    FEEDBACK_US = 50000,
    PACKET_BYTES = 1100,
    MOST_SENT = 1 << 16,
    WIRE = PACKET_BYTES + LINK_OVERHEAD_BYTES,
};

/* What one sender sends through one link, as it is told by the estimator. */
struct line {
    struct bwe *bwe;
    struct link link;
    int64_t now_us, frame_at_us, feedback_at_us;
    int64_t wanted_bps; /* what the sender would like; the estimate caps it */
    double credit_bytes;
    uint16_t seq, told;
    int64_t due_us[MOST_SENT]; /* by number; -1 lost */
    uint64_t sent_bytes;
    int64_t back_us; /* the way of the feedback */
};

static void line_init(struct line *line, int64_t rate_bps, int64_t wanted_bps)
{
    memset(line, 0, sizeof *line);
    line->bwe = bwe_gcc_create(&(struct bwe_limits){30000, 300000, 5000000});
    link_init(&line->link, 5);
    line->link.config.rate_bps = (uint64_t)rate_bps;
    line->link.config.delay_us = 20000;
    line->link.config.queue_us = 1000000;
    line->wanted_bps = wanted_bps;
    line->back_us = 20000;
    line->now_us = line->frame_at_us = 1000000;
    line->feedback_at_us = line->now_us + FEEDBACK_US;
}

static void packet_send(struct line *line)
{
    int64_t due_us[LINK_COPIES];
    unsigned copies = link_pass(&line->link, PACKET_BYTES, line->now_us, due_us);

    line->due_us[line->seq] = copies ? due_us[0] : -1;
    bwe_sent(line->bwe, line->seq++, WIRE, line->now_us);
    line->sent_bytes += WIRE;
}

static void frame_send(struct line *line)
{
    double bps = MIN((double)line->wanted_bps, (double)bwe_estimate_bps(line->bwe));

    line->credit_bytes += bps * FRAME_US / 8e6;
    for (; line->credit_bytes >= WIRE; line->credit_bytes -= WIRE)
        packet_send(line);
}

/* Tells of what has arrived so far, losses before it included. */
static void feed_back(struct line *line)
{
    static struct transport_arrival arrivals[TRANSPORT_FEEDBACK_MOST];
    uint16_t end = line->told;
    unsigned count = 0;

    for (uint16_t seq = line->told; seq != line->seq; seq++) {
        if (line->due_us[seq] >= 0 && line->due_us[seq] <= line->now_us - line->back_us)
            end = (uint16_t)(seq + 1);
    }
    for (; line->told != end && count < TRANSPORT_FEEDBACK_MOST; line->told++) {
        int64_t due_us = line->due_us[line->told];
        arrivals[count++] = (struct transport_arrival){line->told, due_us >= 0, due_us};
    }
    if (count)
        bwe_fed_back(line->bwe, arrivals, count, 40000, line->now_us);
}

static void line_run(struct line *line, int64_t seconds)
{
    int64_t until_us = line->now_us + seconds * 1000000;

    while (line->now_us < until_us) {
        line->now_us = MIN(line->frame_at_us, line->feedback_at_us);
        if (line->now_us == line->frame_at_us) {
            frame_send(line);
            line->frame_at_us += FRAME_US;
        } else {
            feed_back(line);
            line->feedback_at_us += FEEDBACK_US;
        }
    }
}

/* Mean rate of the next `seconds`. */
static double line_bps(struct line *line, int64_t seconds)
{
    uint64_t before = line->sent_bytes;

    link_forget(&line->link);
    line_run(line, seconds);
    return (double)(line->sent_bytes - before) * 8 / (double)seconds;
}

static void line_finish(struct line *line)
{
    bwe_destroy(line->bwe);
}

static void test_narrow(void)
{
    static struct line line;
    line_init(&line, 300000, 1500000);
    line_run(&line, 5);
    double bps = line_bps(&line, 55);

    g_test_message("300 kbit/s: %.0f kbit/s, p95 %u ms", bps / 1000,
                   link_waited_ms(&line.link, 0.95));
    g_assert_cmpfloat(bps, >, 300000 * 0.8);
    g_assert_cmpuint(line.link.counts.queue_full, ==, 0);
    g_assert_cmpuint(link_waited_ms(&line.link, 0.95), <, 300);

    line.link.config.rate_bps = 2000000;
    line_run(&line, 12);
    bps = line_bps(&line, 3);
    g_test_message("2 Mbit/s, 12 s later: %.0f kbit/s", bps / 1000);
    g_assert_cmpfloat(bps, >, 1000000);
    line_finish(&line);
}

static void test_down_and_up(void)
{
    static struct line line;
    line_init(&line, 2000000, 1500000);
    line_run(&line, 30);
    g_assert_cmpfloat(line_bps(&line, 5), >, 1400000);

    line.link.config.rate_bps = 500000;
    line_run(&line, 3);
    double narrow_bps = line_bps(&line, 10);
    g_test_message("down: %.0f kbit/s, p95 %u ms", narrow_bps / 1000,
                   link_waited_ms(&line.link, 0.95));
    g_assert_cmpfloat(narrow_bps, <, 520000);
    g_assert_cmpfloat(narrow_bps, >, 380000);

    line.link.config.rate_bps = 2000000;
    line_run(&line, 15);
    double wide_bps = line_bps(&line, 5);
    g_test_message("15 s after the way is free: %.0f kbit/s", wide_bps / 1000);
    g_assert_cmpfloat(wide_bps, >, 1300000);
    line_finish(&line);
}

static void test_random_loss(void)
{
    static struct line line;
    line_init(&line, 0, 1000000);
    line.link.config.loss = 0.05;
    line_run(&line, 30);

    g_assert_cmpfloat(line_bps(&line, 10), >, 950000); /* 5 % is no sign of a full line */
    line.link.config.loss = 0.3;
    line_run(&line, 20);
    g_assert_cmpfloat(line_bps(&line, 10), <, 300000);
    line_finish(&line);
}

static void test_jitter_is_no_queue(void)
{
    static struct line line;
    line_init(&line, 0, 1000000);
    line.link.config.jitter_us = 15000;
    line_run(&line, 30);

    g_assert_cmpfloat(line_bps(&line, 10), >, 900000);
    line_finish(&line);
}

/* A sender of little is not told to send a lot. */
static void test_little_is_sent(void)
{
    static struct line line;
    line_init(&line, 0, 100000);
    line_run(&line, 120);

    g_assert_cmpuint(bwe_estimate_bps(line.bwe), <, 350000);
    line_finish(&line);
}

static void test_hostile_feedback(void)
{
    struct bwe *bwe = bwe_gcc_create(&(struct bwe_limits){30000, 300000, 2000000});
    GRand *random = g_rand_new_with_seed(3);
    struct transport_arrival arrivals[64];

    for (int turn = 0; turn < 20000; turn++) {
        if (g_rand_int(random) & 1)
            bwe_sent(bwe, (uint16_t)g_rand_int(random), g_rand_int(random) & 0xffff, turn * 1000);
        for (unsigned i = 0; i < G_N_ELEMENTS(arrivals); i++) {
            arrivals[i] = (struct transport_arrival){
                (uint16_t)g_rand_int(random), g_rand_int(random) & 1,
                (int64_t)g_rand_int(random) * (int64_t)(g_rand_int(random) & 0xffff)};
        }
        bwe_fed_back(bwe, arrivals, g_rand_int(random) % 64, g_rand_int_range(random, -1, 1 << 30),
                     turn * 1000);
        uint32_t bps = bwe_estimate_bps(bwe);
        g_assert_cmpuint(bps, >=, 30000);
        g_assert_cmpuint(bps, <=, 2000000);
    }
    g_rand_free(random);
    bwe_destroy(bwe);
}

static void test_null(void)
{
    struct bwe *bwe = bwe_null_create(&(struct bwe_limits){30000, 300000, 2000000});
    const struct transport_arrival lost = {.seq = 1};

    bwe_sent(bwe, 1, 1200, 0);
    bwe_fed_back(bwe, &lost, 1, -1, 0);
    g_assert_cmpuint(bwe_estimate_bps(bwe), ==, 2000000);
    bwe_destroy(bwe);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/gcc/narrow", test_narrow);
    g_test_add_func("/gcc/down_and_up", test_down_and_up);
    g_test_add_func("/gcc/random_loss", test_random_loss);
    g_test_add_func("/gcc/jitter_is_no_queue", test_jitter_is_no_queue);
    g_test_add_func("/gcc/little_is_sent", test_little_is_sent);
    g_test_add_func("/gcc/hostile_feedback", test_hostile_feedback);
    g_test_add_func("/gcc/null", test_null);
    return g_test_run();
}
