/* The segments of a journal, mapped into memory and checked: block structure, the chain inside each and
 * the link from one to the next. What was read points into the mapping, which lives as long as the
 * segments. One thread. */
#ifndef RECORDER_MUX_SEGMENTS_H
#define RECORDER_MUX_SEGMENTS_H

#include "base/crypto/digest.h"
#include "recorder/journal/pcapng_read.h"

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct rec_segment_file {
    char *path;
    char name[24]; /* "0001.pcapng": its place in the recording */
    const uint8_t *data;
    size_t len;
    size_t torn_bytes; /* at the end, no whole block */
    char sha256[DIGEST_SHA256_HEX_BYTES];
    char chain_head[DIGEST_SHA256_HEX_BYTES]; /* of the last `chain` event; empty: there was none */
    bool chain_ok; /* every `chain` event and the link to the segment before are right */
};

struct rec_segments {
    GPtrArray *files; /* struct rec_segment_file *, in order */
    bool ended;       /* the last event but `chain` is journal.end */
};

/* Called for each whole block, in order, with the number of its segment (from 0). */
typedef void (*rec_block_func)(void *data, unsigned segment, const struct rec_pcapng_block *block);

/* Maps the segments NNNN.pcapng of a folder behind those that are already there and numbers them on.
 * 0 or a negative errno. */
int rec_segments_add_folder(struct rec_segments *segments, const char *folder);

void rec_segments_init(struct rec_segments *segments);
void rec_segments_finish(struct rec_segments *segments);

/* Walks over everything, checks the digests and fills in what the files' fields say. 0, or -ENOMEM or
 * -EIO of the digest. */
int rec_segments_read(struct rec_segments *segments, rec_block_func func, void *data);

#endif
