/* One file of a journal while it grows: blocks gather in a buffer and go out in large writes, the
 * chain runs along. Until a file is there (opening may take a moment) the buffer grows instead.
 * Writer thread only. */
#ifndef RECORDER_JOURNAL_SEGMENT_H
#define RECORDER_JOURNAL_SEGMENT_H

#include "recorder/journal/chain.h"
#include "recorder/journal/pcapng_write.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    REC_SEGMENT_BUFFER_BYTES = 32 * 1024,        /* an event block fits */
    REC_SEGMENT_BACKLOG_BYTES = 4 * 1024 * 1024, /* the buffer's limit while there is no file */
};

struct rec_segment {
    int fd; /* -1: no file yet; not owned */
    struct rec_chain chain;
    uint64_t written_bytes; /* in the file */
    uint64_t total_bytes;   /* in this file and those before it */
    uint8_t *buffer;        /* owned */
    size_t used, capacity;
    size_t chained; /* of `used`: already in the chain */
};

/* 0 or -ENOMEM. */
int rec_segment_init(struct rec_segment *segment);
void rec_segment_finish(struct rec_segment *segment);

/* Takes a fresh, empty file: `start` (a preamble and the first event, made by the caller) goes out at
 * once, what has gathered follows at the next flush. 0 or a negative errno of write(). */
int rec_segment_begin(struct rec_segment *segment, int fd, const void *start, size_t len);

/* Append whole blocks. 0, -ENOBUFS (no file yet and the backlog is full; nothing was appended), or
 * what rec_segment_flush() and rec_pcapng_put_event() return. */
int rec_segment_packet(struct rec_segment *segment, const struct rec_pcapng_packet *packet);
int rec_segment_event(struct rec_segment *segment, const struct rec_pcapng_event *event);
int rec_segment_block(struct rec_segment *segment, const void *block, size_t len);

/* Appends the event `chain`. */
int rec_segment_chain(struct rec_segment *segment, int64_t wall_us, int64_t monotonic_us);

/* Writes out what has gathered. 0 or a negative errno; -ENOSPC, -EIO … may leave a torn block at the
 * end of the file, after which nothing more may be appended. Without a file: does nothing. */
int rec_segment_flush(struct rec_segment *segment);

/* Flushes and gives digest and length of the whole file; the fd is the caller's again. */
int rec_segment_end(struct rec_segment *segment, char ret_sha256[DIGEST_SHA256_HEX_BYTES],
                    uint64_t *ret_bytes);

static inline uint64_t rec_segment_bytes(const struct rec_segment *segment)
{
    return segment->written_bytes + segment->used;
}

#endif
