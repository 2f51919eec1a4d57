/* The bad network itself: what is measured through it is only as good as it is. */
#include <string.h>

#include <glib.h>

#include "tests/harness/impair/link.h"

enum { PACKETS = 20000, STEP_US = 1000, BYTES = 972 /* 1000 on the wire */ };

/* Sends PACKETS, one each STEP_US; `seen` (may be NULL) is called for every copy. */
static void send_all(struct link *link, void (*seen)(int64_t sent_us, int64_t due_us, void *data),
                     void *data)
{
    for (int i = 0; i < PACKETS; i++) {
        const int64_t now_us = (int64_t)i * STEP_US;
        int64_t due_us[LINK_COPIES];
        const unsigned copies = link_pass(link, BYTES, now_us, due_us);
        for (unsigned k = 0; k < copies; k++) {
            if (seen)
                seen(now_us, due_us[k], data);
        }
    }
}

struct bounds {
    int64_t min_us, max_us, last_due_us;
    unsigned backwards;
};

static void bounds_take(int64_t sent_us, int64_t due_us, void *data)
{
    struct bounds *bounds = data;

    bounds->min_us = MIN(bounds->min_us, due_us - sent_us);
    bounds->max_us = MAX(bounds->max_us, due_us - sent_us);
    bounds->backwards += due_us < bounds->last_due_us;
    bounds->last_due_us = due_us;
}

static struct bounds bounds_of(struct link *link)
{
    struct bounds bounds = {.min_us = INT64_MAX};

    send_all(link, bounds_take, &bounds);
    return bounds;
}

static void test_perfect(void)
{
    struct link link;
    link_init(&link, 7);
    const struct bounds bounds = bounds_of(&link);

    g_assert_cmpuint(link.counts.passed, ==, PACKETS);
    g_assert_cmpint(bounds.max_us, ==, 0);
}

static void test_loss(void)
{
    struct link link;
    link_init(&link, 7);
    link.config.loss = 0.05;
    send_all(&link, NULL, NULL);

    g_assert_cmpuint(link.counts.lost + link.counts.passed, ==, PACKETS);
    g_assert_cmpuint(link.counts.lost, >, PACKETS * 4 / 100);
    g_assert_cmpuint(link.counts.lost, <, PACKETS * 6 / 100);
}

struct runs {
    int64_t last_sent_us;
    unsigned lost, runs;
};

static void runs_take(int64_t sent_us, int64_t due_us, void *data)
{
    struct runs *runs = data;
    const int64_t missing = (sent_us - runs->last_sent_us) / STEP_US - 1;

    (void)due_us;
    runs->lost += (unsigned)missing;
    runs->runs += missing > 0;
    runs->last_sent_us = sent_us;
}

static void test_bursts(void)
{
    struct link link;
    struct runs runs = {.last_sent_us = -STEP_US};
    link_init(&link, 7);
    link.config.burst_begin = 0.01;
    link.config.burst_end = 0.2; /* five packets on average */
    send_all(&link, runs_take, &runs);

    g_assert_cmpuint(runs.runs, >, 100);
    g_assert_cmpfloat((double)runs.lost / runs.runs, >, 4);
    g_assert_cmpfloat((double)runs.lost / runs.runs, <, 6);
}

static void test_delay_keeps_order(void)
{
    struct link link;
    link_init(&link, 7);
    link.config.delay_us = 40000;
    link.config.jitter_us = 30000;
    const struct bounds bounds = bounds_of(&link);

    g_assert_cmpint(bounds.min_us, >=, 40000);
    g_assert_cmpint(bounds.max_us, <=, 70000);
    g_assert_cmpint(bounds.max_us, >, 60000);
    g_assert_cmpuint(bounds.backwards, ==, 0);
}

static void test_reorder_and_duplicate(void)
{
    struct link link;
    link_init(&link, 7);
    link.config.reorder = 0.02;
    link.config.reorder_us = 5000;
    link.config.duplicate = 0.01;
    const struct bounds bounds = bounds_of(&link);

    g_assert_cmpuint(link.counts.reordered, >, PACKETS / 100);
    g_assert_cmpuint(link.counts.duplicated, >, PACKETS / 200);
    g_assert_cmpuint(bounds.backwards, >, 0);
    g_assert_cmpint(bounds.max_us, ==, 5000);
}

/* 8 Mbit/s come in, 4 get through: half, after a queue that is always full. */
static void test_bottleneck(void)
{
    struct link link;
    link_init(&link, 7);
    link.config.rate_bps = 4000000;
    link.config.queue_us = 200000;
    const struct bounds bounds = bounds_of(&link);

    g_assert_cmpuint(link.counts.passed, >, PACKETS * 49 / 100);
    g_assert_cmpuint(link.counts.passed, <, PACKETS * 52 / 100);
    g_assert_cmpuint(link.counts.queue_full, ==, PACKETS - link.counts.passed);
    g_assert_cmpint(bounds.max_us, <=, 200000 + 2000); /* and its own time on the wire */
    g_assert_cmpuint(link_waited_ms(&link, 0.95), >=, 195);
    g_assert_cmpuint(bounds.backwards, ==, 0);
}

static void test_black(void)
{
    struct link link;
    link_init(&link, 7);
    link.config.black = true;
    send_all(&link, NULL, NULL);

    g_assert_cmpuint(link.counts.passed, ==, 0);
    g_assert_cmpuint(link.counts.black, ==, PACKETS);
}

static void fate_keep(int64_t sent_us, int64_t due_us, void *data)
{
    (void)due_us;
    g_array_append_val((GArray *)data, sent_us);
}

static void test_same_seed_same_fate(void)
{
    g_autoptr(GArray) first = g_array_new(FALSE, FALSE, sizeof(int64_t));
    g_autoptr(GArray) again = g_array_new(FALSE, FALSE, sizeof(int64_t));
    g_autoptr(GArray) other = g_array_new(FALSE, FALSE, sizeof(int64_t));
    GArray *runs[] = {first, again, other};

    for (int i = 0; i < 3; i++) {
        struct link link;
        link_init(&link, i < 2 ? 7 : 8);
        link.config.loss = 0.1;
        link.config.jitter_us = i == 1 ? 5000 : 0; /* leaves the losses alone */
        send_all(&link, fate_keep, runs[i]);
    }
    g_assert_cmpmem(first->data, first->len * sizeof(int64_t), again->data,
                    again->len * sizeof(int64_t));
    g_assert_true(first->len != other->len ||
                  memcmp(first->data, other->data, first->len * sizeof(int64_t)) != 0);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/link/perfect", test_perfect);
    g_test_add_func("/link/loss", test_loss);
    g_test_add_func("/link/bursts", test_bursts);
    g_test_add_func("/link/delay_keeps_order", test_delay_keeps_order);
    g_test_add_func("/link/reorder_and_duplicate", test_reorder_and_duplicate);
    g_test_add_func("/link/bottleneck", test_bottleneck);
    g_test_add_func("/link/black", test_black);
    g_test_add_func("/link/same_seed_same_fate", test_same_seed_same_fate);
    return g_test_run();
}
