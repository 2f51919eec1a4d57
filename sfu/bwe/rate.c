#include "sfu/bwe/rate.h"

#include <math.h>

static const double decrease = 0.85;            /* of what arrived */
static const double increase_per_s = 1.08;      /* far from what the line carried */
static const double increase_calm_per_s = 1.25; /* … and no queue for a while: media is the probe */
static const double capacity_weight = 0.05;
static const double packet_bits = 1200 * 8;
static const double additive_least_bps_per_s = 4000;

enum {
    DEFAULT_RTT_US = 200000,
    HEADROOM_BPS = 10000,
    CALM_US = 5000000,
    NO_MEASURE_PAUSE_US = 1500000,
    LOSS_PAUSE_US = 300000, /* between two steps down for losses, and the round trip */
};

void rate_init(struct rate *rate, const struct bwe_limits *limits)
{
    *rate = (struct rate){
        .limits = *limits,
        .state = RATE_INCREASE,
        .delay_bps = limits->start_bps,
        .loss_bps = limits->most_bps,
    };
}

static double clamp(const struct rate *rate, double bps)
{
    if (bps < rate->limits.least_bps)
        return rate->limits.least_bps;
    return bps > rate->limits.most_bps ? rate->limits.most_bps : bps;
}

/* Three deviations: a rate inside of them is near what the line carried. */
static double capacity_reach_kbps(const struct rate_capacity *capacity)
{
    return 3 * sqrt(capacity->variance * capacity->mean_kbps);
}

static void capacity_take(struct rate_capacity *capacity, double kbps)
{
    if (!capacity->known) {
        *capacity = (struct rate_capacity){true, kbps, 0.4};
        return;
    }
    double error = kbps - capacity->mean_kbps;
    capacity->mean_kbps += capacity_weight * error;
    double norm = capacity->mean_kbps > 1 ? capacity->mean_kbps : 1;
    capacity->variance =
        (1 - capacity_weight) * capacity->variance + capacity_weight * error * error / norm;
    if (capacity->variance < 0.4)
        capacity->variance = 0.4;
    if (capacity->variance > 2.5)
        capacity->variance = 2.5;
}

static void go_down(struct rate *rate, double acked_bps, int64_t now_us)
{
    double kbps = acked_bps / 1000;
    double target = acked_bps > 0 ? decrease * acked_bps : decrease * rate->delay_bps;

    if (rate->capacity.known &&
        kbps < rate->capacity.mean_kbps - capacity_reach_kbps(&rate->capacity))
        rate->capacity.known = false; /* the line has become another */
    if (acked_bps > 0)
        capacity_take(&rate->capacity, kbps);
    if (target < rate->delay_bps)
        rate->delay_bps = clamp(rate, target);
    rate->decreased_us = now_us;
    rate->state = RATE_HOLD;
}

static void go_up(struct rate *rate, double acked_bps, int64_t rtt_us, int64_t now_us)
{
    double seconds = rate->changed_us ? (double)(now_us - rate->changed_us) / 1e6 : 0;
    double target = rate->delay_bps;

    if (seconds > 1)
        seconds = 1;
    if (rate->capacity.known &&
        acked_bps / 1000 > rate->capacity.mean_kbps + capacity_reach_kbps(&rate->capacity))
        rate->capacity.known = false;
    if (rate->capacity.known) {
        double response_s = (double)((rtt_us >= 0 ? rtt_us : DEFAULT_RTT_US) + 100000) / 1e6;
        double per_s = packet_bits / response_s;
        target += seconds * (per_s > additive_least_bps_per_s ? per_s : additive_least_bps_per_s);
    } else {
        target *= pow(now_us - rate->decreased_us > CALM_US ? increase_calm_per_s : increase_per_s,
                      seconds);
    }
    /* Who sends little learns little: not far above what arrives, but what was learned before stays. */
    double most = 1.5 * acked_bps + HEADROOM_BPS;
    if (acked_bps > 0 && target > most)
        target = most > rate->delay_bps ? most : rate->delay_bps;
    rate->delay_bps = clamp(rate, target);
}

void rate_judge(struct rate *rate, enum trend_usage usage, double acked_bps, bool little,
                int64_t rtt_us, int64_t now_us)
{
    /* Before the line was ever full, the estimate is a guess that anything may correct. */
    bool is_no_measure = little && rate->decreased_us;
    switch (usage) {
    case TREND_OVERUSE: rate->state = RATE_DECREASE; break;
    case TREND_UNDERUSE:
        rate->state = RATE_HOLD; /* the queue empties: let it */
        break;
    case TREND_NORMAL: rate->state = RATE_INCREASE; break;
    }
    if (is_no_measure && rate->state == RATE_DECREASE &&
        now_us - rate->decreased_us < NO_MEASURE_PAUSE_US)
        rate->state = RATE_HOLD; /* it was acted upon; what is sent now shows no effect of it */
    switch (rate->state) {
    case RATE_DECREASE: go_down(rate, is_no_measure ? 0 : acked_bps, now_us); break;
    case RATE_INCREASE: go_up(rate, acked_bps, rtt_us, now_us); break;
    case RATE_HOLD: break;
    }
    rate->changed_us = now_us;
}

void rate_lost(struct rate *rate, unsigned lost, unsigned count, int64_t rtt_us, int64_t now_us)
{
    double share = (double)lost / count;
    int64_t pause_us = LOSS_PAUSE_US + (rtt_us >= 0 ? rtt_us : DEFAULT_RTT_US);
    double bps = rate->loss_bps < rate->delay_bps ? rate->loss_bps : rate->delay_bps;
    if (share > 0.1) {
        if (rate->loss_down_us && now_us - rate->loss_down_us < pause_us)
            return;
        rate->loss_bps = clamp(rate, bps * (1 - 0.5 * share));
        rate->loss_down_us = now_us;
        rate->loss_up_us = now_us;
    } else if (share < 0.02) {
        double seconds = rate->loss_up_us ? (double)(now_us - rate->loss_up_us) / 1e6 : 0;
        rate->loss_bps =
            clamp(rate, rate->loss_bps * pow(increase_per_s, seconds < 1 ? seconds : 1));
        rate->loss_up_us = now_us;
    } else {
        rate->loss_up_us = now_us;
    }
}

void rate_probed(struct rate *rate, double bps, int64_t now_us)
{
    if (bps > rate->delay_bps) {
        rate->delay_bps = clamp(rate, bps);
        rate->changed_us = now_us;
        rate->capacity.known = false; /* it carried less than now */
    }
    if (bps > rate->loss_bps)
        rate->loss_bps = clamp(rate, bps);
}

uint32_t rate_bps(const struct rate *rate)
{
    return (uint32_t)(rate->delay_bps < rate->loss_bps ? rate->delay_bps : rate->loss_bps);
}
