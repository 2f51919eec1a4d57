/* What waits for a TCP connection: whole packets in order, a bound, room kept for what is short, and its age. */
#include "sfu/transport/backlog.h"

#include <glib.h>
#include <string.h>

static bool put(struct backlog *backlog, uint8_t filling, size_t len, int64_t now_us)
{
    static uint8_t data[2000];
    uint8_t head[2] = {(uint8_t)(len >> 8), (uint8_t)len};
    memset(data, filling, len);
    return backlog_put(backlog, head, sizeof head, data, len, 0, now_us);
}

static size_t read_all(struct backlog *backlog, uint8_t *ret, size_t most)
{
    struct iovec pieces[2];
    size_t len = 0;
    for (int i = 0, n = backlog_pieces(backlog, pieces); i < n; i++) {
        size_t part = MIN(pieces[i].iov_len, most - len);
        memcpy(ret + len, pieces[i].iov_base, part);
        len += part;
    }
    backlog_sent(backlog, len);
    return len;
}

static void test_round_and_round(void)
{
    struct backlog backlog = {0};
    uint8_t out[1302];
    g_assert_cmpint(backlog_init(&backlog), ==, 0);
    for (unsigned i = 0; i < 1000; i++) { /* five times around the ring */
        g_assert_true(put(&backlog, (uint8_t)i, 1300, i));
        g_assert_true(put(&backlog, (uint8_t)~i, 1300, i));
        for (unsigned k = 0; k < 2; k++) {
            g_assert_cmpuint(read_all(&backlog, out, sizeof out), ==, sizeof out);
            g_assert_cmpuint(out[0] << 8 | out[1], ==, 1300);
            g_assert_cmpuint(out[2], ==, (uint8_t)(k ? ~i : i));
            g_assert_cmpuint(out[1301], ==, out[2]);
        }
    }
    g_assert_cmpuint(backlog_used(&backlog), ==, 0);
    g_assert_cmpint(backlog_age_us(&backlog, 1000), ==, 0);
    backlog_finish(&backlog);
}

static void test_bound(void)
{
    struct backlog backlog = {0};
    unsigned of_long = 0, of_short = 0;
    g_assert_false(put(&backlog, 1, 10, 0)); /* a stranger's has no memory */
    g_assert_cmpint(backlog_init(&backlog), ==, 0);
    while (put(&backlog, 1, 1200, 0))
        of_long++;
    while (put(&backlog, 1, 100, 0))
        of_short++;
    g_assert_cmpuint(of_long, ==, BACKLOG_LONG_BYTES / 1202);
    g_assert_cmpuint(of_short, >=, (BACKLOG_BYTES - BACKLOG_LONG_BYTES) / 102);
    g_assert_cmpuint(backlog_used(&backlog), <=, BACKLOG_BYTES);
    backlog_finish(&backlog);
}

/* The kernel took the head and one byte more. */
static void test_begun(void)
{
    struct backlog backlog = {0};
    uint8_t out[16];
    g_assert_cmpint(backlog_init(&backlog), ==, 0);
    g_assert_true(
        backlog_put(&backlog, (const uint8_t *)"\0\4", 2, (const uint8_t *)"abcd", 4, 3, 0));
    g_assert_true(
        backlog_put(&backlog, (const uint8_t *)"\0\2", 2, (const uint8_t *)"ef", 2, 1, 0));
    g_assert_cmpuint(read_all(&backlog, out, sizeof out), ==, 6);
    g_assert_cmpmem(out, 6, "bcd\2ef", 6);
    backlog_finish(&backlog);
}

static void test_age(void)
{
    enum { STEP_US = 10000, STEPS = 200 };
    struct backlog backlog = {0};
    uint8_t out[102];
    g_assert_cmpint(backlog_init(&backlog), ==, 0);
    for (int64_t i = 0; i < STEPS; i++)
        g_assert_true(put(&backlog, 0, 100, i * STEP_US));
    g_assert_cmpint(backlog_age_us(&backlog, STEPS * STEP_US), ==, STEPS * STEP_US);
    for (int64_t i = 0; i < 30; i++) /* never younger than it is */
        read_all(&backlog, out, sizeof out);
    g_assert_cmpint(backlog_age_us(&backlog, STEPS * STEP_US), >=, (STEPS - 30) * STEP_US);
    g_assert_cmpint(backlog_age_us(&backlog, STEPS * STEP_US), <=,
                    (STEPS - 30) * STEP_US + BACKLOG_MARK_EVERY_US + STEP_US);
    while (read_all(&backlog, out, sizeof out))
        ;
    g_assert_cmpint(backlog_age_us(&backlog, STEPS * STEP_US), ==, 0);
    backlog_finish(&backlog);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/sfu/backlog/round-and-round", test_round_and_round);
    g_test_add_func("/sfu/backlog/bound", test_bound);
    g_test_add_func("/sfu/backlog/begun", test_begun);
    g_test_add_func("/sfu/backlog/age", test_age);
    return g_test_run();
}
