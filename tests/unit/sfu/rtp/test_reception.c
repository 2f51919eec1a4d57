#include "sfu/rtp/reception.h"

#include <glib.h>

static enum reception_verdict note(struct reception *r, uint16_t seq, int64_t *ret_number)
{
    return reception_note(r, seq, false, ret_number);
}

static void test_order(void)
{
    struct reception r = {0};
    int64_t first, n;
    g_assert_cmpint(note(&r, 65534, &first), ==, RECEPTION_NEW);
    g_assert_cmpint(note(&r, 1, &n), ==, RECEPTION_NEW); /* over the wrap, 65535 and 0 missing */
    g_assert_cmpint(n - first, ==, 3);
    g_assert_cmpint(note(&r, 0, &n), ==, RECEPTION_LATE);
    g_assert_cmpint(n - first, ==, 2);
    g_assert_cmpint(note(&r, 0, &n), ==, RECEPTION_DUPLICATE);
    g_assert_cmpint(note(&r, 65533, &n), ==, RECEPTION_LATE); /* before the first that came */
    g_assert_cmpint(n - first, ==, -1);
    g_assert_cmpint(reception_note(&r, 65535, true, &n), ==, RECEPTION_LATE);
    g_assert_cmpuint(r.unique, ==, 5);
    g_assert_cmpuint(r.received, ==, 5); /* four came, one twice; the repair does not count */
    g_assert_cmpuint(reception_expected(&r), ==, 5);
}

static void test_window(void)
{
    struct reception r = {0};
    int64_t n;
    note(&r, 1000, &n);
    for (unsigned i = 1; i <= RECEPTION_WINDOW; i++)
        g_assert_cmpint(note(&r, (uint16_t)(1000 + 2 * i), &n), ==, RECEPTION_NEW);
    uint16_t highest = 1000 + 2 * RECEPTION_WINDOW;
    g_assert_cmpint(note(&r, (uint16_t)(highest - RECEPTION_WINDOW + 1), &n), ==, RECEPTION_LATE);
    g_assert_cmpint(note(&r, (uint16_t)(highest - RECEPTION_WINDOW), &n), ==, RECEPTION_TOO_OLD);
    g_assert_cmpint(note(&r, (uint16_t)(highest - 2), &n), ==, RECEPTION_DUPLICATE);
    g_assert_cmpint(note(&r, (uint16_t)(highest + 2500), &n), ==,
                    RECEPTION_NEW); /* all of the window at once */
    for (unsigned back = 1; back < RECEPTION_WINDOW;
         back++) /* nothing of before is taken for seen */
        g_assert_cmpint(note(&r, (uint16_t)(highest + 2500 - back), &n), ==, RECEPTION_LATE);
}

static void test_restart(void)
{
    struct reception r = {0};
    int64_t before, n;
    note(&r, 100, &n);
    note(&r, 101, &before);
    g_assert_cmpint(note(&r, 30000, &n), ==, RECEPTION_TOO_OLD); /* one alone is noise */
    g_assert_cmpint(note(&r, 102, &before), ==, RECEPTION_NEW);
    g_assert_cmpint(note(&r, 30001, &n), ==, RECEPTION_TOO_OLD);
    g_assert_cmpint(note(&r, 30002, &n), ==, RECEPTION_RESTART);
    g_assert_cmpint(n, >, before + 60000);
    g_assert_cmpint(n & 0xffff, ==, 30002);
    g_assert_cmpint(note(&r, 30003, &n), ==, RECEPTION_NEW);
    g_assert_cmpuint(reception_expected(&r), ==, 5);
}

static void test_rebind_numbers_grow(void)
{
    struct reception r = {0};
    int64_t before, n;
    note(&r, 60000, &before);
    reception_rebind(&r);
    g_assert_cmpint(note(&r, 5, &n), ==, RECEPTION_NEW);
    g_assert_cmpint(n, >, before);
    g_assert_cmpuint(reception_expected(&r), ==, 1);
}

static void test_report(void)
{
    struct reception r = {0};
    struct rtcp_report_block block = {0};
    int64_t n;
    for (uint16_t seq = 0; seq < 100; seq++) {
        if (seq % 4 != 3)
            note(&r, seq, &n);
    }
    reception_report(&r, &block);
    g_assert_cmpint(block.lost, ==, 24); /* 99 was never expected */
    g_assert_cmpuint(block.fraction_lost, ==, 24 * 256 / 99);
    g_assert_cmpuint(block.highest_seq, ==, 98);
    for (uint32_t seq = 99; seq < 65536 + 10; seq++)
        note(&r, (uint16_t)seq, &n);
    reception_report(&r, &block);
    g_assert_cmpint(block.lost, ==, 24);
    g_assert_cmpuint(block.fraction_lost, ==, 0);
    g_assert_cmpuint(block.highest_seq, ==, 65536 + 9);
}

static void test_jitter(void)
{
    struct reception r = {0};
    int64_t t = 5000000;
    uint32_t timestamp = 0xffffff00; /* wraps soon */
    for (unsigned i = 0; i < 200; i++, t += 20000, timestamp += 960)
        reception_jitter_note(&r, timestamp, t, 48000);
    g_assert_cmpuint(r.jitter >> 4, ==, 0);
    for (unsigned i = 0; i < 400; i++, t += 20000, timestamp += 960) /* every other one 5 ms late */
        reception_jitter_note(&r, timestamp, t + (i % 2 ? 5000 : 0), 48000);
    g_assert_cmpuint(r.jitter >> 4, >, 230);
    g_assert_cmpuint(r.jitter >> 4, <, 241); /* 5 ms are 240 ticks */
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/rtp/reception/order", test_order);
    g_test_add_func("/rtp/reception/window", test_window);
    g_test_add_func("/rtp/reception/restart", test_restart);
    g_test_add_func("/rtp/reception/rebind-numbers-grow", test_rebind_numbers_grow);
    g_test_add_func("/rtp/reception/report", test_report);
    g_test_add_func("/rtp/reception/jitter", test_jitter);
    return g_test_run();
}
