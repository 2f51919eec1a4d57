#include "hall/wait.h"

#include <math.h>

#define MINUTE_US (60 * (int64_t)G_USEC_PER_SEC)

static void test_bounds(void)
{
    double mean_us = 12.0 * MINUTE_US;
    struct hall_wait free_window = hall_wait_range(0, 3, 1, mean_us);
    g_assert_cmpint(free_window.min_us, ==, 0);
    g_assert_cmpint(free_window.max_us, ==, MINUTE_US);

    /* Nobody serves: nobody can tell. */
    struct hall_wait nobody = hall_wait_range(4, 0, 0, mean_us);
    g_assert_cmpint(nobody.min_us, ==, 0);
    g_assert_cmpint(nobody.max_us, ==, 0);

    for (unsigned servers = 1; servers <= 8; servers++) {
        struct hall_wait last = {0};
        for (unsigned ahead = 0; ahead < 60; ahead++) {
            struct hall_wait wait = hall_wait_range(ahead, servers, 0, mean_us);
            g_assert_cmpint(wait.min_us, <, wait.max_us);
            g_assert_cmpint(wait.min_us % MINUTE_US, ==, 0);
            g_assert_cmpint(wait.max_us % MINUTE_US, ==, 0);
            g_assert_cmpint(wait.min_us, >=, last.min_us);
            g_assert_cmpint(wait.max_us, >=, last.max_us);
            last = wait;
        }
    }
}

enum { CLERKS = 8, TICKETS = 400 };
#define ARRIVALS_AN_HOUR 30.0
#define MEAN_MINUTES 12.0
#define SIGMA 0.5 /* of the logarithm */

static double exponential(GRand *rand, double mean)
{
    return -mean * log(1 - g_rand_double(rand));
}

static double normal(GRand *rand)
{
    return sqrt(-2 * log(1 - g_rand_double(rand))) * cos(2 * G_PI * g_rand_double(rand));
}

static double lognormal(GRand *rand, double mean)
{
    return mean * exp(SIGMA * normal(rand) - SIGMA * SIGMA / 2);
}

static int doubles_compare(const void *a, const void *b)
{
    double left = *(const double *)a, right = *(const double *)b;
    return (left > right) - (left < right);
}

struct day {
    double free_at[CLERKS]; /* minutes */
    double starts[TICKETS];
    double waits[TICKETS], widths[TICKETS];
    unsigned held, waited;
};

static unsigned earliest(const struct day *day)
{
    unsigned clerk = 0;
    for (unsigned i = 1; i < CLERKS; i++) {
        if (day->free_at[i] < day->free_at[clerk])
            clerk = i;
    }
    return clerk;
}

/* One who draws a number at `now`: what the page says, and what comes true. */
static void arrive(struct day *day, unsigned nth, double now, double service)
{
    unsigned ahead = 0, idle = 0;
    for (unsigned i = 0; i < nth; i++)
        ahead += day->starts[i] > now;
    for (unsigned i = 0; i < CLERKS; i++)
        idle += day->free_at[i] <= now && !ahead;
    struct hall_wait wait = hall_wait_range(ahead, CLERKS, idle, MEAN_MINUTES * MINUTE_US);

    unsigned clerk = earliest(day);
    day->starts[nth] = MAX(now, day->free_at[clerk]);
    day->free_at[clerk] = day->starts[nth] + service;
    double true_us = (day->starts[nth] - now) * MINUTE_US;
    if (true_us <= 0)
        return; /* who is called at once was told "now" */
    day->waits[day->waited] = true_us;
    day->widths[day->waited] = (double)(wait.max_us - wait.min_us);
    day->held += true_us >= (double)wait.min_us && true_us <= (double)wait.max_us;
    day->waited++;
}

/* A busy day (the load is 0.75 of eight clerks; one of them is at lunch for the second hour): the range holds
 * the true wait for most, and is not so wide that it says nothing. */
static void test_a_seeded_day(void)
{
    g_autoptr(GRand) rand = g_rand_new_with_seed(20260105);
    unsigned held = 0, waited = 0;
    g_autoptr(GArray) waits = g_array_new(FALSE, FALSE, sizeof(double));
    g_autoptr(GArray) widths = g_array_new(FALSE, FALSE, sizeof(double));
    for (int i = 0; i < 20; i++) {
        struct day *day = g_new0(struct day, 1);
        double now = 0;
        day->free_at[0] = 60; /* comes an hour late */
        for (unsigned nth = 0; nth < TICKETS; nth++) {
            now += exponential(rand, 60.0 / ARRIVALS_AN_HOUR);
            arrive(day, nth, now, lognormal(rand, MEAN_MINUTES));
        }
        held += day->held;
        waited += day->waited;
        g_array_append_vals(waits, day->waits, day->waited);
        g_array_append_vals(widths, day->widths, day->waited);
        g_free(day);
    }
    g_assert_cmpuint(waited, >, 500);
    unsigned percent = held * 100 / waited;
    qsort(waits->data, waits->len, sizeof(double), doubles_compare);
    qsort(widths->data, widths->len, sizeof(double), doubles_compare);
    double wait = g_array_index(waits, double, waits->len / 2);
    double width = g_array_index(widths, double, widths->len / 2);
    g_test_message(
        "%u of %u waits in their range (%u %%), median wait %.1f min, median width %.1f min", held,
        waited, percent, wait / MINUTE_US, width / MINUTE_US);
    g_assert_cmpuint(percent, >=, 70);
    g_assert_cmpuint(percent, <=, 90);
    g_assert_cmpfloat(width, <=, wait);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/hall/wait/bounds", test_bounds);
    g_test_add_func("/hall/wait/a-seeded-day", test_a_seeded_day);
    return g_test_run();
}
