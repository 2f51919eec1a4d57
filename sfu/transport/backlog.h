/* Bytes that wait until a TCP connection takes them: a ring of fixed size that says how long its head has
 * been waiting. A packet is taken whole or not at all. One thread. */
#ifndef SFU_TRANSPORT_BACKLOG_H
#define SFU_TRANSPORT_BACKLOG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/uio.h>

enum {
    BACKLOG_BYTES = 256 * 1024,
    /* The last quarter is for what is short: voice, reports, checks. */
    BACKLOG_LONG_BYTES = 192 * 1024,
    BACKLOG_SHORT_PACKET_BYTES = 400,
    BACKLOG_MARKS = 32,
    BACKLOG_MARK_EVERY_US = 25000,
};

struct backlog {
    uint8_t *bytes;      /* owned; NULL before backlog_init() */
    uint64_t taken, put; /* positions in the stream: sent up to, and the end */
    /* When what lies before `before` was put: a coarse clock of the ring. */
    struct backlog_mark {
        uint64_t before;
        int64_t put_us;
    } marks[BACKLOG_MARKS];
    unsigned mark_first, mark_count;
};

/* 0 or -ENOMEM. */
int backlog_init(struct backlog *backlog);
void backlog_finish(struct backlog *backlog);

static inline size_t backlog_used(const struct backlog *backlog)
{
    return (size_t)(backlog->put - backlog->taken);
}

/* Puts what is left of a packet behind its head: `sent` bytes of the two together are gone already. False:
 * no room, nothing was put; a packet that is begun always has room in an empty ring. */
bool backlog_put(struct backlog *backlog, const uint8_t *head, size_t head_len, const uint8_t *data,
                 size_t len, size_t sent, int64_t now_us);

/* What waits, in at most two pieces; returns how many. */
int backlog_pieces(const struct backlog *backlog, struct iovec ret_pieces[2]);

/* So many bytes of it are gone. */
void backlog_sent(struct backlog *backlog, size_t len);

/* For how long the oldest byte has been waiting; 0: nothing does. */
int64_t backlog_age_us(const struct backlog *backlog, int64_t now_us);

#endif
