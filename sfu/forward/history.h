/* The last packets of one stream, by extended sequence number, for resends: a ring of bytes that
 * forgets the oldest. Address space is taken once; a lap of the ring ends when it has lasted long
 * enough, so that a stream touches no more pages than its rate needs. One thread. */
#ifndef SFU_FORWARD_HISTORY_H
#define SFU_FORWARD_HISTORY_H

#include <stddef.h>
#include <stdint.h>

enum {
    HISTORY_PACKETS = 512, /* 2 s of 1200-byte packets at 2.5 Mbit/s */
#ifdef FUZZING_BUILD_MODE_UNSAFE_FOR_PRODUCTION
    HISTORY_BYTES =
        24 * 1024, /* a fuzzer's few packets come to its end, and it costs little to make */
#else
    HISTORY_BYTES = 384 * 1024, /* 1.2 s of it */
#endif
    /* What is younger than a lap is there, if it fits: what got lost on a line with a round trip of 500 ms is
     * asked for by then. */
    HISTORY_LAP_US = 600000,
};

struct history_entry {
    int64_t number; /* 0: empty */
    int64_t note;   /* the caller's */
    uint64_t lap;   /* in which it was written … */
    uint32_t at;    /* … and where */
    uint16_t len;
};

struct history {
    uint8_t *bytes; /* owned; NULL until history_init() */
    uint32_t end;   /* where the next packet goes */
    uint64_t lap;
    int64_t lap_us;                /* when this lap began; 0: nothing was written yet */
    struct history_entry *entries; /* owned */
};

/* 0 or -ENOMEM. */
int history_init(struct history *history);
/* Also of a zeroed history. */
void history_finish(struct history *history);

/* Forgets everything. */
void history_clear(struct history *history);

/* Copies `len` bytes (at most 65535) in as packet `number` (> 0); `note` is kept beside it. */
void history_put(struct history *history, int64_t number, const void *data, size_t len,
                 int64_t note, int64_t now_us);

/* Borrows packet `number` until the next put, or NULL. `ret_note` may be NULL. */
const uint8_t *history_get(const struct history *history, int64_t number, size_t *ret_len,
                           int64_t *ret_note);

#endif
