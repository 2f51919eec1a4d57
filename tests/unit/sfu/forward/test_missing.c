#include "sfu/forward/missing.h"

#include <glib.h>

enum { RTT = 50000 };

static void test_asks_and_gives_up(void)
{
    struct missing m = {0};
    uint16_t seqs[MISSING_MAX];
    int64_t given_up;
    g_assert_cmpint(missing_add(&m, 70000, 70003, 0), ==, 0);
    g_assert_cmpuint(missing_collect(&m, true, RTT, 0, seqs, &given_up), ==, 3);
    g_assert_cmpuint(seqs[0], ==, 70000 - 65536);
    g_assert_cmpuint(seqs[2], ==, 70002 - 65536);
    g_assert_cmpuint(missing_collect(&m, true, RTT, RTT, seqs, &given_up), ==,
                     0); /* on its way, perhaps */
    missing_remove(&m, 70001);
    missing_remove(&m, 1);
    g_assert_cmpuint(missing_collect(&m, true, RTT, RTT + 20000, seqs, &given_up), ==, 2);
    unsigned asked = 2;
    int64_t now = RTT + 20000;
    while (m.count > 0) {
        now += 10000;
        asked++;
        missing_collect(&m, true, RTT, now, seqs, &given_up);
        g_assert_cmpint(now, <=, MISSING_GIVE_UP_US);
    }
    g_assert_cmpint(given_up, ==, 70002);
    g_assert_cmpuint(asked, >, 10);
}

static void test_slow_line_gives_up_by_time(void)
{
    struct missing m = {0};
    uint16_t seqs[MISSING_MAX];
    int64_t given_up = 0, now = 0;
    unsigned asked = 0;
    missing_add(&m, 10, 11, 0);
    for (; m.count > 0; now += 20000)
        asked += missing_collect(&m, true, 400000, now, seqs, &given_up);
    g_assert_cmpint(given_up, ==, 10);
    g_assert_cmpuint(asked, ==, 3); /* 0, 420, 840 ms */
}

static void test_without_nack(void)
{
    struct missing m = {0};
    uint16_t seqs[MISSING_MAX];
    int64_t given_up;
    missing_add(&m, 10, 12, 0);
    g_assert_cmpuint(missing_collect(&m, false, RTT, 100000, seqs, &given_up), ==, 0);
    g_assert_cmpint(given_up, ==, 0);
    missing_collect(&m, false, RTT, MISSING_GIVE_UP_UNASKED_US, seqs, &given_up);
    g_assert_cmpint(given_up, ==, 11);
    g_assert_cmpuint(m.count, ==, 0);
}

static void test_overflow(void)
{
    struct missing m = {0};
    g_assert_cmpint(missing_add(&m, 100, 300, 0), ==, 0);
    g_assert_cmpint(missing_add(&m, 400, 500, 0), ==, 100 + 44 - 1); /* 44 must go */
    g_assert_cmpuint(m.count, ==, MISSING_MAX);
    g_assert_cmpint(m.packets[0].number, ==, 144);
    g_assert_cmpint(missing_add(&m, 1000, 3000, 0), ==, 3000 - MISSING_MAX - 1);
    g_assert_cmpuint(m.count, ==, MISSING_MAX);
    g_assert_cmpint(m.packets[0].number, ==, 3000 - MISSING_MAX);
    for (unsigned i = 1; i < m.count; i++)
        g_assert_cmpint(m.packets[i].number, ==, m.packets[i - 1].number + 1);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/forward/missing/asks-and-gives-up", test_asks_and_gives_up);
    g_test_add_func("/forward/missing/slow-line-gives-up-by-time", test_slow_line_gives_up_by_time);
    g_test_add_func("/forward/missing/without-nack", test_without_nack);
    g_test_add_func("/forward/missing/overflow", test_overflow);
    return g_test_run();
}
