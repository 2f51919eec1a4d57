#include "sfu/bwe/bwe.h"

#include <stdlib.h>

#include "sfu/bwe/probe.h"
#include "sfu/bwe/rate.h"
#include "sfu/bwe/standing.h"
#include "sfu/bwe/trend.h"
#include "sfu/rtp/sequence.h"

enum {
    HISTORY = 512,       /* packets that feedback may still tell of; a power of two */
    FLOW_BIN_US = 50000, /* what arrived is summed up in bins, and judged over all of them */
    FLOW_BINS = 10,
    LOSS_US = 1000000,       /* losses are judged over so long at least */
    LOSS_LEAST_PACKETS = 50, /* … and over so many packets: fewer say nothing */
};

static const double little_share = 0.5;

struct sent_packet {
    int64_t number; /* on the endless line; 0: none */
    int64_t sent_us;
    uint16_t bytes;
    bool reported;
};

/* How much passed lately: what we sent by our clock, what the peer got by its own. */
struct flow {
    uint64_t bin_no; /* the newest */
    unsigned bins_seen;
    uint32_t bytes[FLOW_BINS];
};

struct gcc {
    struct bwe head;
    bool started;
    int64_t last; /* the newest number that was sent */
    struct sent_packet history[HISTORY];
    struct trend trend;
    struct standing standing;
    struct probe probe;
    struct rate rate;
    struct flow offered, acked;
    int64_t loss_since_us;
    unsigned loss_count, loss_lost;
    double lost; /* the share of them when they were judged last */
};

static struct sent_packet *slot_of(struct gcc *gcc, int64_t number)
{
    return &gcc->history[number & (HISTORY - 1)];
}

static void flow_take(struct flow *flow, int64_t at_us, unsigned bytes)
{
    uint64_t no = (uint64_t)at_us / FLOW_BIN_US;

    /* A hostile clock may stand anywhere: the distance is looked at, never a sum. */
    uint64_t apart = no > flow->bin_no ? no - flow->bin_no : flow->bin_no - no;
    if (flow->bins_seen == 0 || apart > 4 * FLOW_BINS) {
        *flow = (struct flow){.bin_no = no, .bins_seen = 1};
    }
    for (; flow->bin_no < no; flow->bins_seen += flow->bins_seen < FLOW_BINS) {
        flow->bin_no++;
        flow->bytes[flow->bin_no % FLOW_BINS] = 0;
    }
    if (flow->bin_no - no < FLOW_BINS)
        flow->bytes[no % FLOW_BINS] += bytes;
}

/* Over the bins that are full: all but the newest. 0: too few. */
static double flow_bps(const struct flow *flow)
{
    uint64_t bytes = 0;

    if (flow->bins_seen < 4)
        return 0;
    for (unsigned i = 1; i < flow->bins_seen; i++)
        bytes += flow->bytes[(flow->bin_no - i) % FLOW_BINS];
    return (double)bytes * 8 * 1e6 / (FLOW_BIN_US * (flow->bins_seen - 1));
}

static void sent(struct bwe *bwe, uint16_t seq, size_t bytes, int64_t now_us)
{
    struct gcc *gcc = (struct gcc *)bwe;

    gcc->last = gcc->started ? sequence_near(gcc->last, seq) : sequence_first(seq);
    gcc->started = true;
    *slot_of(gcc, gcc->last) = (struct sent_packet){
        .number = gcc->last,
        .sent_us = now_us,
        .bytes = (uint16_t)(bytes < UINT16_MAX ? bytes : UINT16_MAX),
    };
    flow_take(&gcc->offered, now_us, slot_of(gcc, gcc->last)->bytes);
}

static void arrival_take(struct gcc *gcc, const struct transport_arrival *arrival)
{
    int64_t number = sequence_near(gcc->last, arrival->seq);
    struct sent_packet *packet = number > 0 ? slot_of(gcc, number) : NULL;

    if (!packet || packet->number != number || packet->reported ||
        (arrival->arrived && arrival->arrival_us < 0))
        return; /* never sent, forgotten, or told of before */
    gcc->loss_count++;
    if (!arrival->arrived) {
        gcc->loss_lost++;
        return; /* it may still be told of as late */
    }
    packet->reported = true;
    flow_take(&gcc->acked, arrival->arrival_us, packet->bytes);
    probe_take(&gcc->probe, number, packet->bytes, packet->sent_us, arrival->arrival_us);
    if (!probe_disturbs(&gcc->probe, number, packet->sent_us))
        trend_take(&gcc->trend, packet->sent_us, arrival->arrival_us);
    standing_take(&gcc->standing, packet->sent_us, arrival->arrival_us);
}

/* Much less than the line is thought to carry: what arrives tells nothing of it then. */
static bool is_little_sent(const struct gcc *gcc)
{
    return flow_bps(&gcc->offered) < little_share * rate_bps(&gcc->rate);
}

static void fed_back(struct bwe *bwe, const struct transport_arrival *arrivals, unsigned count,
                     int64_t rtt_us, int64_t now_us)
{
    struct gcc *gcc = (struct gcc *)bwe;

    if (!gcc->started)
        return;
    for (unsigned i = 0; i < count; i++)
        arrival_take(gcc, &arrivals[i]);
    standing_judge(&gcc->standing, now_us);
    double probed_bps =
        count ? probe_judge(&gcc->probe, sequence_near(gcc->last, arrivals[count - 1].seq)) : 0;
    if (probed_bps > 0)
        rate_probed(&gcc->rate, probed_bps, now_us);
    rate_judge(&gcc->rate, gcc->trend.usage, flow_bps(&gcc->acked), is_little_sent(gcc), rtt_us,
               now_us);
    if (gcc->trend.usage == TREND_OVERUSE)
        gcc->trend.usage = TREND_NORMAL; /* acted upon: the next one needs new evidence */
    if (now_us - gcc->loss_since_us >= LOSS_US && gcc->loss_count >= LOSS_LEAST_PACKETS) {
        rate_lost(&gcc->rate, gcc->loss_lost, gcc->loss_count, rtt_us, now_us);
        gcc->lost = (double)gcc->loss_lost / gcc->loss_count;
        gcc->loss_since_us = now_us;
        gcc->loss_count = gcc->loss_lost = 0;
    }
}

static uint32_t estimate_bps(const struct bwe *bwe)
{
    return rate_bps(&((const struct gcc *)bwe)->rate);
}

static int64_t queue_us(const struct bwe *bwe)
{
    return ((const struct gcc *)bwe)->standing.queue_us;
}

static void queue_accept(struct bwe *bwe)
{
    standing_accept(&((struct gcc *)bwe)->standing);
}

static double lost(const struct bwe *bwe)
{
    return ((const struct gcc *)bwe)->lost;
}

static void probe(struct bwe *bwe, bool begins, int64_t now_us)
{
    struct gcc *gcc = (struct gcc *)bwe;
    if (begins)
        probe_begin(&gcc->probe, gcc->last + 1, now_us);
    else
        probe_end(&gcc->probe, gcc->last, now_us);
}

static void destroy(struct bwe *bwe)
{
    free(bwe);
}

static const struct bwe_ops gcc_ops = {sent,         fed_back, estimate_bps, queue_us,
                                       queue_accept, lost,     probe,        destroy};

struct bwe *bwe_gcc_create(const struct bwe_limits *limits)
{
    struct gcc *gcc = calloc(1, sizeof *gcc);

    if (!gcc)
        return NULL;
    gcc->head.ops = &gcc_ops;
    trend_init(&gcc->trend);
    standing_init(&gcc->standing);
    rate_init(&gcc->rate, limits);
    return &gcc->head;
}
