/* The server half against an OpenSSL client over a pair of datagram sockets, with loss. */
#include "sfu/transport/dtls.h"

#include "base/clock.h"
#include "base/crypto/digest.h"
#include "tests/harness/wait.h"

#include <errno.h>
#include <glib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <openssl/ssl.h>
#include <openssl/x509.h>

enum { TIMEOUT_US = 5000000, TICK_US = 20000 };

struct link {
    struct dtls_identity *identity;
    struct dtls_context *context;
    struct dtls *dtls;
    enum dtls_state state;
    int fds[2];                        /* server, client */
    unsigned sent, lose_from, lose_to; /* server datagrams that vanish, by number */
    size_t longest;
    EVP_PKEY *key;
    X509 *certificate;
    uint8_t sha256[SFU_FINGERPRINT_BYTES];
    SSL_CTX *client_ctx;
    SSL *client;
};

static void server_send(void *user, const uint8_t *data, size_t len)
{
    struct link *link = user;
    link->longest = MAX(link->longest, len);
    unsigned number = link->sent++;
    if (number < link->lose_from || number >= link->lose_to)
        g_assert_cmpint(send(link->fds[0], data, len, 0), ==, (ssize_t)len);
}

static int accept_any(X509_STORE_CTX *store, void *unused)
{
    return 1;
}

static void make_certificate(struct link *link)
{
    unsigned len = sizeof link->sha256;
    link->key = EVP_EC_gen("P-256");
    link->certificate = X509_new();
    X509_gmtime_adj(X509_getm_notBefore(link->certificate), -60);
    X509_gmtime_adj(X509_getm_notAfter(link->certificate), 60);
    X509_set_pubkey(link->certificate, link->key);
    g_assert_cmpint(X509_sign(link->certificate, link->key, EVP_sha256()), >, 0);
    X509_digest(link->certificate, EVP_sha256(), link->sha256, &len);
}

static void setup(struct link *link, const char *profiles, bool with_certificate)
{
    *link = (struct link){0};
    g_assert_cmpint(socketpair(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0, link->fds), ==, 0);
    make_certificate(link);
    g_assert_cmpint(dtls_identity_create(&link->identity), ==, 0);
    g_assert_cmpint(dtls_context_create(link->identity, &link->context), ==, 0);
    g_assert_cmpint(dtls_create(link->context, link->sha256, server_send, link, &link->dtls), ==,
                    0);
    link->client_ctx = SSL_CTX_new(DTLS_client_method());
    SSL_CTX_set_options(link->client_ctx, SSL_OP_NO_QUERY_MTU);
    SSL_CTX_set_verify(link->client_ctx, SSL_VERIFY_PEER, NULL);
    SSL_CTX_set_cert_verify_callback(link->client_ctx, accept_any, NULL);
    if (with_certificate) {
        SSL_CTX_use_certificate(link->client_ctx, link->certificate);
        SSL_CTX_use_PrivateKey(link->client_ctx, link->key);
    }
    if (profiles)
        g_assert_cmpint(SSL_CTX_set_tlsext_use_srtp(link->client_ctx, profiles), ==, 0);
    link->client = SSL_new(link->client_ctx);
    BIO *bio = BIO_new_socket(link->fds[1], BIO_NOCLOSE);
    SSL_set_bio(link->client, bio, bio);
    SSL_set_mtu(link->client, 1200);
    SSL_set_connect_state(link->client);
}

static void teardown(struct link *link)
{
    SSL_free(link->client);
    SSL_CTX_free(link->client_ctx);
    X509_free(link->certificate);
    EVP_PKEY_free(link->key);
    dtls_destroy(link->dtls);
    dtls_context_destroy(link->context);
    dtls_identity_destroy(link->identity);
    close(link->fds[0]);
    close(link->fds[1]);
}

static void serve(struct link *link)
{
    uint8_t data[2048];
    ssize_t n;
    while ((n = recv(link->fds[0], data, sizeof data, 0)) > 0)
        link->state = dtls_receive(link->dtls, data, (size_t)n);
    link->state = dtls_tick(link->dtls);
}

/* Until both are done, the server has failed, or the time is up. */
static void run(struct link *link)
{
    int64_t until_us = clock_now_us() + TIMEOUT_US;
    bool done = false;
    while ((link->state == DTLS_HANDSHAKE || !done) && link->state < DTLS_CLOSED &&
           clock_now_us() < until_us) {
        done = done || SSL_do_handshake(link->client) == 1;
        serve(link);
        if (!done)
            wait_readable(link->fds[1], TICK_US);
    }
}

/* The server's keys are the client's, in the order of RFC 5764. */
static void expect_same_keys(struct link *link, enum srtp_suite suite)
{
    struct srtp_keys keys;
    uint8_t material[60];
    size_t salt = srtp_suite_salt_bytes(suite);
    g_assert_cmpint(dtls_export_keys(link->dtls, &keys), ==, 0);
    g_assert_cmpint(keys.suite, ==, suite);
    g_assert_cmpint(SSL_export_keying_material(link->client, material, 32 + 2 * salt,
                                               "EXTRACTOR-dtls_srtp", 19, NULL, 0, 0),
                    ==, 1);
    g_assert_cmpmem(keys.client_key, 16, material, 16);
    g_assert_cmpmem(keys.server_key, 16, material + 16, 16);
    g_assert_cmpmem(keys.client_salt, salt, material + 32, salt);
    g_assert_cmpmem(keys.server_salt, salt, material + 32 + salt, salt);
}

static void test_handshake(void)
{
    struct link link;
    setup(&link, "SRTP_AES128_CM_SHA1_80:SRTP_AEAD_AES_128_GCM", true);
    run(&link);
    g_assert_cmpint(link.state, ==, DTLS_DONE);
    expect_same_keys(&link, SRTP_SUITE_AEAD_AES_128_GCM); /* our order, not the client's */
    g_assert_cmpuint(link.longest, <=, DTLS_MTU_BYTES);
    teardown(&link);
}

static void test_cm_only(void)
{
    struct link link;
    setup(&link, "SRTP_AES128_CM_SHA1_80", true);
    run(&link);
    g_assert_cmpint(link.state, ==, DTLS_DONE);
    expect_same_keys(&link, SRTP_SUITE_AES128_CM_SHA1_80);
    teardown(&link);
}

/* The server's first flight is lost as a whole: it comes again after 100 ms, not after a second. */
static void test_lost_flight(void)
{
    struct link link;
    setup(&link, "SRTP_AEAD_AES_128_GCM", true);
    link.lose_to = 2; /* HelloVerify is not used: hello, certificate … */
    int64_t begin_us = clock_now_us();
    run(&link);
    g_assert_cmpint(link.state, ==, DTLS_DONE);
    g_assert_cmpint(clock_now_us() - begin_us, <, 900000);
    g_assert_cmpint(clock_now_us() - begin_us, >=, 80000);
    teardown(&link);
}

/* The server's Finished is lost: it is done, the client is not, and asks again. */
static void test_lost_finished(void)
{
    struct link link;
    setup(&link, "SRTP_AEAD_AES_128_GCM", true);
    run(&link);
    unsigned all = link.sent;
    teardown(&link);
    setup(&link, "SRTP_AEAD_AES_128_GCM", true);
    link.lose_from = all - 1;
    link.lose_to = all;
    run(&link);
    g_assert_cmpuint(link.sent, >, all);
    g_assert_cmpint(link.state, ==, DTLS_DONE);
    g_assert_true(SSL_is_init_finished(link.client));
    teardown(&link);
}

static void test_wrong_fingerprint(void)
{
    struct link link;
    uint8_t other[SFU_FINGERPRINT_BYTES];
    setup(&link, "SRTP_AEAD_AES_128_GCM", true);
    memcpy(other, link.sha256, sizeof other);
    other[31] ^= 1;
    dtls_destroy(link.dtls);
    g_assert_cmpint(dtls_create(link.context, other, server_send, &link, &link.dtls), ==, 0);
    struct srtp_keys keys;
    run(&link);
    g_assert_cmpint(link.state, ==, DTLS_FAILED_FINGERPRINT);
    g_assert_cmpint(dtls_export_keys(link.dtls, &keys), ==, -EIO);
    teardown(&link);
}

static void test_no_certificate(void)
{
    struct link link;
    setup(&link, "SRTP_AEAD_AES_128_GCM", false);
    run(&link);
    g_assert_cmpint(link.state, ==, DTLS_FAILED);
    teardown(&link);
}

static void test_no_profile(void)
{
    struct link link;
    setup(&link, NULL, true);
    run(&link);
    g_assert_cmpint(link.state, ==, DTLS_FAILED_PROFILE);
    teardown(&link);
}

static void test_goodbye(void)
{
    struct link link;
    setup(&link, "SRTP_AEAD_AES_128_GCM", true);
    run(&link);
    SSL_shutdown(link.client);
    serve(&link);
    g_assert_cmpint(link.state, ==, DTLS_CLOSED);
    teardown(&link);
}

/* Noise before, during and after the handshake is dropped by the record layer. */
static void test_noise(void)
{
    struct link link;
    uint8_t noise[200];
    setup(&link, "SRTP_AEAD_AES_128_GCM", true);
    for (unsigned i = 0; i < 500; i++) {
        size_t len = (size_t)g_test_rand_int_range(13, sizeof noise);
        for (size_t at = 0; at < len; at++)
            noise[at] = (uint8_t)g_test_rand_int();
        noise[0] = (uint8_t)g_test_rand_int_range(64, 255); /* no record type that there is */
        g_assert_cmpint(dtls_receive(link.dtls, noise, len), ==, DTLS_HANDSHAKE);
    }
    run(&link);
    g_assert_cmpint(link.state, ==, DTLS_DONE);
    for (unsigned i = 0; i < 500; i++) {
        for (size_t at = 0; at < sizeof noise; at++)
            noise[at] = (uint8_t)g_test_rand_int();
        noise[0] = (uint8_t)g_test_rand_int_range(20, 64);
        g_assert_cmpint(dtls_receive(link.dtls, noise, sizeof noise), ==, DTLS_DONE);
    }
    expect_same_keys(&link, SRTP_SUITE_AEAD_AES_128_GCM);
    teardown(&link);
}

static void test_fingerprint_text(void)
{
    struct dtls_identity *a = NULL, *b = NULL;
    g_assert_cmpint(dtls_identity_create(&a), ==, 0);
    g_assert_cmpint(dtls_identity_create(&b), ==, 0);
    g_assert_true(g_regex_match_simple("^([0-9A-F]{2}:){31}[0-9A-F]{2}$",
                                       dtls_identity_fingerprint(a), 0, 0));
    g_assert_cmpstr(dtls_identity_fingerprint(a), !=, dtls_identity_fingerprint(b));
    dtls_identity_destroy(a);
    dtls_identity_destroy(b);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/sfu/dtls/handshake", test_handshake);
    g_test_add_func("/sfu/dtls/cm-only", test_cm_only);
    g_test_add_func("/sfu/dtls/lost-flight", test_lost_flight);
    g_test_add_func("/sfu/dtls/lost-finished", test_lost_finished);
    g_test_add_func("/sfu/dtls/wrong-fingerprint", test_wrong_fingerprint);
    g_test_add_func("/sfu/dtls/no-certificate", test_no_certificate);
    g_test_add_func("/sfu/dtls/no-profile", test_no_profile);
    g_test_add_func("/sfu/dtls/goodbye", test_goodbye);
    g_test_add_func("/sfu/dtls/noise", test_noise);
    g_test_add_func("/sfu/dtls/fingerprint-text", test_fingerprint_text);
    return g_test_run();
}
