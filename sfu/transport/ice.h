/* The answering half of ICE-lite (RFC 8445 section 2.5, 7.3): reads connectivity checks, proves who
 * sent them and makes the response. Knows STUN and nothing of sockets; the only file with libnice. */
#ifndef SFU_TRANSPORT_ICE_H
#define SFU_TRANSPORT_ICE_H

#include "sfu/sfu.h"
#include "sfu/transport/address.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    ICE_REPLY_BYTES = 1500, /* libnice asserts on small buffers */
    ICE_REQUEST_BYTES_MAX = 1200,
    ICE_USERNAME_BYTES_MAX = 513, /* RFC 8489 section 14.3 */
};

struct ice_responder;

/* Finds who has the local ufrag (SFU_UFRAG_BYTES - 1 characters, not terminated): the owner, and the
 * password that goes with it (borrowed until the answer is made), or NULL. */
typedef void *(*ice_find_fn)(void *user, const char *ufrag, const char **ret_password);

/* 0 or -ENOMEM. One a worker: it is 13 KB. */
int ice_responder_create(ice_find_fn find, void *user, struct ice_responder **ret_responder);
void ice_responder_destroy(struct ice_responder *responder);

enum ice_verdict {
    ICE_CHECKED, /* an authenticated check: the reply is its success response */
    ICE_IGNORED, /* nothing to do and nothing wrong: a keepalive indication */
    ICE_DROPPED, /* `drop` says why; the reply may hold an error response */
};

struct ice_check {
    enum ice_verdict verdict;
    enum sfu_drop drop;
    void *owner;                 /* ICE_CHECKED */
    char ufrag[SFU_UFRAG_BYTES]; /* ICE_CHECKED: the local one that was used */
    bool use_candidate;          /* ICE_CHECKED: the sender nominates this path */
    bool authentic;              /* its integrity was right, whatever else is wrong with it */
    size_t reply_len; /* 0: send nothing. Never longer than a request that is not authentic */
};

/* Worker thread. Our ufrag in the USERNAME of what may be a check (SFU_UFRAG_BYTES - 1 characters, not
 * terminated, inside `data`), or NULL. Nothing is proved by it. */
const char *ice_peek(const uint8_t *data, size_t len);

/* Worker thread. `data` has UDP_SPARE_BYTES readable bytes behind `len`. `may_refuse`: whether an
 * error response may be made (the caller limits their rate). */
void ice_answer(struct ice_responder *responder, const uint8_t *data, size_t len,
                const struct address *from, bool may_refuse, uint8_t ret_reply[ICE_REPLY_BYTES],
                struct ice_check *ret_check);

#endif
