#include "hall/wait.h"

#include <math.h>

#include "hall/window.h"

/* How far the range reaches to each side of the middle, in standard deviations. With whole minutes it holds 70-90 %
 * of the true waits of a busy day and is no wider than the wait itself (tests/unit/hall/test_wait.c). */
#define Z 0.65
#define MINUTE_US (60 * (int64_t)G_USEC_PER_SEC)

/* A quantile of the gamma distribution with mean `shape`, by Wilson and Hilferty's cube-root approximation. */
static double gamma_quantile(double shape, double z)
{
    double root = 1 - 1 / (9 * shape) + z / (3 * sqrt(shape));
    return root > 0 ? shape * root * root * root : 0;
}

struct hall_wait hall_wait_range(unsigned ahead, unsigned servers, unsigned idle, double mean_us)
{
    if (!servers)
        return (struct hall_wait){0, 0};
    if (ahead < idle)
        return (struct hall_wait){0, MINUTE_US};
    /* Windows become free one after the other, `servers` times as often as one alone: the time until the
     * last of `departures` is about a gamma variable. */
    double departures = ahead - idle + 1;
    double one_us = mean_us / MAX(servers, 1u);
    int64_t low_us = (int64_t)(one_us * gamma_quantile(departures, -Z));
    int64_t high_us = (int64_t)(one_us * gamma_quantile(departures, Z));
    return (struct hall_wait){
        .min_us = low_us / MINUTE_US * MINUTE_US,
        .max_us = (high_us / MINUTE_US + 1) * MINUTE_US,
    };
}

struct hall_wait hall_wait_of(const struct hall *hall, const struct hall_matter *matter,
                              unsigned ahead, double mean_us)
{
    unsigned servers = 0, idle = 0;
    for (guint i = 0; i < hall->windows->len; i++) {
        const struct window *window = hall->windows->pdata[i];
        if (!hall_window_works(window) || !hall_window_grade(window, matter))
            continue;
        servers++;
        idle += window->state == HALL_WINDOW_READY && !window->offer;
    }
    return hall_wait_range(ahead, servers, idle, mean_us);
}
