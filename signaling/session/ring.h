/* The events a client may have missed: the last that it did not acknowledge, in order; at most SIG_RING_EVENTS of
 * SIG_RING_BYTES. One thread. */
#ifndef SIGNALING_SESSION_RING_H
#define SIGNALING_SESSION_RING_H

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A replay goes through the outbox of a fresh socket (SIG_OUTBOX_BYTES) and must fit with room to spare: a page that
 * cannot be caught up that way gets a snapshot. */
enum { SIG_RING_EVENTS = 256, SIG_RING_BYTES = 128 * 1024 };

struct sig_ring {
    GQueue events;
    size_t bytes; /* of their frames */
    uint64_t seq; /* of the last event; the first is 2, so that 0 is always a page without memory */
    uint64_t forgotten; /* highest seq that cannot be sent again */
};

void sig_ring_init(struct sig_ring *ring);
void sig_ring_finish(struct sig_ring *ring);

/* The number of the next event. One that is not put afterwards (a statistic) leaves a hole. */
uint64_t sig_ring_next(struct sig_ring *ring);

/* Keeps the event `seq`; takes a reference. */
void sig_ring_put(struct sig_ring *ring, uint64_t seq, GBytes *frame);

/* The client has everything up to `seq`. Numbers that were never given are ignored. */
void sig_ring_ack(struct sig_ring *ring, uint64_t seq);

/* Whether everything after `last_seq` is still there. */
bool sig_ring_holds(const struct sig_ring *ring, uint64_t last_seq);

/* Calls `fn` for every event after `last_seq`, oldest first. */
void sig_ring_replay(const struct sig_ring *ring, uint64_t last_seq,
                     void (*fn)(GBytes *frame, void *user), void *user);

#endif
