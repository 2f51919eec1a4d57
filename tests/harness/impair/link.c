#include "tests/harness/impair/link.h"

#include <string.h>

void link_init(struct link *link, uint64_t seed)
{
    *link = (struct link){.random = seed ? seed : 1};
}

/* xorshift64*: the same numbers on every machine. */
static double roll(struct link *link)
{
    link->random ^= link->random >> 12;
    link->random ^= link->random << 25;
    link->random ^= link->random >> 27;
    return (double)((link->random * UINT64_C(0x2545F4914F6CDD1D)) >> 11) /
           (double)(UINT64_C(1) << 53);
}

/* What is rolled for a packet: always the same number of dice, so that a change of one setting leaves the fate under
 * the others alone. */
struct dice {
    double loss, turn, duplicate;
    struct {
        double jitter, reorder;
    } copies[LINK_COPIES];
};

static struct dice dice_roll(struct link *link)
{
    struct dice dice = {.loss = roll(link), .turn = roll(link), .duplicate = roll(link)};

    for (unsigned i = 0; i < LINK_COPIES; i++) {
        dice.copies[i].jitter = roll(link);
        dice.copies[i].reorder = roll(link);
    }
    return dice;
}

static bool is_lost(struct link *link, const struct dice *dice)
{
    const struct link_config *config = &link->config;

    link->is_bad =
        link->is_bad ? dice->turn >= config->burst_end : dice->turn < config->burst_begin;
    return link->is_bad || dice->loss < config->loss;
}

/* When the bottleneck has let it through, or -1 when its queue is full. */
static int64_t through_bottleneck(struct link *link, size_t bytes, int64_t now_us)
{
    const struct link_config *config = &link->config;

    if (config->rate_bps == 0)
        return now_us;
    const int64_t start_us = link->free_at_us > now_us ? link->free_at_us : now_us;
    const int64_t waits_us = start_us - now_us;
    if (waits_us > config->queue_us)
        return -1;
    const int64_t bin = waits_us / 1000;
    link->waited[bin < LINK_QUEUE_BINS ? bin : LINK_QUEUE_BINS - 1]++;
    link->free_at_us =
        start_us + (int64_t)((bytes + LINK_OVERHEAD_BYTES) * 8 * 1000000 / config->rate_bps);
    return link->free_at_us;
}

/* When copy `no` of a packet that left the bottleneck at `from_us` arrives. */
static int64_t arrival(struct link *link, const struct dice *dice, unsigned no, int64_t from_us)
{
    const struct link_config *config = &link->config;
    const int64_t due_us =
        from_us + config->delay_us + (int64_t)(dice->copies[no].jitter * (double)config->jitter_us);

    if (dice->copies[no].reorder < config->reorder) {
        link->counts.reordered++;
        return due_us + config->reorder_us;
    }
    if (due_us > link->last_due_us)
        link->last_due_us = due_us;
    return link->last_due_us;
}

unsigned link_pass(struct link *link, size_t bytes, int64_t now_us, int64_t ret_due_us[LINK_COPIES])
{
    const struct dice dice = dice_roll(link);

    link->counts.offered++;
    if (link->config.black) {
        link->counts.black++;
        return 0;
    }
    if (is_lost(link, &dice)) {
        link->counts.lost++;
        return 0;
    }
    const int64_t out_us = through_bottleneck(link, bytes, now_us);
    if (out_us < 0) {
        link->counts.queue_full++;
        return 0;
    }
    link->counts.passed++;
    link->counts.bytes += bytes;
    ret_due_us[0] = arrival(link, &dice, 0, out_us);
    if (dice.duplicate >= link->config.duplicate)
        return 1;
    link->counts.duplicated++;
    ret_due_us[1] = arrival(link, &dice, 1, out_us);
    return 2;
}

unsigned link_waited_ms(const struct link *link, double quantile)
{
    uint64_t all = 0, below = 0;

    for (unsigned i = 0; i < LINK_QUEUE_BINS; i++)
        all += link->waited[i];
    for (unsigned i = 0; i < LINK_QUEUE_BINS; i++) {
        below += link->waited[i];
        if (all && (double)below >= quantile * (double)all)
            return i;
    }
    return 0;
}

void link_forget(struct link *link)
{
    link->counts = (struct link_counts){0};
    memset(link->waited, 0, sizeof link->waited);
}
