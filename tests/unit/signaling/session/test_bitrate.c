#include "signaling/session/bitrate.h"

#include <glib.h>

enum { CAP = 1500000, SECOND = 1000000 };

static void test_down(void)
{
    struct sig_bitrate bitrate;
    sig_bitrate_init(&bitrate, CAP);
    g_assert_cmpuint(bitrate.target_bps, ==, CAP);
    g_assert_false(sig_bitrate_report(&bitrate, 100, SECOND)); /* exactly 10 %: not yet */
    g_assert_true(sig_bitrate_report(&bitrate, 101, 3 * SECOND));
    g_assert_cmpuint(bitrate.target_bps, ==, CAP / 10 * 8);
    for (int i = 0; i < 100; i++)
        sig_bitrate_report(&bitrate, 1000, (5 + 2 * i) * SECOND);
    g_assert_cmpuint(bitrate.target_bps, ==, bitrate.floor_bps);
    g_assert_cmpuint(bitrate.floor_bps, >, 0);
    g_assert_false(sig_bitrate_report(&bitrate, 1000, 300 * (int64_t)SECOND));
}

static void test_up(void)
{
    struct sig_bitrate bitrate;
    sig_bitrate_init(&bitrate, CAP);
    g_assert_true(sig_bitrate_report(&bitrate, 200, SECOND));
    g_assert_false(sig_bitrate_report(&bitrate, 0, 2 * SECOND));
    g_assert_false(sig_bitrate_report(&bitrate, 19, 5 * SECOND));
    g_assert_true(sig_bitrate_report(&bitrate, 0, 6 * SECOND)); /* calm for 4 s */
    g_assert_cmpuint(bitrate.target_bps, ==, CAP / 10 * 8 * 11 / 10);
    for (int i = 0; i < 10; i++)
        sig_bitrate_report(&bitrate, 0, (10 + 4 * i) * SECOND);
    g_assert_cmpuint(bitrate.target_bps, ==, CAP);
    g_assert_false(
        sig_bitrate_report(&bitrate, 0, 300 * (int64_t)SECOND)); /* at the cap nothing changes */
}

static void test_loss_between_begins_the_calm_anew(void)
{
    struct sig_bitrate bitrate;
    sig_bitrate_init(&bitrate, CAP);
    sig_bitrate_report(&bitrate, 200, SECOND);
    sig_bitrate_report(&bitrate, 0, 2 * SECOND);
    g_assert_false(sig_bitrate_report(&bitrate, 50, 5 * SECOND));
    g_assert_false(sig_bitrate_report(&bitrate, 0, 7 * SECOND));
    g_assert_false(sig_bitrate_report(&bitrate, 0, 10 * SECOND));
    g_assert_true(sig_bitrate_report(&bitrate, 0, 11 * SECOND));
}

static void test_small_cap(void)
{
    struct sig_bitrate bitrate;
    sig_bitrate_init(&bitrate, 50000);
    g_assert_false(sig_bitrate_report(&bitrate, 900, SECOND));
    g_assert_cmpuint(bitrate.target_bps, ==, 50000);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/signaling/bitrate/down", test_down);
    g_test_add_func("/signaling/bitrate/up", test_up);
    g_test_add_func("/signaling/bitrate/loss_between", test_loss_between_begins_the_calm_anew);
    g_test_add_func("/signaling/bitrate/small_cap", test_small_cap);
    return g_test_run();
}
