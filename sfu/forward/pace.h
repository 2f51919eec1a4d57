/* A key frame's burst does not fill a narrow line's queue: pictures leave at 2.5 times what the line carries, in bursts of
 * at most 5 ms, voices and repairs at once. What waits is not copied: it lies in its source's history. Where the line is
 * wide, or nothing is known of it, nothing waits. Worker thread; nothing allocates but the making. */
#ifndef SFU_FORWARD_PACE_H
#define SFU_FORWARD_PACE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct fwd_peer;
struct slot;
struct uplink_packet;

enum { PACE_PACKETS = 256 };

struct pace_entry {
    struct slot *slot; /* borrowed: it takes its entries out when it goes */
    int64_t source, number;
    int64_t since_us;
};

struct peer_pace {
    struct pace_entry *entries; /* PACE_PACKETS of them, owned; NULL: the peer feeds nothing back */
    unsigned first, count;
    int64_t free_us; /* when the line has taken what was sent, at the pace */
};

/* 0 or -ENOMEM. */
int pace_init(struct peer_pace *pace);
void pace_finish(struct peer_pace *pace);

/* Whether this packet of a picture waits: it will be sent by pace_release(). */
bool pace_hold(struct slot *slot, const struct uplink_packet *packet, int64_t number,
               int64_t now_us);

/* `len` bytes went out, of whatever kind. */
void pace_sent(struct fwd_peer *peer, size_t len, int64_t now_us);

/* Sends what may go by now. True: more waits. */
bool pace_release(struct fwd_peer *peer, int64_t now_us);

/* The slot goes on with other numbers, or not at all: what waits for it goes now, or (`is_lost`) never. */
void pace_empty(struct slot *slot, bool is_lost, int64_t now_us);

#endif
