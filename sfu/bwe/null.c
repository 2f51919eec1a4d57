#include "sfu/bwe/bwe.h"

#include <stdlib.h>

struct null_bwe {
    struct bwe head;
    uint32_t most_bps;
};

static void sent(struct bwe *bwe, uint16_t seq, size_t bytes, int64_t now_us) {}

static void fed_back(struct bwe *bwe, const struct transport_arrival *arrivals, unsigned count,
                     int64_t rtt_us, int64_t now_us)
{
}

static uint32_t estimate_bps(const struct bwe *bwe)
{
    return ((const struct null_bwe *)bwe)->most_bps;
}

static int64_t queue_us(const struct bwe *bwe)
{
    return 0;
}

static void queue_accept(struct bwe *bwe) {}

static double lost(const struct bwe *bwe)
{
    return 0;
}

static void probe(struct bwe *bwe, bool begins, int64_t now_us) {}

static void destroy(struct bwe *bwe)
{
    free(bwe);
}

static const struct bwe_ops null_ops = {sent,         fed_back, estimate_bps, queue_us,
                                        queue_accept, lost,     probe,        destroy};

struct bwe *bwe_null_create(const struct bwe_limits *limits)
{
    struct null_bwe *bwe = calloc(1, sizeof *bwe);

    if (!bwe)
        return NULL;
    bwe->head.ops = &null_ops;
    bwe->most_bps = limits->most_bps;
    return &bwe->head;
}
