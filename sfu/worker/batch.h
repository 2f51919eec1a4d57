/* What a worker sends at the end of a turn: blocks in which packets are built and protected in place,
 * chained by destination so that runs to one peer leave as one UDP_SEGMENT send. */
#ifndef SFU_WORKER_BATCH_H
#define SFU_WORKER_BATCH_H

#include "sfu/counters.h"
#include "sfu/forward/forward.h"
#include "sfu/transport/tcp.h"
#include "sfu/transport/udp.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    BATCH_PACKETS = 512,
    BATCH_BLOCK_BYTES = 1600, /* a multiple of 64 */
};
_Static_assert(BATCH_BLOCK_BYTES >= FWD_PACKET_BYTES + FWD_TRAILER_BYTES, "a packet and its tag");

/* A destination's packets of this turn; embedded in the destination. Zero is empty. */
struct batch_chain {
    bool waiting;
    uint16_t first, last;
    struct tuple to;
};

struct batch;

/* `sockets`, indexed by tuple.socket, and `tcp` (NULL where no tuple is of it) are borrowed for life. 0 or
 * -ENOMEM. */
int batch_create(struct udp_socket *sockets, struct tcp *tcp, struct counters *counters,
                 struct batch **ret_batch);
void batch_destroy(struct batch *batch);

/* The block for the next packet; flushes when all are in use. The same one until it is committed. */
uint8_t *batch_block(struct batch *batch);

/* Queues the first `len` bytes of batch_block() for `to`. The bytes stay where they are until the next
 * flush. When `to` differs from the chain's, what waits there leaves first. `arrival_us` (monotonic): of
 * the packet that is forwarded by it, for the delay's histogram; 0: none. */
void batch_commit(struct batch *batch, struct batch_chain *chain, const struct tuple *to,
                  size_t len, int64_t arrival_us);

/* Sends everything. Afterwards no chain is referred to any more. */
void batch_flush(struct batch *batch);

#endif
