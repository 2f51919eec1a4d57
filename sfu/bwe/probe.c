#include "sfu/bwe/probe.h"

enum { LEAST_PACKETS = 5 };

static const double least_share = 0.8; /* that arrived */
static const double keeps_up = 0.9;    /* of the rate it was sent with: the line is wider still */
static const double below_line =
    0.95; /* else: a little less than it carried, so that a queue can go */

void probe_begin(struct probe *probe, int64_t next, int64_t now_us)
{
    *probe =
        (struct probe){.is_sending = true, .from = next, .to = INT64_MAX, .quiet_us = INT64_MAX};
    probe->first_sent_us = now_us;
}

void probe_end(struct probe *probe, int64_t last, int64_t now_us)
{
    int64_t lasted_us = now_us - probe->first_sent_us;
    probe->is_sending = false;
    probe->is_waiting = true;
    probe->to = last;
    probe->quiet_us = now_us + 2 * lasted_us;
}

bool probe_disturbs(const struct probe *probe, int64_t number, int64_t sent_us)
{
    return probe->from > 0 && number >= probe->from && sent_us <= probe->quiet_us;
}

void probe_take(struct probe *probe, int64_t number, unsigned bytes, int64_t sent_us,
                int64_t arrival_us)
{
    if (number < probe->from || number > probe->to || !(probe->is_sending || probe->is_waiting))
        return;
    if (probe->count++ == 0) {
        probe->first_sent_us = sent_us;
        probe->first_arrival_us = arrival_us;
    } else {
        probe->bytes += bytes;
    }
    probe->last_sent_us = sent_us;
    if (probe->count == 1 || arrival_us > probe->last_arrival_us)
        probe->last_arrival_us = arrival_us;
}

double probe_judge(struct probe *probe, int64_t told)
{
    if (!probe->is_waiting || told < probe->to)
        return 0;
    probe->is_waiting = false;
    double all = (double)(probe->to - probe->from + 1);
    int64_t sent_us = probe->last_sent_us - probe->first_sent_us;
    int64_t came_us = probe->last_arrival_us - probe->first_arrival_us;
    if (probe->count < LEAST_PACKETS || probe->count < all * least_share || sent_us <= 0 ||
        came_us <= 0)
        return 0;
    double sent_bps = (double)probe->bytes * 8e6 / (double)sent_us;
    double came_bps = (double)probe->bytes * 8e6 / (double)came_us;
    if (came_bps < keeps_up * sent_bps)
        return below_line * came_bps;
    return came_bps < sent_bps ? came_bps : sent_bps;
}
