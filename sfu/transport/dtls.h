/* DTLS 1.2 as the server, for SRTP keys alone (RFC 5763, 5764, 8842). The peer's certificate is
 * required and must be the one whose SHA-256 came with the offer. No socket: datagrams come in by
 * dtls_receive() and go out by a callback. */
#ifndef SFU_TRANSPORT_DTLS_H
#define SFU_TRANSPORT_DTLS_H

#include "sfu/sfu.h"
#include "sfu/transport/srtp.h"

#include <stddef.h>
#include <stdint.h>

enum {
    DTLS_MTU_BYTES = 1200,                              /* of UDP payload */
    DTLS_FINGERPRINT_CHARS = 3 * SFU_FINGERPRINT_BYTES, /* "AB:CD:…" with its final NUL */
};

struct dtls_identity; /* the certificate: one a process life */
struct dtls_context;  /* what a worker makes associations from */
struct dtls;          /* one association */

/* Any thread. A self-signed ECDSA P-256 certificate, kept in memory only. 0, -ENOMEM or -EIO. */
int dtls_identity_create(struct dtls_identity **ret_identity);
void dtls_identity_destroy(struct dtls_identity *identity);
const char *dtls_identity_fingerprint(const struct dtls_identity *identity);

/* Any thread; then it is one worker's. The identity outlives it. 0 or -ENOMEM/-EIO. */
int dtls_context_create(struct dtls_identity *identity, struct dtls_context **ret_context);
void dtls_context_destroy(struct dtls_context *context);

/* Sends one datagram; must not call back into this association. */
typedef void (*dtls_send_fn)(void *user, const uint8_t *data, size_t len);

/* Worker thread. 0 or -ENOMEM. About 47 KiB: destroyed when the handshake is surely over. */
int dtls_create(struct dtls_context *context, const uint8_t peer_sha256[SFU_FINGERPRINT_BYTES],
                dtls_send_fn send, void *user, struct dtls **ret_dtls);
void dtls_destroy(struct dtls *dtls);

enum dtls_state {
    DTLS_HANDSHAKE,
    DTLS_DONE,               /* keys can be taken */
    DTLS_CLOSED,             /* the peer said goodbye */
    DTLS_FAILED,             /* refused, malformed beyond repair, or timed out */
    DTLS_FAILED_FINGERPRINT, /* another certificate than the offer's */
    DTLS_FAILED_PROFILE,     /* no common SRTP profile */
};

/* Worker thread. Feeds one datagram and returns the state after it. It is still to be fed after
 * DTLS_DONE: the peer repeats its last flight when ours was lost. */
enum dtls_state dtls_receive(struct dtls *dtls, const uint8_t *data, size_t len);

/* Worker thread. Resends what is due (100 ms, doubling up to 3 s). Call it about every 20 ms while in
 * DTLS_HANDSHAKE. */
enum dtls_state dtls_tick(struct dtls *dtls);

/* Worker thread. In DTLS_DONE. 0 or -EIO. The caller wipes the keys. */
int dtls_export_keys(struct dtls *dtls, struct srtp_keys *ret_keys);

#endif
