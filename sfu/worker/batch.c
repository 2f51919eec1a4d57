#include "sfu/worker/batch.h"

#include "base/clock.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct entry {
    int64_t arrival_us; /* 0: nothing is forwarded by it */
    uint16_t len, next; /* `next` is meaningless in a chain's last */
};

struct batch {
    struct udp_socket *sockets;
    struct tcp *tcp;
    struct counters *counters;
    uint8_t *blocks;
    unsigned used;
    unsigned chain_count;
    struct entry entries[BATCH_PACKETS];
    struct batch_chain *chains[BATCH_PACKETS]; /* those that wait, in order of their first packet */
    struct udp_slice slices[BATCH_PACKETS];
};

int batch_create(struct udp_socket *sockets, struct tcp *tcp, struct counters *counters,
                 struct batch **ret_batch)
{
    struct batch *batch = calloc(1, sizeof *batch);
    if (!batch)
        return -ENOMEM;
    batch->blocks = aligned_alloc(64, (size_t)BATCH_PACKETS * BATCH_BLOCK_BYTES);
    if (!batch->blocks) {
        free(batch);
        return -ENOMEM;
    }
    memset(batch->blocks, 0, (size_t)BATCH_PACKETS * BATCH_BLOCK_BYTES);
    batch->sockets = sockets;
    batch->tcp = tcp;
    batch->counters = counters;
    *ret_batch = batch;
    return 0;
}

void batch_destroy(struct batch *batch)
{
    if (!batch)
        return;
    free(batch->blocks);
    free(batch);
}

static uint8_t *block_at(struct batch *batch, unsigned at)
{
    return batch->blocks + (size_t)at * BATCH_BLOCK_BYTES;
}

uint8_t *batch_block(struct batch *batch)
{
    if (batch->used == BATCH_PACKETS)
        batch_flush(batch);
    return block_at(batch, batch->used);
}

static void count_delays(struct batch *batch, const struct batch_chain *chain)
{
    int64_t now_us = clock_now_us();
    for (unsigned at = chain->first;; at = batch->entries[at].next) {
        if (batch->entries[at].arrival_us)
            counters_delay(batch->counters, now_us - batch->entries[at].arrival_us);
        if (at == chain->last)
            return;
    }
}

/* A chain that changes its destination in mid-turn: what waits has to leave by the old way, but the
 * block being committed must keep its place, so only that chain is sent. */
static void send_chain(struct batch *batch, const struct batch_chain *chain)
{
    size_t count = 0;
    for (unsigned at = chain->first;; at = batch->entries[at].next) {
        batch->slices[count++] =
            (struct udp_slice){.data = block_at(batch, at), .len = batch->entries[at].len};
        if (at == chain->last)
            break;
    }
    if (tuple_is_tcp(&chain->to))
        tcp_send(batch->tcp, &chain->to, batch->slices, count, clock_now_us());
    else
        udp_send(&batch->sockets[chain->to.socket], &chain->to, batch->slices, count,
                 batch->counters);
    count_delays(batch, chain);
}

void batch_commit(struct batch *batch, struct batch_chain *chain, const struct tuple *to,
                  size_t len, int64_t arrival_us)
{
    uint16_t at = (uint16_t)batch->used++;
    batch->entries[at].len = (uint16_t)len;
    batch->entries[at].arrival_us = arrival_us;
    if (!chain->waiting) {
        chain->waiting = true;
        batch->chains[batch->chain_count++] = chain;
    } else if (tuple_equal(&chain->to, to)) {
        batch->entries[chain->last].next = at;
        chain->last = at;
        return;
    } else {
        send_chain(batch, chain);
    }
    chain->to = *to;
    chain->first = chain->last = at;
}

void batch_flush(struct batch *batch)
{
    for (unsigned i = 0; i < batch->chain_count; i++) {
        send_chain(batch, batch->chains[i]);
        batch->chains[i]->waiting = false;
    }
    batch->chain_count = 0;
    batch->used = 0;
}
