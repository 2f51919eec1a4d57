#include "sfu/forward/renumber.h"

#include <glib.h>

static int64_t map(const struct renumber *r, int64_t number)
{
    int64_t out = -1;
    return renumber_map(r, number, &out) ? out : -1;
}

static void test_start(void)
{
    struct renumber r = {0};
    g_assert_cmpint(map(&r, 5), ==, -1);
    renumber_start(&r, 100, 7);
    g_assert_cmpint(map(&r, 99), ==, -1);
    g_assert_cmpint(map(&r, 100), ==, 7);
    g_assert_cmpint(map(&r, 250), ==, 157);
}

static void test_leave_out(void)
{
    struct renumber r;
    renumber_start(&r, 100, 1000);
    renumber_leave_out(&r, 102);
    renumber_leave_out(&r, 103);
    renumber_leave_out(&r, 106);
    g_assert_cmpint(map(&r, 101), ==, 1001);
    g_assert_cmpint(map(&r, 104), ==, 1002);
    g_assert_cmpint(map(&r, 105), ==, 1003);
    g_assert_cmpint(map(&r, 107), ==, 1004);
    g_assert_cmpuint(r.count, ==, 3);
}

/* Many holes: the oldest offsets are forgotten, and what needs them is refused, never given a wrong
 * number. */
static void test_forgets_the_oldest(void)
{
    struct renumber r;
    bool used[4000] = {false};
    renumber_start(&r, 0, 0);
    for (int64_t n = 0; n < 1000; n++) {
        if (n % 5 == 4) {
            renumber_leave_out(&r, n);
            continue;
        }
        int64_t out = map(&r, n);
        g_assert_cmpint(out, ==, n - n / 5);
        used[out] = true;
    }
    for (int64_t n = 0; n < 1000; n++) {
        int64_t out = map(&r, n);
        if (n % 5 != 4 && out >= 0)
            g_assert_cmpint(out, ==, n - n / 5);
    }
    g_assert_cmpint(map(&r, 0), ==, -1);
    g_assert_cmpint(map(&r, 998), >, 0);
    g_assert_true(used[0]);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/forward/renumber/start", test_start);
    g_test_add_func("/forward/renumber/leave-out", test_leave_out);
    g_test_add_func("/forward/renumber/forgets-the-oldest", test_forgets_the_oldest);
    return g_test_run();
}
