#include "signaling/session/ring.h"

struct event {
    uint64_t seq;
    GBytes *frame;
};

static void event_destroy(void *data)
{
    struct event *event = data;
    g_bytes_unref(event->frame);
    g_free(event);
}

void sig_ring_init(struct sig_ring *ring)
{
    g_queue_init(&ring->events);
    ring->bytes = 0;
    ring->seq = 1;
    ring->forgotten = 0;
}

void sig_ring_finish(struct sig_ring *ring)
{
    g_queue_clear_full(&ring->events, event_destroy);
}

uint64_t sig_ring_next(struct sig_ring *ring)
{
    return ++ring->seq;
}

static void oldest_forget(struct sig_ring *ring)
{
    struct event *event = g_queue_pop_head(&ring->events);
    ring->forgotten = event->seq;
    ring->bytes -= g_bytes_get_size(event->frame);
    event_destroy(event);
}

void sig_ring_put(struct sig_ring *ring, uint64_t seq, GBytes *frame)
{
    struct event *event = g_new(struct event, 1);
    *event = (struct event){seq, g_bytes_ref(frame)};
    g_queue_push_tail(&ring->events, event);
    ring->bytes += g_bytes_get_size(frame);
    while (ring->events.length > SIG_RING_EVENTS || ring->bytes > SIG_RING_BYTES)
        oldest_forget(ring);
}

void sig_ring_ack(struct sig_ring *ring, uint64_t seq)
{
    if (seq > ring->seq)
        return;
    for (;;) {
        const struct event *oldest = g_queue_peek_head(&ring->events);
        if (!oldest || oldest->seq > seq)
            return;
        oldest_forget(ring);
    }
}

bool sig_ring_holds(const struct sig_ring *ring, uint64_t last_seq)
{
    return last_seq > 0 && last_seq >= ring->forgotten && last_seq <= ring->seq;
}

void sig_ring_replay(const struct sig_ring *ring, uint64_t last_seq,
                     void (*fn)(GBytes *frame, void *user), void *user)
{
    for (const GList *link = ring->events.head; link; link = link->next) {
        const struct event *event = link->data;
        if (event->seq > last_seq)
            fn(event->frame, user);
    }
}
