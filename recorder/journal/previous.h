/* What a segment says of the one before it, so that nobody can take anything away between them. */
#ifndef RECORDER_JOURNAL_PREVIOUS_H
#define RECORDER_JOURNAL_PREVIOUS_H

#include "base/crypto/digest.h"

#include <stdint.h>

struct rec_previous {
    char sha256[DIGEST_SHA256_HEX_BYTES]; /* of the whole file, the torn end included */
    uint64_t bytes;                       /* of the whole file */
    uint64_t torn_bytes;                  /* at its end, after the last whole block */
};

/* Nothing comes before: zeros. */
void rec_previous_none(struct rec_previous *previous);

/* Reads a segment that nobody writes to any more. Blocking; not for the writer's thread. 0 or a negative errno. */
int rec_previous_read(int dir_fd, const char *name, struct rec_previous *ret_previous);

#endif
