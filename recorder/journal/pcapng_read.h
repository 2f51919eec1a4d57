/* Reads a journal segment block by block. The bytes may be torn (a crash), damaged or hostile: nothing
 * outside of them is touched, and what is no whole block ends the reading. Allocates nothing; what is
 * given out points into the segment's bytes. One thread a reader. */
#ifndef RECORDER_JOURNAL_PCAPNG_READ_H
#define RECORDER_JOURNAL_PCAPNG_READ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { REC_READ_MAX_FIELDS = 64, REC_BLOCK_HEAD_BYTES = 12 };

enum rec_pcapng_kind {
    REC_PCAPNG_PACKET,
    REC_PCAPNG_EVENT,
    REC_PCAPNG_OTHER, /* whole, but not one of ours: headers, foreign blocks */
};

struct rec_pcapng_rtp {
    int64_t wall_us;
    uint32_t tag;
    unsigned section;
    bool rtcp;
    const uint8_t *data;
    size_t len;
};

struct rec_pcapng_field {
    const char *name; /* not terminated */
    size_t name_len;
    const char *value; /* not terminated */
    size_t value_len;
};

struct rec_pcapng_entry {
    int64_t wall_us;
    int64_t monotonic_us; /* 0: not given */
    struct rec_pcapng_field type;
    size_t field_count; /* the event's own fields: without the times and the type */
    struct rec_pcapng_field fields[REC_READ_MAX_FIELDS];
};

struct rec_pcapng_block {
    enum rec_pcapng_kind kind;
    size_t offset; /* of the block in the segment */
    size_t len;
    union {
        struct rec_pcapng_rtp packet;
        struct rec_pcapng_entry event;
    };
};

struct rec_pcapng_reader {
    const uint8_t *data; /* borrowed; outlives the reader and what it gave out */
    size_t len;
    size_t at; /* after the last whole block */
};

static inline struct rec_pcapng_reader rec_pcapng_reader(const void *data, size_t len)
{
    return (struct rec_pcapng_reader){.data = data, .len = len};
}

/* False at the end, or where no whole block follows: `len - at` bytes are then torn. A segment begins
 * with a little-endian section header. */
bool rec_pcapng_next(struct rec_pcapng_reader *reader, struct rec_pcapng_block *ret_block);

/* What the first REC_BLOCK_HEAD_BYTES of a block say of its length, for whoever has the file in pieces: `at` is where it
 * begins in the segment, `left` what the segment has from there. 0: no whole block. It is one if its last four bytes, which
 * are not looked at, hold the same length (little-endian). */
size_t rec_pcapng_block_bytes(const uint8_t head[REC_BLOCK_HEAD_BYTES], uint64_t at, uint64_t left);

/* The field of that name, or NULL. */
const struct rec_pcapng_field *rec_pcapng_field(const struct rec_pcapng_entry *entry,
                                                const char *name);
bool rec_pcapng_is(const struct rec_pcapng_entry *entry, const char *type);
/* Decimal; `fallback` where the field is not there or is no number in range. */
int64_t rec_pcapng_number(const struct rec_pcapng_entry *entry, const char *name, int64_t fallback);

#endif
