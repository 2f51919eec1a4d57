#include "tests/harness/peer_parts.h"

#include "base/clock.h"

#include <glib.h>
#include <string.h>

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/x509.h>

enum { FIRST_RESEND_US = 50000 };

static int bio_read(BIO *bio, char *data, int len)
{
    struct far_peer *peer = BIO_get_data(bio);
    BIO_clear_retry_flags(bio);
    if (!peer->datagram) {
        BIO_set_retry_read(bio);
        return -1;
    }
    size_t n = MIN(peer->datagram_len, (size_t)len);
    memcpy(data, peer->datagram, n);
    peer->datagram = NULL;
    return (int)n;
}

static int bio_write(BIO *bio, const char *data, int len)
{
    far_peer_send_raw(BIO_get_data(bio), data, (size_t)len);
    return len;
}

static long bio_ctrl(BIO *bio, int command, long number, void *pointer)
{
    return command == BIO_CTRL_FLUSH || command == BIO_CTRL_DGRAM_SET_NEXT_TIMEOUT ? 1
           : command == BIO_CTRL_DGRAM_QUERY_MTU                                   ? 1200
                                                                                   : 0;
}

static int accept_any(X509_STORE_CTX *store, void *unused)
{
    return 1; /* looked at in far_peer_handshake() */
}

/* As browsers do: the default of a second would be felt. */
static unsigned resend_after_us(SSL *ssl, unsigned before_us)
{
    return before_us ? MIN(before_us * 2, 1000000) : FIRST_RESEND_US;
}

static void make_certificate(struct far_peer *peer)
{
    peer->key = EVP_EC_gen("P-256");
    peer->certificate = X509_new();
    g_assert_true(peer->key && peer->certificate);
    X509_NAME *name = X509_get_subject_name(peer->certificate);
    X509_set_version(peer->certificate, X509_VERSION_3);
    ASN1_INTEGER_set(X509_get_serialNumber(peer->certificate), 7);
    X509_gmtime_adj(X509_getm_notBefore(peer->certificate), -3600);
    X509_gmtime_adj(X509_getm_notAfter(peer->certificate), 3600);
    X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, (const uint8_t *)"far", -1, -1, 0);
    X509_set_issuer_name(peer->certificate, name);
    X509_set_pubkey(peer->certificate, peer->key);
    g_assert_cmpint(X509_sign(peer->certificate, peer->key, EVP_sha256()), >, 0);
    unsigned len = sizeof peer->fingerprint;
    g_assert_cmpint(X509_digest(peer->certificate, EVP_sha256(), peer->fingerprint, &len), ==, 1);
}

static void make_dtls(struct far_peer *peer, const char *profiles)
{
    peer->ctx = SSL_CTX_new(DTLS_client_method());
    g_assert_nonnull(peer->ctx);
    SSL_CTX_set_options(peer->ctx, SSL_OP_NO_QUERY_MTU);
    SSL_CTX_set_verify(peer->ctx, SSL_VERIFY_PEER, NULL);
    SSL_CTX_set_cert_verify_callback(peer->ctx, accept_any, NULL);
    g_assert_cmpint(SSL_CTX_use_certificate(peer->ctx, peer->certificate), ==, 1);
    g_assert_cmpint(SSL_CTX_use_PrivateKey(peer->ctx, peer->key), ==, 1);
    if (!profiles)
        profiles = "SRTP_AEAD_AES_128_GCM:SRTP_AES128_CM_SHA1_80";
    if (profiles[0])
        g_assert_cmpint(SSL_CTX_set_tlsext_use_srtp(peer->ctx, profiles), ==, 0);
    peer->bio_method = BIO_meth_new(BIO_TYPE_SOURCE_SINK | BIO_get_new_index(), "far");
    BIO_meth_set_read(peer->bio_method, bio_read);
    BIO_meth_set_write(peer->bio_method, bio_write);
    BIO_meth_set_ctrl(peer->bio_method, bio_ctrl);
    peer->ssl = SSL_new(peer->ctx);
    BIO *bio = BIO_new(peer->bio_method);
    g_assert_true(peer->ssl && bio);
    BIO_set_data(bio, peer);
    BIO_set_init(bio, 1);
    SSL_set_bio(peer->ssl, bio, bio);
    DTLS_set_timer_cb(peer->ssl, resend_after_us);
    SSL_set_mtu(peer->ssl, 1200);
    SSL_set_connect_state(peer->ssl);
}

void far_secure_init(struct far_peer *peer, const char *profiles)
{
    make_certificate(peer);
    make_dtls(peer, profiles);
}

void far_secure_finish(struct far_peer *peer)
{
    SSL_free(peer->ssl);
    SSL_CTX_free(peer->ctx);
    BIO_meth_free(peer->bio_method);
    X509_free(peer->certificate);
    EVP_PKEY_free(peer->key);
    if (peer->in)
        srtp_dealloc(peer->in);
    if (peer->out)
        srtp_dealloc(peer->out);
}

static void advance_handshake(struct far_peer *peer)
{
    ERR_clear_error();
    int r = SSL_do_handshake(peer->ssl);
    if (r == 1) {
        peer->handshake_done = true;
        return;
    }
    int error = SSL_get_error(peer->ssl, r);
    if (error != SSL_ERROR_WANT_READ && error != SSL_ERROR_WANT_WRITE)
        peer->handshake_failed = true;
    ERR_clear_error();
}

void far_secure_take(struct far_peer *peer, const uint8_t *data, size_t len)
{
    peer->datagram = data;
    peer->datagram_len = len;
    uint8_t scratch[2048];
    if (!peer->handshake_done)
        advance_handshake(peer);
    else
        SSL_read(peer->ssl, scratch, sizeof scratch);
    peer->datagram = NULL;
}

static void assert_server_certificate(struct far_peer *peer)
{
    uint8_t digest[SFU_FINGERPRINT_BYTES];
    char text[3 * SFU_FINGERPRINT_BYTES + 1];
    unsigned len = sizeof digest;
    X509 *certificate = SSL_get0_peer_certificate(peer->ssl);
    g_assert_nonnull(certificate);
    X509_digest(certificate, EVP_sha256(), digest, &len);
    for (unsigned i = 0; i < SFU_FINGERPRINT_BYTES; i++)
        g_snprintf(text + 3 * (gsize)i, 4, "%02X:", digest[i]);
    text[sizeof text - 2] = '\0';
    g_assert_cmpstr(text, ==, peer->server_fingerprint);
}

static srtp_t make_session(bool gcm, srtp_ssrc_type_t type, const uint8_t *key, const uint8_t *salt)
{
    uint8_t master[30];
    srtp_policy_t policy = {.ssrc.type = type, .key = master, .window_size = 1024};
    memcpy(master, key, 16);
    memcpy(master + 16, salt, gcm ? 12 : 14);
    if (gcm) {
        srtp_crypto_policy_set_aes_gcm_128_16_auth(&policy.rtp);
        srtp_crypto_policy_set_aes_gcm_128_16_auth(&policy.rtcp);
    } else {
        srtp_crypto_policy_set_rtp_default(&policy.rtp);
        srtp_crypto_policy_set_rtcp_default(&policy.rtcp);
    }
    srtp_t session = NULL;
    g_assert_cmpint(srtp_create(&session, &policy), ==, srtp_err_status_ok);
    return session;
}

static void take_keys(struct far_peer *peer)
{
    const SRTP_PROTECTION_PROFILE *profile = SSL_get_selected_srtp_profile(peer->ssl);
    if (!profile)
        return;
    bool gcm = profile->id == SRTP_AEAD_AES_128_GCM;
    size_t salt = gcm ? 12 : 14;
    uint8_t keys[60];
    g_assert_cmpint(SSL_export_keying_material(peer->ssl, keys, 32 + 2 * salt,
                                               "EXTRACTOR-dtls_srtp", 19, NULL, 0, 0),
                    ==, 1);
    peer->out = make_session(gcm, ssrc_any_outbound, keys, keys + 32);
    peer->in = make_session(gcm, ssrc_any_inbound, keys + 16, keys + 32 + salt);
}

void far_secure_keys(struct far_peer *peer, bool gcm, const uint8_t *out, const uint8_t *in)
{
    peer->out = make_session(gcm, ssrc_any_outbound, out, out + 16);
    peer->in = make_session(gcm, ssrc_any_inbound, in, in + 16);
}

bool far_peer_handshake(struct far_peer *peer)
{
    int64_t until_us = clock_now_us() + FAR_TIMEOUT_US;
    advance_handshake(peer);
    while (!peer->handshake_done && !peer->handshake_failed && clock_now_us() < until_us) {
        if (!far_peer_pump(peer, FIRST_RESEND_US))
            DTLSv1_handle_timeout(peer->ssl);
    }
    if (!peer->handshake_done)
        return false;
    assert_server_certificate(peer);
    take_keys(peer);
    return true;
}

void far_peer_close_dtls(struct far_peer *peer)
{
    SSL_shutdown(peer->ssl);
}
