/* Connecting, forwarding, and what strangers do. */
#include "tests/unit/sfu/worker/call.h"

#include <glib.h>
#include <string.h>

static void test_forward(gconstpointer profiles)
{
    struct call call;
    call_open(&call, profiles);
    for (unsigned i = 0; i < 50; i++) {
        g_autofree char *payload = g_strdup_printf("opus frame %u", i);
        call_send(&call, payload);
        call_expect(&call, payload);
    }
    struct sfu_counters counters;
    sfu_counters_read(call.sfu, &counters);
    g_assert_cmpuint(counters.forwarded, ==, 50);
    call_close(&call);
}

/* What a stranger may send costs a count each and nothing else. */
static void test_garbage(void)
{
    struct call call;
    call_open(&call, NULL);
    struct far_peer *stranger = far_peer_create(NULL);
    struct sfu_negotiation unused;
    far_peer_offer(stranger, call.sfu, call.room, NULL, 0, &unused);
    uint8_t junk[1200] = {0};
    for (unsigned i = 0; i < 100; i++) {
        junk[0] = 0xff;
        far_peer_send_raw(stranger, junk, 1 + i); /* not media; the first is too short */
        junk[0] = 0x80;
        far_peer_send_raw(stranger, junk, 100); /* RTP of nobody */
        junk[0] = 22;
        far_peer_send_raw(stranger, junk, 100); /* DTLS of nobody */
        junk[0] = 0;
        far_peer_send_raw(stranger, junk, 20 + i); /* not STUN */
        junk[0] = 0x80;
        far_peer_send_raw(call.a, junk, 100); /* forged SRTP from a's own address */
        if (i % 10 == 9)                      /* no more at once than a small socket buffer holds */
            call_expect_dropped(call.sfu, SFU_DROP_NOT_MEDIA, i);
    }
    call_expect_dropped(call.sfu, SFU_DROP_NOT_MEDIA, 99);
    call_expect_dropped(call.sfu, SFU_DROP_TOO_SHORT, 1);
    call_expect_dropped(call.sfu, SFU_DROP_UNKNOWN_TUPLE, 200);
    call_expect_dropped(call.sfu, SFU_DROP_STUN_MALFORMED, 100);
    call_expect_dropped(call.sfu, SFU_DROP_SRTP_AUTH, 100);
    g_assert_cmpuint(far_peer_received_bytes(stranger), ==, 0);
    call_send(&call, "still here");
    call_expect(&call, "still here");
    far_peer_destroy(stranger);
    call_close(&call);
}

/* A peer that is negotiated but has sent nothing. */
static sfu_peer_id open_peer(struct call *call, struct far_peer *peer, struct sfu_negotiation *n)
{
    struct sfu_section section = call_audio_section(PT_A, 0xc1, 0xc2);
    sfu_peer_id id;
    far_peer_offer(peer, call->sfu, call->room, &section, 1, n);
    g_assert_cmpint(sfu_peer_open(call->sfu, call->room, 3, &id), ==, 0);
    g_assert_cmpint(sfu_peer_negotiate(call->sfu, id, n), ==, 0);
    return id;
}

static void test_wrong_password(void)
{
    struct call call;
    struct sfu_negotiation n;
    int error = 0;
    call_open(&call, NULL);
    struct far_peer *peer = far_peer_create(NULL);
    sfu_peer_id id;
    far_peer_offer(peer, call.sfu, call.room, NULL, 0, &n);
    n.local.pwd[5] = n.local.pwd[5] == 'x' ? 'y' : 'x'; /* not what the peer was told */
    g_assert_cmpint(sfu_peer_open(call.sfu, call.room, 3, &id), ==, 0);
    g_assert_cmpint(sfu_peer_negotiate(call.sfu, id, &n), ==, 0);
    g_assert_false(far_peer_check(peer, true, &error));
    g_assert_cmpint(error, ==, 401);
    call_expect_dropped(call.sfu, SFU_DROP_STUN_INTEGRITY, 1);
    far_peer_destroy(peer);
    call_close(&call);
}

static void test_wrong_fingerprint(void)
{
    struct call call;
    struct sfu_negotiation n;
    call_open(&call, NULL);
    struct far_peer *peer = far_peer_create(NULL), *other = far_peer_create(NULL);
    sfu_peer_id id;
    far_peer_offer(peer, call.sfu, call.room, NULL, 0, &n);
    memcpy(n.remote_fingerprint, far_peer_fingerprint(other), SFU_FINGERPRINT_BYTES);
    g_assert_cmpint(sfu_peer_open(call.sfu, call.room, 3, &id), ==, 0);
    g_assert_cmpint(sfu_peer_negotiate(call.sfu, id, &n), ==, 0);
    g_assert_true(far_peer_check(peer, true, NULL));
    g_assert_false(far_peer_handshake(peer));
    struct sfu_event event = far_expect_event(call.sfu, SFU_EVENT_FAILED, id);
    g_assert_cmpint(event.failure, ==, SFU_FAILURE_FINGERPRINT);
    far_peer_destroy(peer);
    far_peer_destroy(other);
    call_close(&call);
}

/* A later offer may not come with another certificate: the association would be another's (RFC 8842). */
static void test_certificate_changed(void)
{
    struct call call;
    struct sfu_negotiation n;
    struct sfu_section section = call_audio_section(PT_A, 0xa1, 0xa2);
    call_open(&call, NULL);
    far_peer_offer(call.a, call.sfu, call.room, &section, 1, &n);
    n.remote_fingerprint[0] ^= 1;
    g_assert_cmpint(sfu_peer_negotiate(call.sfu, call.a_id, &n), ==, 0);
    struct sfu_event event = far_expect_event(call.sfu, SFU_EVENT_FAILED, call.a_id);
    g_assert_cmpint(event.failure, ==, SFU_FAILURE_FINGERPRINT);
    call_close(&call);
}

static void test_no_profile(void)
{
    struct call call;
    struct sfu_negotiation n;
    call_open(&call, NULL);
    struct far_peer *peer = far_peer_create("");
    sfu_peer_id id = open_peer(&call, peer, &n);
    g_assert_true(far_peer_check(peer, true, NULL));
    far_peer_handshake(peer);
    struct sfu_event event = far_expect_event(call.sfu, SFU_EVENT_FAILED, id);
    g_assert_cmpint(event.failure, ==, SFU_FAILURE_PROFILE);
    far_peer_destroy(peer);
    call_close(&call);
}

/* Browsers send the ClientHello before they nominate: the handshake ends first then, and the path is
 * told of when it is nominated. */
static void test_handshake_before_nomination(void)
{
    struct call call;
    struct sfu_negotiation n;
    call_open(&call, NULL);
    struct far_peer *peer = far_peer_create(NULL);
    sfu_peer_id id = open_peer(&call, peer, &n);
    g_assert_true(far_peer_check(peer, false, NULL));
    g_assert_true(far_peer_handshake(peer));
    far_expect_event(call.sfu, SFU_EVENT_SECURED, id);
    g_assert_true(far_peer_check(peer, true, NULL));
    far_expect_event(call.sfu, SFU_EVENT_CONNECTED, id);
    far_peer_destroy(peer);
    call_close(&call);
}

static void test_no_dtls_without_check(void)
{
    struct call call;
    struct sfu_negotiation n;
    call_open(&call, NULL);
    struct far_peer *peer = far_peer_create(NULL);
    uint8_t record[60] = {22, 254, 253};
    open_peer(&call, peer, &n);
    far_peer_send_raw(peer, record, sizeof record);
    call_expect_dropped(call.sfu, SFU_DROP_UNKNOWN_TUPLE, 1);
    far_peer_destroy(peer);
    call_close(&call);
}

static void test_consent(void)
{
    struct sfu *sfu = call_start_sfu(300);
    struct call call = {.sfu = sfu};
    struct sfu_negotiation n;
    g_assert_cmpint(sfu_room_open(sfu, &call.room), ==, 0);
    struct far_peer *peer = far_peer_create(NULL);
    sfu_peer_id id = open_peer(&call, peer, &n);
    g_assert_true(far_peer_check(peer, true, NULL));
    far_expect_event(sfu, SFU_EVENT_CONNECTED, id);
    struct sfu_event event = far_expect_event(sfu, SFU_EVENT_FAILED, id);
    g_assert_cmpint(event.failure, ==, SFU_FAILURE_CONSENT);
    far_peer_destroy(peer);
    sfu_destroy(sfu);
}

static void test_goodbye(void)
{
    struct call call;
    call_open(&call, NULL);
    far_peer_close_dtls(call.a);
    struct sfu_event event = far_expect_event(call.sfu, SFU_EVENT_FAILED, call.a_id);
    g_assert_cmpint(event.failure, ==, SFU_FAILURE_CLOSED);
    g_assert_cmpint(sfu_peer_close(call.sfu, call.a_id), ==, 0);
    call_close(&call);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_data_func("/sfu/session/forward-gcm", NULL, test_forward);
    g_test_add_data_func("/sfu/session/forward-cm", "SRTP_AES128_CM_SHA1_80", test_forward);
    g_test_add_func("/sfu/session/garbage", test_garbage);
    g_test_add_func("/sfu/session/wrong-password", test_wrong_password);
    g_test_add_func("/sfu/session/wrong-fingerprint", test_wrong_fingerprint);
    g_test_add_func("/sfu/session/certificate-changed", test_certificate_changed);
    g_test_add_func("/sfu/session/no-profile", test_no_profile);
    g_test_add_func("/sfu/session/handshake-before-nomination", test_handshake_before_nomination);
    g_test_add_func("/sfu/session/no-dtls-without-check", test_no_dtls_without_check);
    g_test_add_func("/sfu/session/consent", test_consent);
    g_test_add_func("/sfu/session/goodbye", test_goodbye);
    return g_test_run();
}
