/* What the two files of the far side share; see peer.h. */
#ifndef TESTS_HARNESS_PEER_PARTS_H
#define TESTS_HARNESS_PEER_PARTS_H

#include "tests/harness/peer.h"

#include "sfu/transport/framing.h"

#include <sys/socket.h>

#include <openssl/ssl.h>
#include <srtp2/srtp.h>
#include <stun/stunagent.h>

enum { FAR_TIMEOUT_US = 5000000, FAR_RESEND_US = 200000 };
#define FAR_TIE 0x1234567890 /* tie-breaker of checks */

/* Answers to the last so many checks are still known. libnice remembers 200 unanswered requests and then
 * makes no more: a peer whose server is away has to forget. */
enum { FAR_CHECKS = 32 };

struct far_peer {
    int fd;
    struct sockaddr_storage to;
    socklen_t to_len;
    bool stream; /* fd is a TCP connection (RFC 4571), `to` is meaningless */
    struct framing framing;
    uint64_t received_bytes;
    StunAgent agent;
    struct sfu_ice theirs; /* the sfu's credentials */
    char ufrag[9], pwd[25];
    char server_fingerprint[3 * SFU_FINGERPRINT_BYTES];
    EVP_PKEY *key;
    X509 *certificate;
    uint8_t fingerprint[SFU_FINGERPRINT_BYTES];
    SSL_CTX *ctx;
    BIO_METHOD *bio_method;
    SSL *ssl;
    const uint8_t *datagram; /* for the BIO */
    size_t datagram_len;
    bool handshake_done, handshake_failed;
    srtp_t in, out;
    bool controlled; /* checks say so; the far side nominates (RFC 8445 section 6.1.1) */
    StunTransactionId checks[FAR_CHECKS]; /* the last ones sent, a ring */
    unsigned check_count;
    bool check_answered;
    int check_error;
    bool media_waiting;
    struct far_packet media;
};

/* Certificate and DTLS client. */
void far_secure_init(struct far_peer *peer, const char *profiles);
void far_secure_finish(struct far_peer *peer);

/* Feeds one DTLS datagram. */
void far_secure_take(struct far_peer *peer, const uint8_t *data, size_t len);

/* Installs SRTP sessions with these master keys, as a handshake does; `salt` bytes follow each key. */
void far_secure_keys(struct far_peer *peer, bool gcm, const uint8_t *out, const uint8_t *in);

/* Handles what is not media: a check is answered, an answer noted, DTLS fed. 64 spare bytes behind. */
void far_peer_take(struct far_peer *peer, uint8_t *data, size_t len);

/* A new socket bound to this IPv4 address. */
void far_peer_rebind_to(struct far_peer *peer, const char *address);

/* Sends one connectivity check and waits for nothing. */
void far_peer_send_check(struct far_peer *peer, bool nominate);

/* Receives and handles one datagram; false when nothing came until the timeout. */
bool far_peer_pump(struct far_peer *peer, int64_t timeout_us);

#endif
