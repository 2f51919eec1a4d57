/* Which packets of an uplink are missing, when each was asked for again (NACK, RFC 4585 section
 * 6.2.1) and when it is given up. One thread; nothing allocates. */
#ifndef SFU_FORWARD_MISSING_H
#define SFU_FORWARD_MISSING_H

#include <stdbool.h>
#include <stdint.h>

enum {
    MISSING_MAX = 256,
    MISSING_MAX_TRIES = 10,
    MISSING_GIVE_UP_US = 1000000,        /* a repair later than this helps nobody */
    MISSING_GIVE_UP_UNASKED_US = 200000, /* without NACK: only reordering can still bring it */
};

struct missing_packet {
    int64_t number;
    int64_t since_us, asked_us;
    uint8_t tries;
};

struct missing {
    unsigned count;
    struct missing_packet packets[MISSING_MAX]; /* ascending */
};

/* Numbers `from` to `to` - 1 were jumped over. Returns the newest that had to be given up to make
 * room, 0 for none. */
int64_t missing_add(struct missing *missing, int64_t from, int64_t to, int64_t now_us);

/* `number` came after all. Nothing happens when it is not missing. */
void missing_remove(struct missing *missing, int64_t number);

/* What is to be asked for now: writes at most MISSING_MAX numbers, ascending, and returns their
 * count. `ask` false: the stream has no NACK. `rtt_us` paces the repetitions. `ret_given_up` is the
 * newest that was given up and forgotten, 0 for none. */
unsigned missing_collect(struct missing *missing, bool ask, int64_t rtt_us, int64_t now_us,
                         uint16_t ret_seqs[MISSING_MAX], int64_t *ret_given_up);

#endif
