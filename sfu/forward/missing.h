/* Which packets of an uplink are missing, when each was asked for again (NACK, RFC 4585 section
 * 6.2.1) and when it is given up. One thread; nothing allocates. */
#ifndef SFU_FORWARD_MISSING_H
#define SFU_FORWARD_MISSING_H

#include <stdbool.h>
#include <stdint.h>

enum {
    MISSING_MAX = 256,
    MISSING_MAX_TRIES = 10,
    /* Given up when a third request is not answered in its round trip, but neither sooner nor later than this: senders keep what they sent for
     * as long (libwebrtc: three round trips, at least a second), and a repair still later helps nobody. */
    MISSING_GIVE_UP_RTTS = 3,
    MISSING_GIVE_UP_LEAST_US = 1000000,
    MISSING_GIVE_UP_MOST_US = 2000000,
    MISSING_REORDER_MOST_US = 40000,     /* waited for what may only be late */
    MISSING_GIVE_UP_UNASKED_US = 200000, /* without NACK: only reordering can still bring it */
};

struct missing_packet {
    int64_t number;
    int64_t since_us, asked_us;
    uint8_t tries;
};

struct missing {
    unsigned count;
    int64_t reorder_us; /* how late packets came lately that had only been overtaken */
    struct missing_packet packets[MISSING_MAX]; /* ascending */
};

/* Numbers `from` to `to` - 1 were jumped over. Returns the newest that had to be given up to make
 * room, 0 for none. */
int64_t missing_add(struct missing *missing, int64_t from, int64_t to, int64_t now_us);

/* `number` came after all, `repaired` by RTX or as it was sent first: from these it learns how long the line
 * reorders. Nothing happens when it is not missing. */
void missing_arrived(struct missing *missing, int64_t number, bool repaired, int64_t rtt_us,
                     int64_t now_us);

/* What is to be asked for now: writes at most MISSING_MAX numbers, ascending, and returns their
 * count. `ask` false: the stream has no NACK. The first request waits for as
 * long as the line reorders, but at most half a round trip; the next ones come a round trip apart. `ret_given_up` is the
 * newest that was given up and forgotten, 0 for none. */
unsigned missing_collect(struct missing *missing, bool ask, int64_t rtt_us, int64_t now_us,
                         uint16_t ret_seqs[MISSING_MAX], int64_t *ret_given_up);

#endif
