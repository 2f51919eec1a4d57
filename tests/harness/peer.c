#include "tests/harness/peer.h"

#include "base/clock.h"
#include "base/crypto/random.h"
#include "tests/harness/wait.h"

#include <arpa/inet.h>
#include <errno.h>
#include <glib.h>
#include <netinet/in.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <srtp2/srtp.h>
#include <stun/stunagent.h>
#include <stun/usages/ice.h>

enum { TIMEOUT_US = 5000000, RESEND_US = 200000 };

static const uint16_t known_attributes[] = {
    STUN_ATTRIBUTE_USERNAME,           STUN_ATTRIBUTE_MESSAGE_INTEGRITY, STUN_ATTRIBUTE_ERROR_CODE,
    STUN_ATTRIBUTE_XOR_MAPPED_ADDRESS, STUN_ATTRIBUTE_MAPPED_ADDRESS,    0};

struct far_peer {
    int fd;
    struct sockaddr_storage to;
    socklen_t to_len;
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
    bool check_answered;
    int check_error;
    bool media_waiting;
    struct far_packet media;
};

/* ---- making ---- */

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
    SSL_set_mtu(peer->ssl, 1200);
    SSL_set_connect_state(peer->ssl);
}

static int open_socket(void)
{
    struct sockaddr_in any = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    g_assert_cmpint(fd, >=, 0);
    g_assert_cmpint(bind(fd, (struct sockaddr *)&any, sizeof any), ==, 0);
    return fd;
}

static void random_text(char *text, size_t bytes)
{
    random_bytes(text, bytes);
    for (size_t i = 0; i + 1 < bytes; i++)
        text[i] = "abcdefghijklmnopqrstuvwxyz012345"[(uint8_t)text[i] % 32];
    text[bytes - 1] = '\0';
}

struct far_peer *far_peer_create(const char *profiles)
{
    static bool started;
    if (!started) /* a second start beside the sfu's is harmless while no keys are being made */
        srtp_init();
    started = true;
    struct far_peer *peer = g_new0(struct far_peer, 1);
    peer->fd = open_socket();
    stun_agent_init(&peer->agent, known_attributes, STUN_COMPATIBILITY_RFC5389,
                    STUN_AGENT_USAGE_SHORT_TERM_CREDENTIALS | STUN_AGENT_USAGE_USE_FINGERPRINT);
    random_text(peer->ufrag, sizeof peer->ufrag);
    random_text(peer->pwd, sizeof peer->pwd);
    make_certificate(peer);
    make_dtls(peer, profiles);
    return peer;
}

void far_peer_destroy(struct far_peer *peer)
{
    if (!peer)
        return;
    SSL_free(peer->ssl);
    SSL_CTX_free(peer->ctx);
    BIO_meth_free(peer->bio_method);
    X509_free(peer->certificate);
    EVP_PKEY_free(peer->key);
    if (peer->in)
        srtp_dealloc(peer->in);
    if (peer->out)
        srtp_dealloc(peer->out);
    close(peer->fd);
    g_free(peer);
}

const uint8_t *far_peer_fingerprint(const struct far_peer *peer)
{
    return peer->fingerprint;
}

uint64_t far_peer_received_bytes(const struct far_peer *peer)
{
    return peer->received_bytes;
}

int far_peer_fd(const struct far_peer *peer)
{
    return peer->fd;
}

void far_peer_rebind(struct far_peer *peer)
{
    int fd = open_socket();
    close(peer->fd);
    peer->fd = fd;
}

/* ---- negotiation ---- */

void far_peer_offer(struct far_peer *peer, struct sfu *sfu, sfu_room_id room,
                    const struct sfu_section *sections, unsigned section_count,
                    struct sfu_negotiation *ret_negotiation)
{
    struct sfu_candidate candidates[SFU_MAX_CANDIDATES];
    g_assert_cmpuint(sfu_room_candidates(sfu, room, candidates), >, 0);
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(candidates[0].port)};
    g_assert_cmpint(inet_pton(AF_INET, candidates[0].address, &to.sin_addr), ==, 1);
    memcpy(&peer->to, &to, sizeof to);
    peer->to_len = sizeof to;
    g_strlcpy(peer->server_fingerprint, sfu_fingerprint(sfu), sizeof peer->server_fingerprint);

    struct sfu_negotiation n = {.section_count = section_count};
    sfu_ice_make(sfu, room, &n.local);
    peer->theirs = n.local;
    g_strlcpy(n.remote_ufrag, peer->ufrag, sizeof n.remote_ufrag);
    g_strlcpy(n.remote_pwd, peer->pwd, sizeof n.remote_pwd);
    memcpy(n.remote_fingerprint, peer->fingerprint, sizeof n.remote_fingerprint);
    for (unsigned i = 0; i < section_count; i++)
        n.sections[i] = sections[i];
    *ret_negotiation = n;
}

sfu_peer_id far_peer_join(struct far_peer *peer, struct sfu *sfu, sfu_room_id room, uint32_t tag,
                          const struct sfu_section *sections, unsigned section_count)
{
    struct sfu_negotiation negotiation;
    sfu_peer_id id;
    far_peer_offer(peer, sfu, room, sections, section_count, &negotiation);
    g_assert_cmpint(sfu_peer_open(sfu, room, tag, &id), ==, 0);
    g_assert_cmpint(sfu_peer_negotiate(sfu, id, &negotiation), ==, 0);
    g_assert_true(far_peer_check(peer, true, NULL));
    g_assert_true(far_peer_handshake(peer));
    far_expect_event(sfu, SFU_EVENT_SECURED, id);
    return id;
}

struct sfu_event far_expect_event(struct sfu *sfu, enum sfu_event_type type, sfu_peer_id peer)
{
    int64_t until_us = clock_now_us() + TIMEOUT_US;
    struct sfu_event event;
    for (;;) {
        while (sfu_next_event(sfu, &event))
            if (event.type == type && event.peer == peer)
                return event;
        int64_t left_us = until_us - clock_now_us();
        if (left_us <= 0 || !wait_readable(sfu_event_fd(sfu), left_us))
            g_error("no event of type %d for the peer", (int)type);
    }
}

/* ---- in ---- */

static void take_stun(struct far_peer *peer, const uint8_t *data, size_t len)
{
    StunMessage message;
    StunValidationStatus status =
        stun_agent_validate(&peer->agent, &message, data, len, NULL, NULL);
    if (status != STUN_VALIDATION_SUCCESS && stun_message_get_class(&message) != STUN_ERROR)
        return;
    peer->check_error = 0;
    if (stun_message_get_class(&message) == STUN_ERROR)
        stun_message_find_error(&message, &peer->check_error);
    peer->check_answered = true;
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

static void take_dtls(struct far_peer *peer, const uint8_t *data, size_t len)
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

static void take_media(struct far_peer *peer, uint8_t *data, size_t len)
{
    int n = (int)len;
    if (!peer->in)
        return;
    bool rtcp = data[1] >= 192 && data[1] <= 223;
    srtp_err_status_t status =
        rtcp ? srtp_unprotect_rtcp(peer->in, data, &n) : srtp_unprotect(peer->in, data, &n);
    g_assert_cmpint(status, ==, srtp_err_status_ok);
    peer->media.rtcp = rtcp;
    peer->media.len = (size_t)n;
    memcpy(peer->media.data, data, (size_t)n);
    peer->media_waiting = true;
}

/* One datagram; false when nothing came until the timeout. */
static bool pump(struct far_peer *peer, int64_t timeout_us)
{
    uint8_t data[FAR_PACKET_BYTES + 64] __attribute__((aligned(8))) = {0};
    ssize_t n = recv(peer->fd, data, FAR_PACKET_BYTES, 0);
    if (n < 0 && errno == EAGAIN) {
        if (timeout_us <= 0 || !wait_readable(peer->fd, timeout_us))
            return false;
        n = recv(peer->fd, data, FAR_PACKET_BYTES, 0);
    }
    if (n <= 0)
        return false;
    peer->received_bytes += (uint64_t)n;
    if (data[0] <= 3)
        take_stun(peer, data, (size_t)n);
    else if (data[0] >= 20 && data[0] <= 63)
        take_dtls(peer, data, (size_t)n);
    else
        take_media(peer, data, (size_t)n);
    return true;
}

/* ---- ICE ---- */

static void send_check(struct far_peer *peer, bool nominate)
{
    uint8_t buffer[1500];
    char username[64];
    StunMessage message;
    g_snprintf(username, sizeof username, "%s:%s", peer->theirs.ufrag, peer->ufrag);
    size_t len = stun_usage_ice_conncheck_create(
        &peer->agent, &message, buffer, sizeof buffer, (uint8_t *)username, strlen(username),
        (uint8_t *)peer->theirs.pwd, strlen(peer->theirs.pwd), nominate, true, 12345, 0x1234567890,
        NULL, STUN_USAGE_ICE_COMPATIBILITY_RFC5245);
    g_assert_cmpuint(len, >, 0);
    far_peer_send_raw(peer, buffer, len);
}

bool far_peer_check(struct far_peer *peer, bool nominate, int *ret_error)
{
    int64_t until_us = clock_now_us() + TIMEOUT_US, resend_us = 0;
    peer->check_answered = false;
    while (!peer->check_answered) {
        int64_t now_us = clock_now_us();
        if (now_us >= until_us)
            return false;
        if (now_us >= resend_us) {
            send_check(peer, nominate);
            resend_us = now_us + RESEND_US;
        }
        pump(peer, resend_us - now_us);
    }
    if (ret_error)
        *ret_error = peer->check_error;
    return peer->check_error == 0;
}

/* ---- DTLS ---- */

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

bool far_peer_handshake(struct far_peer *peer)
{
    int64_t until_us = clock_now_us() + TIMEOUT_US;
    advance_handshake(peer);
    while (!peer->handshake_done && !peer->handshake_failed && clock_now_us() < until_us) {
        if (!pump(peer, RESEND_US))
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

/* ---- media ---- */

void far_peer_send_raw(struct far_peer *peer, const void *data, size_t len)
{
    ssize_t n = sendto(peer->fd, data, len, 0, (struct sockaddr *)&peer->to, peer->to_len);
    g_assert_cmpint(n, ==, (ssize_t)len);
}

void far_peer_send_rtp(struct far_peer *peer, const void *rtp, size_t len)
{
    uint8_t data[FAR_PACKET_BYTES] __attribute__((aligned(8)));
    g_assert_cmpuint(len + 32, <, sizeof data);
    memcpy(data, rtp, len);
    int n = (int)len;
    g_assert_cmpint(srtp_protect(peer->out, data, &n), ==, srtp_err_status_ok);
    far_peer_send_raw(peer, data, (size_t)n);
}

void far_peer_send_rtcp(struct far_peer *peer, const void *rtcp, size_t len)
{
    uint8_t data[FAR_PACKET_BYTES] __attribute__((aligned(8)));
    g_assert_cmpuint(len + 32, <, sizeof data);
    memcpy(data, rtcp, len);
    int n = (int)len;
    g_assert_cmpint(srtp_protect_rtcp(peer->out, data, &n), ==, srtp_err_status_ok);
    far_peer_send_raw(peer, data, (size_t)n);
}

bool far_peer_receive(struct far_peer *peer, struct far_packet *ret_packet, int64_t timeout_us)
{
    int64_t until_us = clock_now_us() + timeout_us;
    while (!peer->media_waiting) {
        int64_t left_us = until_us - clock_now_us();
        if (!pump(peer, left_us) && left_us <= 0)
            return false;
    }
    peer->media_waiting = false;
    *ret_packet = peer->media;
    return true;
}

bool far_peer_receive_rtp(struct far_peer *peer, struct far_packet *ret_packet, int64_t timeout_us)
{
    int64_t until_us = clock_now_us() + timeout_us;
    do {
        if (!far_peer_receive(peer, ret_packet, until_us - clock_now_us()))
            return false;
    } while (ret_packet->rtcp);
    return true;
}

size_t far_rtp_make(uint8_t *buffer, uint8_t pt, uint16_t seq, uint32_t timestamp, uint32_t ssrc,
                    const void *payload, size_t payload_len)
{
    uint32_t words[2] = {htonl(timestamp), htonl(ssrc)};
    uint16_t net_seq = htons(seq);
    buffer[0] = 0x80;
    buffer[1] = pt;
    memcpy(buffer + 2, &net_seq, 2);
    memcpy(buffer + 4, words, 8);
    memcpy(buffer + 12, payload, payload_len);
    return 12 + payload_len;
}
