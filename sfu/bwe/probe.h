/* A probe: packets that were sent faster than the line is thought to carry, and how fast they arrived. One thread;
 * nothing allocates. */
#ifndef SFU_BWE_PROBE_H
#define SFU_BWE_PROBE_H

#include <stdbool.h>
#include <stdint.h>

struct probe {
    bool is_sending, is_waiting; /* being sent; sent and not judged yet */
    int64_t from, to;            /* numbers of its packets */
    int64_t quiet_us;            /* what is sent until then may have waited behind it */
    unsigned count;              /* that arrived */
    uint64_t bytes;              /* of all but the first */
    int64_t first_sent_us, last_sent_us, first_arrival_us, last_arrival_us;
};

/* The next packet will have number `next`. */
void probe_begin(struct probe *probe, int64_t next, int64_t now_us);
void probe_end(struct probe *probe, int64_t last, int64_t now_us);

/* Whether a packet says nothing of queues, since it is part of a probe or comes behind one. */
bool probe_disturbs(const struct probe *probe, int64_t number, int64_t sent_us);

void probe_take(struct probe *probe, int64_t number, unsigned bytes, int64_t sent_us,
                int64_t arrival_us);

/* When all of it was told of up to `told`: what the line carried, once; 0: nothing is known yet, or too much was lost. */
double probe_judge(struct probe *probe, int64_t told);

#endif
