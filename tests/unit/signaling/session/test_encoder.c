#include "signaling/session/encoder.h"

#include <glib.h>

enum { SECOND = 1000000 };

static void test_dead(void)
{
    struct sig_encoder encoder = {0};
    g_assert_false(sig_encoder_report(&encoder, true, 0, 10, 10 * SECOND));
    g_assert_false(sig_encoder_report(&encoder, true, 0, 70, 12 * SECOND));
    g_assert_true(sig_encoder_report(&encoder, true, 0, 130, 13 * SECOND));
    g_assert_false(sig_encoder_report(&encoder, true, 0, 190, 15 * SECOND)); /* told once */
    g_assert_false(sig_encoder_report(&encoder, true, 0, 250, 17 * SECOND));
    g_assert_true(sig_encoder_report(&encoder, true, 0, 310, 18 * SECOND));
}

/* It did encode, and stopped. */
static void test_died(void)
{
    struct sig_encoder encoder = {0};
    g_assert_false(sig_encoder_report(&encoder, true, 50, -1, SECOND));
    g_assert_false(sig_encoder_report(&encoder, true, 90, -1, 3 * SECOND));
    g_assert_false(sig_encoder_report(&encoder, true, 90, -1, 5 * SECOND));
    g_assert_true(sig_encoder_report(&encoder, true, 90, -1, 7 * SECOND));
}

static void test_slow_is_alive(void)
{
    struct sig_encoder encoder = {0};
    for (int i = 0; i < 30; i++)
        g_assert_false(
            sig_encoder_report(&encoder, true, i, i * 30, (1 + 2 * i) * (int64_t)SECOND));
}

/* Numbers that begin anew are another encoder's. */
static void test_anew(void)
{
    struct sig_encoder encoder = {0};
    g_assert_false(sig_encoder_report(&encoder, true, 500, -1, SECOND));
    g_assert_false(sig_encoder_report(&encoder, true, 0, -1, 5 * SECOND));
    g_assert_false(sig_encoder_report(&encoder, true, 0, -1, 7 * SECOND));
    g_assert_true(sig_encoder_report(&encoder, true, 0, -1, 8 * SECOND));
}

static void test_camera_without_pictures(void)
{
    struct sig_encoder encoder = {0};
    for (int i = 0; i < 10; i++)
        g_assert_false(sig_encoder_report(&encoder, true, 0, 25, (1 + 2 * i) * (int64_t)SECOND));
    g_assert_false(sig_encoder_report(&encoder, true, 0, 50, 21 * SECOND));
    g_assert_true(sig_encoder_report(&encoder, true, 0, 75, 23 * SECOND));
}

static void test_off(void)
{
    struct sig_encoder encoder = {0};
    g_assert_false(sig_encoder_report(&encoder, true, 0, -1, SECOND));
    g_assert_false(sig_encoder_report(&encoder, false, 0, -1, 3 * SECOND)); /* muted */
    g_assert_false(sig_encoder_report(&encoder, true, 0, -1, 5 * SECOND));
    g_assert_false(sig_encoder_report(&encoder, true, -1, -1, 7 * SECOND)); /* not told */
    g_assert_false(sig_encoder_report(&encoder, true, 0, -1, 9 * SECOND));
    g_assert_true(sig_encoder_report(&encoder, true, 0, -1, 12 * SECOND));
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/session/encoder/dead", test_dead);
    g_test_add_func("/session/encoder/died", test_died);
    g_test_add_func("/session/encoder/slow-is-alive", test_slow_is_alive);
    g_test_add_func("/session/encoder/anew", test_anew);
    g_test_add_func("/session/encoder/camera-without-pictures", test_camera_without_pictures);
    g_test_add_func("/session/encoder/off", test_off);
    return g_test_run();
}
