/* The digest that runs along a segment. Each `chain` event carries the digest of everything before it,
 * so that a byte changed later shows at the next event, and the next segment carries the digest of the
 * whole one before it. One thread at a time. */
#ifndef RECORDER_JOURNAL_CHAIN_H
#define RECORDER_JOURNAL_CHAIN_H

#include "base/crypto/digest.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct rec_chain {
    struct digest *digest;
};

/* What a session's first segment carries in place of a digest. */
extern const char rec_chain_zero[DIGEST_SHA256_HEX_BYTES];

/* 0 or -ENOMEM. */
int rec_chain_init(struct rec_chain *chain);
void rec_chain_finish(struct rec_chain *chain);

/* The next bytes of the segment. 0 or -EIO. */
int rec_chain_add(struct rec_chain *chain, const void *data, size_t len);

/* The digest of all bytes so far, in hex. 0, -ENOMEM or -EIO. */
int rec_chain_head(const struct rec_chain *chain, char ret_hex[DIGEST_SHA256_HEX_BYTES]);

/* The same, and begins anew for the next segment. */
int rec_chain_end(struct rec_chain *chain, char ret_hex[DIGEST_SHA256_HEX_BYTES]);

#endif
