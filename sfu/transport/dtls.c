#include "sfu/transport/dtls.h"

#include "sfu/transport/dtls_identity.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/ssl.h>

enum { FIRST_RESEND_US = 100000, LONGEST_RESEND_US = 3000000, UDP_IP_OVERHEAD_BYTES = 28 };

/* GCM first: with Debian's libsrtp it is 2.3 times cheaper a session; CM for those without it. */
static const char srtp_profiles[] = "SRTP_AEAD_AES_128_GCM:SRTP_AES128_CM_SHA1_80";
static const char ciphers[] = "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-ECDSA-CHACHA20-POLY1305:"
                              "ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-ECDSA-AES128-SHA";

struct dtls_context {
    SSL_CTX *ssl_ctx;
    BIO_METHOD *bio_method;
};

struct dtls {
    SSL *ssl;
    enum dtls_state state;
    bool wrong_certificate;
    uint8_t peer_sha256[SFU_FINGERPRINT_BYTES];
    dtls_send_fn send;
    void *user;
    const uint8_t *datagram; /* being read; borrowed during dtls_receive() */
    size_t datagram_len;
};

/* ---- the BIO: whole datagrams in, whole datagrams out (a memory BIO loses their edges) ---- */

static int bio_read(BIO *bio, char *data, int len)
{
    struct dtls *dtls = BIO_get_data(bio);
    BIO_clear_retry_flags(bio);
    if (!dtls->datagram || len <= 0) {
        BIO_set_retry_read(bio);
        return -1;
    }
    size_t n = dtls->datagram_len < (size_t)len ? dtls->datagram_len : (size_t)len;
    memcpy(data, dtls->datagram, n);
    dtls->datagram = NULL;
    return (int)n;
}

static int bio_write(BIO *bio, const char *data, int len)
{
    struct dtls *dtls = BIO_get_data(bio);
    BIO_clear_retry_flags(bio);
    if (len > 0)
        dtls->send(dtls->user, (const uint8_t *)data, (size_t)len);
    return len;
}

static long bio_ctrl(BIO *bio, int command, long number, void *pointer)
{
    switch (command) {
    case BIO_CTRL_FLUSH:
    case BIO_CTRL_DGRAM_SET_NEXT_TIMEOUT: return 1;
    case BIO_CTRL_DGRAM_QUERY_MTU:
    case BIO_CTRL_DGRAM_GET_FALLBACK_MTU: return DTLS_MTU_BYTES;
    case BIO_CTRL_DGRAM_GET_MTU_OVERHEAD: return UDP_IP_OVERHEAD_BYTES;
    default: return 0;
    }
}

static BIO_METHOD *make_bio_method(void)
{
    BIO_METHOD *method = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "datagrams");
    if (!method)
        return NULL;
    BIO_meth_set_read(method, bio_read);
    BIO_meth_set_write(method, bio_write);
    BIO_meth_set_ctrl(method, bio_ctrl);
    return method;
}

/* ---- context ---- */

/* No chain is built: the certificate is right when its digest is the one that the offer named. */
static int check_certificate(X509_STORE_CTX *store, void *unused)
{
    SSL *ssl = X509_STORE_CTX_get_ex_data(store, SSL_get_ex_data_X509_STORE_CTX_idx());
    struct dtls *dtls = SSL_get_app_data(ssl);
    uint8_t digest[SFU_FINGERPRINT_BYTES];
    X509 *certificate = X509_STORE_CTX_get0_cert(store);
    if (certificate && dtls_certificate_digest(certificate, digest) &&
        CRYPTO_memcmp(digest, dtls->peer_sha256, sizeof digest) == 0)
        return 1;
    dtls->wrong_certificate = true;
    X509_STORE_CTX_set_error(store, X509_V_ERR_CERT_REJECTED);
    return 0;
}

static bool configure(SSL_CTX *ctx, const struct dtls_identity *identity)
{
    SSL_CTX_set_options(ctx, SSL_OP_NO_QUERY_MTU | SSL_OP_NO_TICKET | SSL_OP_NO_RENEGOTIATION |
                                 SSL_OP_CIPHER_SERVER_PREFERENCE);
    SSL_CTX_set_mode(ctx, SSL_MODE_RELEASE_BUFFERS);
    SSL_CTX_set_session_cache_mode(ctx, SSL_SESS_CACHE_OFF);
    SSL_CTX_set_verify(ctx, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, NULL);
    SSL_CTX_set_cert_verify_callback(ctx, check_certificate, NULL);
    /* set_tlsext_use_srtp is the odd one: 0 is success. */
    return SSL_CTX_set_min_proto_version(ctx, DTLS1_2_VERSION) == 1 &&
           SSL_CTX_set_max_proto_version(ctx, DTLS1_2_VERSION) == 1 &&
           SSL_CTX_set_cipher_list(ctx, ciphers) == 1 &&
           SSL_CTX_set1_groups_list(ctx, "X25519:P-256:P-384") == 1 &&
           SSL_CTX_set_tlsext_use_srtp(ctx, srtp_profiles) == 0 &&
           dtls_identity_use(identity, ctx) == 0;
}

int dtls_context_create(struct dtls_identity *identity, struct dtls_context **ret_context)
{
    struct dtls_context *context = calloc(1, sizeof *context);
    if (!context)
        return -ENOMEM;
    context->bio_method = make_bio_method();
    context->ssl_ctx = SSL_CTX_new(DTLS_server_method());
    if (!context->bio_method || !context->ssl_ctx || !configure(context->ssl_ctx, identity)) {
        dtls_context_destroy(context);
        ERR_clear_error();
        return -EIO;
    }
    *ret_context = context;
    return 0;
}

void dtls_context_destroy(struct dtls_context *context)
{
    if (!context)
        return;
    SSL_CTX_free(context->ssl_ctx);
    BIO_meth_free(context->bio_method);
    free(context);
}

/* ---- association ---- */

/* OpenSSL's own first timeout is a second, which a single lost datagram would cost every caller. */
static unsigned next_timeout_us(SSL *ssl, unsigned last_us)
{
    if (last_us == 0)
        return FIRST_RESEND_US;
    return last_us < LONGEST_RESEND_US / 2 ? 2 * last_us : LONGEST_RESEND_US;
}

int dtls_create(struct dtls_context *context, const uint8_t peer_sha256[SFU_FINGERPRINT_BYTES],
                dtls_send_fn send, void *user, struct dtls **ret_dtls)
{
    struct dtls *dtls = calloc(1, sizeof *dtls);
    if (!dtls)
        return -ENOMEM;
    memcpy(dtls->peer_sha256, peer_sha256, SFU_FINGERPRINT_BYTES);
    dtls->send = send;
    dtls->user = user;
    dtls->ssl = SSL_new(context->ssl_ctx);
    BIO *bio = dtls->ssl ? BIO_new(context->bio_method) : NULL;
    if (!bio) {
        dtls_destroy(dtls);
        return -ENOMEM;
    }
    BIO_set_data(bio, dtls);
    BIO_set_init(bio, 1);
    SSL_set_bio(dtls->ssl, bio, bio);
    SSL_set_app_data(dtls->ssl, dtls);
    SSL_set_mtu(dtls->ssl, DTLS_MTU_BYTES);
    DTLS_set_timer_cb(dtls->ssl, next_timeout_us);
    SSL_set_accept_state(dtls->ssl);
    *ret_dtls = dtls;
    return 0;
}

void dtls_destroy(struct dtls *dtls)
{
    if (!dtls)
        return;
    SSL_free(dtls->ssl);
    free(dtls);
}

static enum dtls_state failure_of(const struct dtls *dtls)
{
    return dtls->wrong_certificate ? DTLS_FAILED_FINGERPRINT : DTLS_FAILED;
}

/* A datagram that is no sound record is dropped inside OpenSSL (RFC 6347 section 4.1.2.7); what it
 * reports as SSL_ERROR_SSL is a real end of the handshake. */
static void advance(struct dtls *dtls)
{
    ERR_clear_error();
    int r = SSL_do_handshake(dtls->ssl);
    if (r == 1) {
        dtls->state = SSL_get_selected_srtp_profile(dtls->ssl) ? DTLS_DONE : DTLS_FAILED_PROFILE;
        return;
    }
    int error = SSL_get_error(dtls->ssl, r);
    if (error != SSL_ERROR_WANT_READ && error != SSL_ERROR_WANT_WRITE)
        dtls->state = failure_of(dtls);
    ERR_clear_error();
}

/* The record buffers of a DTLS association are 33 KiB and not needed until the next record, if there ever
 * is one: OpenSSL makes them anew. Refused while something is in them. */
static void release_buffers(struct dtls *dtls)
{
    (void)SSL_free_buffers(dtls->ssl);
    ERR_clear_error();
}

/* There is no application data in WebRTC media associations: it is read and forgotten. */
static void drain(struct dtls *dtls)
{
    uint8_t scratch[DTLS_MTU_BYTES];
    ERR_clear_error();
    while (SSL_read(dtls->ssl, scratch, sizeof scratch) > 0)
        ;
    if (SSL_get_shutdown(dtls->ssl) & SSL_RECEIVED_SHUTDOWN)
        dtls->state = DTLS_CLOSED;
    ERR_clear_error();
}

enum dtls_state dtls_receive(struct dtls *dtls, const uint8_t *data, size_t len)
{
    dtls->datagram = data;
    dtls->datagram_len = len;
    if (dtls->state == DTLS_HANDSHAKE)
        advance(dtls);
    else if (dtls->state == DTLS_DONE)
        drain(dtls);
    if (dtls->state == DTLS_DONE)
        release_buffers(dtls);
    dtls->datagram = NULL;
    return dtls->state;
}

enum dtls_state dtls_tick(struct dtls *dtls)
{
    if (dtls->state != DTLS_HANDSHAKE)
        return dtls->state;
    ERR_clear_error();
    if (DTLSv1_handle_timeout(dtls->ssl) < 0)
        dtls->state = failure_of(dtls);
    ERR_clear_error();
    return dtls->state;
}

int dtls_export_keys(struct dtls *dtls, struct srtp_keys *ret_keys)
{
    static const char label[] = "EXTRACTOR-dtls_srtp"; /* RFC 5764 section 4.2 */
    const SRTP_PROTECTION_PROFILE *profile = SSL_get_selected_srtp_profile(dtls->ssl);
    if (dtls->state != DTLS_DONE || !profile)
        return -EIO;
    struct srtp_keys keys = {.suite = profile->id == SRTP_AEAD_AES_128_GCM
                                          ? SRTP_SUITE_AEAD_AES_128_GCM
                                          : SRTP_SUITE_AES128_CM_SHA1_80};
    size_t salt = srtp_suite_salt_bytes(keys.suite);
    uint8_t material[2 * (SRTP_KEY_BYTES + SRTP_SALT_BYTES_MAX)];
    if (SSL_export_keying_material(dtls->ssl, material, 2 * (SRTP_KEY_BYTES + salt), label,
                                   sizeof label - 1, NULL, 0, 0) != 1)
        return -EIO;
    const uint8_t *at = material;
    memcpy(keys.client_key, at, SRTP_KEY_BYTES);
    memcpy(keys.server_key, at + SRTP_KEY_BYTES, SRTP_KEY_BYTES);
    memcpy(keys.client_salt, at + 2 * SRTP_KEY_BYTES, salt);
    memcpy(keys.server_salt, at + 2 * SRTP_KEY_BYTES + salt, salt);
    *ret_keys = keys;
    explicit_bzero(material, sizeof material);
    explicit_bzero(&keys, sizeof keys);
    return 0;
}
