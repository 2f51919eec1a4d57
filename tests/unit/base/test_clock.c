#include "base/clock.h"

#include <glib.h>

#define US_PER_S INT64_C(1000000)
#define NTP_OF_1970 (UINT64_C(2208988800) << 32)

/* 2036-02-07T06:28:16Z, when the seconds of NTP start again from 0. */
#define ERA_END_US (INT64_C(2085978496) * US_PER_S)

static void test_monotonic_goes_on(void)
{
    int64_t before_us = clock_now_us();
    int64_t later_us = before_us;
    for (int i = 0; i < 1000; i++) {
        int64_t now_us = clock_now_us();
        g_assert_cmpint(now_us, >=, later_us);
        later_us = now_us;
    }
    /* In microseconds: agrees with another reading of the same clock. */
    g_assert_cmpint(ABS(g_get_monotonic_time() - before_us), <, 10 * US_PER_S);
}

static void test_wall_is_unix_time(void)
{
    g_assert_cmpint(ABS(g_get_real_time() - clock_wall_us()), <, 10 * US_PER_S);
}

static void test_ntp_of_known_times(void)
{
    g_assert_cmphex(clock_wall_us_to_ntp(0), ==, NTP_OF_1970);
    g_assert_cmphex(clock_wall_us_to_ntp(500000), ==, NTP_OF_1970 + 0x80000000);
    g_assert_cmphex(clock_wall_us_to_ntp(-250000), ==, NTP_OF_1970 - 0x40000000);
    g_assert_cmpint(clock_ntp_to_wall_us(NTP_OF_1970 + 0x40000000), ==, 250000);
}

static void test_ntp_rounds_to_the_nearest(void)
{
    /* One 2^-32 s short of a whole second is nearer to the second than to 999,999 us. */
    g_assert_cmpint(clock_ntp_to_wall_us(NTP_OF_1970 + UINT32_MAX), ==, US_PER_S);
}

static void test_ntp_goes_past_2036(void)
{
    g_assert_cmphex(clock_wall_us_to_ntp(ERA_END_US - US_PER_S), ==, UINT64_C(0xffffffff) << 32);
    g_assert_cmphex(clock_wall_us_to_ntp(ERA_END_US), ==, 0);
    g_assert_cmpint(clock_ntp_to_wall_us(0), ==, ERA_END_US);
    g_assert_cmpint(clock_ntp_to_wall_us(UINT64_C(1) << 32), ==, ERA_END_US + US_PER_S);
}

static void test_ntp_there_and_back(void)
{
    for (int i = 0; i < 100000; i++) {
        int64_t s = g_test_rand_int_range(0, 2116000000);
        int64_t wall_us = 2 * s * US_PER_S + g_test_rand_int_range(0, (gint32)US_PER_S);
        g_assert_cmpint(clock_ntp_to_wall_us(clock_wall_us_to_ntp(wall_us)), ==, wall_us);
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/clock/monotonic-goes-on", test_monotonic_goes_on);
    g_test_add_func("/clock/wall-is-unix-time", test_wall_is_unix_time);
    g_test_add_func("/clock/ntp-of-known-times", test_ntp_of_known_times);
    g_test_add_func("/clock/ntp-rounds", test_ntp_rounds_to_the_nearest);
    g_test_add_func("/clock/ntp-goes-past-2036", test_ntp_goes_past_2036);
    g_test_add_func("/clock/ntp-there-and-back", test_ntp_there_and_back);
    return g_test_run();
}
