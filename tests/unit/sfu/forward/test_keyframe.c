#include "sfu/forward/keyframe.h"

#include <glib.h>

enum { RTT = 50000 };

static void test_coalesced(void)
{
    struct keyframe k = {0};
    g_assert_true(keyframe_wish(&k, RTT, 1000));
    for (int64_t now = 2000; now < KEYFRAME_LEAST_INTERVAL_US; now += 1000)
        g_assert_false(keyframe_wish(&k, RTT, now));
    keyframe_arrived(&k);
    g_assert_false(keyframe_is_due(&k, RTT, 10000000));
    g_assert_true(keyframe_wish(&k, RTT, 10000000));
}

/* A wish soon after a key frame came is kept until it may be told. */
static void test_kept(void)
{
    struct keyframe k = {0};
    g_assert_true(keyframe_wish(&k, RTT, 0));
    keyframe_arrived(&k);
    g_assert_false(keyframe_wish(&k, RTT, 100000));
    g_assert_false(keyframe_is_due(&k, RTT, 299999));
    g_assert_true(keyframe_is_due(&k, RTT, 300000));
}

static void test_repeated_and_given_up(void)
{
    struct keyframe k = {0};
    int64_t last = 0;
    unsigned asked = keyframe_wish(&k, RTT, 0);
    for (int64_t now = 20000; now < 30000000; now += 20000) {
        if (!keyframe_is_due(&k, RTT, now))
            continue;
        g_assert_cmpint(now - last, >=, KEYFRAME_LEAST_INTERVAL_US);
        last = now;
        asked++;
    }
    g_assert_cmpuint(asked, ==, KEYFRAME_MAX_TRIES);
    g_assert_cmpint(last, <, 10000000);
    g_assert_false(k.wanted);
}

/* Over a satellite the answer to the first request is waited for; a wish after it came is told at once. */
static void test_long_way(void)
{
    enum { FAR_RTT = 600000 };
    struct keyframe k = {0};
    g_assert_true(keyframe_wish(&k, FAR_RTT, 0));
    for (int64_t now = 20000; now < FAR_RTT + KEYFRAME_MAKING_US; now += 20000)
        g_assert_false(keyframe_wish(&k, FAR_RTT, now));
    keyframe_arrived(&k);
    g_assert_true(keyframe_wish(&k, FAR_RTT, FAR_RTT + KEYFRAME_MAKING_US));
    g_assert_false(keyframe_is_due(&k, FAR_RTT, 2 * (FAR_RTT + KEYFRAME_MAKING_US) - 1));
    g_assert_true(keyframe_is_due(&k, FAR_RTT, 2 * (FAR_RTT + KEYFRAME_MAKING_US)));
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/forward/keyframe/coalesced", test_coalesced);
    g_test_add_func("/forward/keyframe/kept", test_kept);
    g_test_add_func("/forward/keyframe/repeated-and-given-up", test_repeated_and_given_up);
    g_test_add_func("/forward/keyframe/long-way", test_long_way);
    return g_test_run();
}
