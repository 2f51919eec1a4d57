#include "sfu/bwe/trend.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
    BURST_US = 5000, /* packets sent within so long are one group */
    BURST_LONGEST_US = 100000,
    GROUPS_MOST = 60,   /* beyond so many a slope counts no more */
    STALL_US = 3000000, /* a clock that jumped, or a long silence: begin anew */
};

static const double gain = 4.0, smoothing = 0.9;
static const double threshold_first = 12.5, threshold_least = 6.0, threshold_most = 600.0;
static const double threshold_up = 0.0087, threshold_down = 0.039;
static const double outlier_ms = 15.0; /* a slope this far above says nothing of the threshold */
static const double over_least_ms = 10.0;

void trend_init(struct trend *trend)
{
    memset(trend, 0, sizeof *trend);
    trend->threshold = threshold_first;
}

/* The slope of the line of least squares through the points; false where they have no width. */
static bool slope_fit(const struct trend *trend, double *ret_slope)
{
    double at = 0, delay = 0, above = 0, below = 0;

    for (unsigned i = 0; i < TREND_WINDOW; i++) {
        at += trend->points[i].at_ms / TREND_WINDOW;
        delay += trend->points[i].delay_ms / TREND_WINDOW;
    }
    for (unsigned i = 0; i < TREND_WINDOW; i++) {
        double x = trend->points[i].at_ms - at;
        above += x * (trend->points[i].delay_ms - delay);
        below += x * x;
    }
    if (below <= 0)
        return false;
    *ret_slope = above / below;
    return true;
}

/* The threshold follows the slope, faster down than up: beside greedy traffic the line's delay moves always, and a
 * fixed one would starve us (section 5.4). */
static void threshold_move(struct trend *trend, double slope, int64_t arrival_us)
{
    double size = fabs(slope);
    double ms = trend->judged_us ? (double)(arrival_us - trend->judged_us) / 1000 : 0;

    trend->judged_us = arrival_us;
    if (size > trend->threshold + outlier_ms)
        return;
    if (ms > 100)
        ms = 100;
    double speed = size < trend->threshold ? threshold_down : threshold_up;
    trend->threshold += speed * (size - trend->threshold) * ms;
    if (trend->threshold < threshold_least)
        trend->threshold = threshold_least;
    if (trend->threshold > threshold_most)
        trend->threshold = threshold_most;
}

static void judge(struct trend *trend, double slope, double sent_ms, int64_t arrival_us)
{
    if (slope > trend->threshold) {
        trend->over_ms += trend->over_count ? sent_ms : sent_ms / 2;
        trend->over_count++;
        if (trend->over_ms > over_least_ms && trend->over_count > 1 && slope >= trend->slope) {
            trend->over_ms = 0;
            trend->over_count = 0;
            trend->usage = TREND_OVERUSE;
        }
    } else {
        trend->over_ms = 0;
        trend->over_count = 0;
        trend->usage = slope < -trend->threshold ? TREND_UNDERUSE : TREND_NORMAL;
    }
    trend->slope = slope;
    threshold_move(trend, slope, arrival_us);
}

/* A group is over: how much longer it took than the one before. */
static void group_end(struct trend *trend)
{
    const struct trend_group *now = &trend->current, *before = &trend->before;
    double sent_ms = (double)(now->last_sent_us - before->last_sent_us) / 1000;
    double arrival_ms = (double)(now->last_arrival_us - before->last_arrival_us) / 1000;
    double slope = trend->slope / gain / (trend->group_count ? trend->group_count : 1);

    if (trend->group_count == 0)
        trend->first_arrival_us = now->last_arrival_us;
    if (trend->group_count < GROUPS_MOST)
        trend->group_count++;
    trend->gained_ms += arrival_ms - sent_ms;
    trend->smoothed_ms = smoothing * trend->smoothed_ms + (1 - smoothing) * trend->gained_ms;
    trend->points[trend->next_point] = (struct trend_point){
        .at_ms = (double)(now->last_arrival_us - trend->first_arrival_us) / 1000,
        .delay_ms = trend->smoothed_ms,
    };
    trend->next_point = (trend->next_point + 1) % TREND_WINDOW;
    if (trend->point_count < TREND_WINDOW)
        trend->point_count++;
    if (trend->point_count == TREND_WINDOW)
        slope_fit(trend, &slope);
    judge(trend, slope * trend->group_count * gain, sent_ms, now->last_arrival_us);
}

/* Sent close together, or sent apart and arrived at once since something held them back. */
static bool belongs(const struct trend_group *group, int64_t sent_us, int64_t arrival_us)
{
    if (sent_us - group->first_sent_us <= BURST_US)
        return true;
    int64_t arrived_after_us = arrival_us - group->last_arrival_us;
    return arrived_after_us <= BURST_US && arrived_after_us - (sent_us - group->last_sent_us) < 0 &&
           arrival_us - group->first_arrival_us < BURST_LONGEST_US;
}

static void group_begin(struct trend *trend, int64_t sent_us, int64_t arrival_us)
{
    trend->current = (struct trend_group){true, sent_us, sent_us, arrival_us, arrival_us};
}

void trend_take(struct trend *trend, int64_t sent_us, int64_t arrival_us)
{
    struct trend_group *group = &trend->current;

    if (!group->known) {
        group_begin(trend, sent_us, arrival_us);
        return;
    }
    if (sent_us < group->first_sent_us)
        return; /* of a group that was judged already */
    if (llabs((long long)(arrival_us - group->last_arrival_us) - (sent_us - group->last_sent_us)) >
        STALL_US) {
        trend_init(trend);
        group_begin(trend, sent_us, arrival_us);
        return;
    }
    if (belongs(group, sent_us, arrival_us)) {
        if (sent_us > group->last_sent_us)
            group->last_sent_us = sent_us;
        if (arrival_us > group->last_arrival_us)
            group->last_arrival_us = arrival_us;
        return;
    }
    if (trend->before.known)
        group_end(trend);
    trend->before = *group;
    group_begin(trend, sent_us, arrival_us);
}
