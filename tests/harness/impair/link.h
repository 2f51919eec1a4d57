/* One direction of a bad network: decides for each packet whether and when it arrives. Seeded and with the caller's
 * clock, so that the same packets at the same times meet the same fate. One thread. */
#ifndef TESTS_HARNESS_IMPAIR_LINK_H
#define TESTS_HARNESS_IMPAIR_LINK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    LINK_OVERHEAD_BYTES = 28, /* IPv4 and UDP headers: they cross the bottleneck too */
    LINK_COPIES = 2,          /* a packet and its duplicate */
    LINK_QUEUE_BINS = 4096,   /* milliseconds of waiting, one bin each; the last takes the rest */
};

/* Shares are 0 to 1. All zero is a perfect link. */
struct link_config {
    double loss; /* each packet by itself */
    /* Bursts after Gilbert and Elliott: from good to bad, from bad to good, a packet; all is lost while bad. */
    double burst_begin, burst_end;
    double reorder, duplicate;
    int64_t delay_us;
    int64_t jitter_us;  /* more delay, even between 0 and this; order is kept */
    int64_t reorder_us; /* how much later a reordered packet comes, past the others */
    uint64_t rate_bps;  /* the bottleneck; 0: none */
    int64_t
        queue_us; /* how long a packet may wait for the bottleneck; what would wait longer is lost */
    bool black;   /* nothing passes */
};

struct link_counts {
    uint64_t offered, passed, lost, queue_full, black, duplicated, reordered, bytes;
};

struct link {
    struct link_config config;
    uint64_t random;
    bool is_bad;         /* of the bursts */
    int64_t free_at_us;  /* when the bottleneck has sent what it holds */
    int64_t last_due_us; /* of the packets that keep their order */
    struct link_counts counts;
    uint64_t
        waited[LINK_QUEUE_BINS]; /* packets by the milliseconds they waited for the bottleneck */
};

void link_init(struct link *link, uint64_t seed);

/* A packet of `bytes` enters at `now_us`. Returns how many copies come out (0: none), and when. */
unsigned link_pass(struct link *link, size_t bytes, int64_t now_us,
                   int64_t ret_due_us[LINK_COPIES]);

/* Below what the share `quantile` of the packets waited for the bottleneck, in milliseconds; 0 without packets. */
unsigned link_waited_ms(const struct link *link, double quantile);

/* Begins to count anew. */
void link_forget(struct link *link);

#endif
