#include "hall/hours.h"

static int64_t at(int day, int hour, int minute)
{
    /* The fifth of January 2026 is a Monday. */
    g_autoptr(GDateTime) time = g_date_time_new_local(2026, 1, 4 + day, hour, minute, 0);
    return g_date_time_to_unix(time) * G_USEC_PER_SEC;
}

static void hours_add(struct hall *hall, unsigned weekday, unsigned from_hour, unsigned to_hour)
{
    hall->hours[hall->hour_count++] = (struct opening_hours){weekday, from_hour * 60, to_hour * 60};
}

static void test_hours(void)
{
    struct hall *hall = g_new0(struct hall, 1);
    hours_add(hall, 1, 9, 12);
    hours_add(hall, 1, 13, 17);
    hours_add(hall, 6, 9, 12);
    int64_t closing_us = -1;
    g_assert_false(hall_hours_are_open(hall, at(1, 8, 59), &closing_us));
    g_assert_cmpint(closing_us, ==, -1);
    g_assert_true(hall_hours_are_open(hall, at(1, 9, 0), &closing_us));
    g_assert_cmpint(closing_us, ==, at(1, 17, 0)); /* the noon break does not end the day */
    g_assert_false(hall_hours_are_open(hall, at(1, 12, 0), NULL));
    g_assert_true(hall_hours_are_open(hall, at(1, 16, 59), NULL));
    g_assert_false(hall_hours_are_open(hall, at(1, 17, 0), NULL));
    g_assert_true(hall_hours_are_open(hall, at(6, 11, 0), &closing_us));
    g_assert_cmpint(closing_us, ==, at(6, 12, 0));
    g_assert_false(hall_hours_are_open(hall, at(7, 10, 0), NULL));

    hall->always_open = true;
    g_assert_true(hall_hours_are_open(hall, at(7, 3, 0), &closing_us));
    g_assert_cmpint(closing_us, ==, INT64_MAX);
    g_free(hall);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/hall/hours", test_hours);
    return g_test_run();
}
