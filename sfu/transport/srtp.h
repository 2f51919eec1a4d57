/* SRTP and SRTCP of one peer (RFC 3711, 7714); the only file with libsrtp. */
#ifndef SFU_TRANSPORT_SRTP_H
#define SFU_TRANSPORT_SRTP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum srtp_suite { SRTP_SUITE_AEAD_AES_128_GCM, SRTP_SUITE_AES128_CM_SHA1_80 };

enum {
    SRTP_KEY_BYTES = 16,
    SRTP_SALT_BYTES_MAX = 14,
    SRTP_PEER_SSRCS = 64, /* streams a peer may open: each costs memory for good */
};

struct srtp_keys {
    enum srtp_suite suite;
    uint8_t client_key[SRTP_KEY_BYTES], server_key[SRTP_KEY_BYTES];
    uint8_t client_salt[SRTP_SALT_BYTES_MAX], server_salt[SRTP_SALT_BYTES_MAX]; /* GCM uses 12 */
};

/* Any thread, before the first srtp_pair_create(); libsrtp's own start is not safe beside other use of
 * it. 0 or -EIO. */
int srtp_library_start(void);

size_t srtp_suite_salt_bytes(enum srtp_suite suite);

struct srtp_pair;

/* Any thread; then it is one worker's. `we_are_server`: of the DTLS handshake that made the keys (the
 * tests' peers are clients). 0, -ENOMEM or -EIO. */
int srtp_pair_create(const struct srtp_keys *keys, bool we_are_server, struct srtp_pair **ret_pair);
void srtp_pair_destroy(struct srtp_pair *pair);

/* Worker thread, in place; lengths in bytes, `packet` 4-byte aligned and at least 12 (RTP) or 8 (RTCP)
 * long. Receive: 0, -EBADMSG (not authentic), -EALREADY (replayed or too old), -ENOSPC (too many
 * SSRCs). The packet is spoiled on failure, the state is not. */
int srtp_pair_unprotect_rtp(struct srtp_pair *pair, uint8_t *packet, size_t *io_len);
int srtp_pair_unprotect_rtcp(struct srtp_pair *pair, uint8_t *packet, size_t *io_len);

/* Send: needs FWD_TRAILER_BYTES of room behind the packet. 0 or -EIO: above all an index that was used
 * before, which is never encrypted a second time. */
int srtp_pair_protect_rtp(struct srtp_pair *pair, uint8_t *packet, size_t *io_len);
int srtp_pair_protect_rtcp(struct srtp_pair *pair, uint8_t *packet, size_t *io_len);

#endif
