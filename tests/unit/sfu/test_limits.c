/* What strangers and peers may cost, on a worker whose thread never starts. The calls into DTLS and SRTP
 * and the sends are counted on their way (wrapped at link time) and then made. */
#include "sfu/peer.h"
#include "sfu/room.h"
#include "sfu/worker/worker.h"

#include <glib.h>
#include <string.h>

#include <stun/stunagent.h>
#include <stun/usages/ice.h>

enum { PEERS = WORKER_HANDSHAKES + 16, ROOMS = PEERS / SFU_MAX_ROOM_PEERS + 1, MAILBOX = 64 };

static struct {
    unsigned dtls, srtp;
    size_t sent_bytes;
} calls;

enum dtls_state __real_dtls_receive(struct dtls *dtls, const uint8_t *data, size_t len);
enum dtls_state __wrap_dtls_receive(struct dtls *dtls, const uint8_t *data, size_t len);
int __real_srtp_pair_unprotect_rtp(struct srtp_pair *pair, uint8_t *packet, size_t *io_len);
int __wrap_srtp_pair_unprotect_rtp(struct srtp_pair *pair, uint8_t *packet, size_t *io_len);
int __real_srtp_pair_unprotect_rtcp(struct srtp_pair *pair, uint8_t *packet, size_t *io_len);
int __wrap_srtp_pair_unprotect_rtcp(struct srtp_pair *pair, uint8_t *packet, size_t *io_len);
void __wrap_udp_send(struct udp_socket *socket, const struct tuple *to,
                     const struct udp_slice *slices, size_t count, struct counters *counters);

enum dtls_state __wrap_dtls_receive(struct dtls *dtls, const uint8_t *data, size_t len)
{
    calls.dtls++;
    return __real_dtls_receive(dtls, data, len);
}

int __wrap_srtp_pair_unprotect_rtp(struct srtp_pair *pair, uint8_t *packet, size_t *io_len)
{
    calls.srtp++;
    return __real_srtp_pair_unprotect_rtp(pair, packet, io_len);
}

int __wrap_srtp_pair_unprotect_rtcp(struct srtp_pair *pair, uint8_t *packet, size_t *io_len)
{
    calls.srtp++;
    return __real_srtp_pair_unprotect_rtcp(pair, packet, io_len);
}

void __wrap_udp_send(struct udp_socket *socket, const struct tuple *to,
                     const struct udp_slice *slices, size_t count, struct counters *counters)
{
    for (size_t i = 0; i < count; i++)
        calls.sent_bytes += slices[i].len;
}

struct stage {
    struct dtls_identity *identity;
    struct mailbox *events;
    struct worker *worker;
    struct room *rooms[ROOMS];
    struct peer *peers[PEERS];
    unsigned peer_count;
};

static void setup(struct stage *s)
{
    struct sfu_config config = {.max_rooms = ROOMS,
                                .max_peers = PEERS,
                                .media_timeout_ms = 5000,
                                .consent_timeout_ms = 30000};
    *s = (struct stage){0};
    memset(&calls, 0, sizeof calls);
    g_assert_cmpint(srtp_library_start(), ==, 0);
    g_assert_cmpint(dtls_identity_create(&s->identity), ==, 0);
    g_assert_cmpint(mailbox_create(sizeof(struct sfu_event), MAILBOX, &s->events), ==, 0);
    g_assert_cmpint(worker_create(0, &config, s->identity, s->events, &s->worker), ==, 0);
    for (unsigned i = 0; i < ROOMS; i++)
        g_assert_cmpint(room_create(s->worker, i + 1, &s->rooms[i]), ==, 0);
}

static void teardown(struct stage *s)
{
    for (unsigned i = 0; i < ROOMS; i++)
        room_destroy(s->rooms[i]);
    worker_destroy(s->worker);
    mailbox_destroy(s->events);
    dtls_identity_destroy(s->identity);
}

/* A port of 10.0.0.`host`. */
static struct tuple way(uint8_t host, uint16_t port)
{
    return (struct tuple){.remote = {.family = AF_INET, .ip = {10, 0, 0, host}, .port = port}};
}

/* One more peer, which a check has come from. */
static struct peer *enter(struct stage *s, const struct tuple *from)
{
    unsigned number = s->peer_count++;
    struct sfu_negotiation n = {0};
    g_snprintf(n.local.ufrag, sizeof n.local.ufrag, "AAAA%04u", number);
    g_strlcpy(n.local.pwd, "0123456789abcdefghijABCD", sizeof n.local.pwd);
    struct peer **peer = &s->peers[number];
    g_assert_cmpint(peer_create(s->rooms[number / SFU_MAX_ROOM_PEERS], number + 1, 0, peer), ==, 0);
    g_assert_cmpint(peer_negotiate(*peer, &n), ==, 0);
    g_assert_true(peer_checked(*peer, from, n.local.ufrag, true));
    return *peer;
}

static uint64_t dropped(const struct stage *s, enum sfu_drop drop)
{
    return s->worker->counters.drops[drop];
}

static void give(struct stage *s, const struct tuple *from, const void *bytes, size_t len)
{
    uint8_t data[UDP_DATAGRAM_BYTES + UDP_SPARE_BYTES] __attribute__((aligned(64))) = {0};
    struct udp_datagram datagram = {.data = data, .len = len, .tuple = *from};
    memcpy(data, bytes, len);
    intake_datagram(s->worker, &datagram);
}

static const uint8_t bad_check[20] = {0, 1};
/* The first 10 bytes of a ClientHello of 256: the rest is waited for. */
static const uint8_t hello[13 + 12 + 10] = {
    22,        0xfe, 0xfd, [12] = 12 + 10, /* handshake record of DTLS 1.2 */
    1,         0,    1,    0,
    [24] = 10,
};

/* ---- what strangers may cost ---- */

static void test_checks_of_a_source(void)
{
    struct stage s;
    setup(&s);
    struct tuple flood = way(1, 1);
    for (unsigned i = 0; i < WORKER_SOURCE_CHECKS_BURST + 10; i++) {
        flood.remote.port++; /* other ports are the same source */
        give(&s, &flood, bad_check, sizeof bad_check);
    }
    g_assert_cmpuint(dropped(&s, SFU_DROP_STUN_MALFORMED), ==, WORKER_SOURCE_CHECKS_BURST);
    g_assert_cmpuint(dropped(&s, SFU_DROP_STUN_RATE), ==, 10);
    enter(&s, &flood); /* from now on this tuple is known */
    give(&s, &flood, bad_check, sizeof bad_check);
    g_assert_cmpuint(dropped(&s, SFU_DROP_STUN_RATE), ==, 10);
    s.worker->now_us += 1000000;
    flood.remote.port = 9;
    give(&s, &flood, bad_check, sizeof bad_check);
    g_assert_cmpuint(dropped(&s, SFU_DROP_STUN_RATE), ==, 10);
    teardown(&s);
}

static size_t make_check(uint8_t *data, size_t size, unsigned peer, const char *pwd)
{
    static const uint16_t known[] = {0};
    StunAgent agent;
    StunMessage message;
    char username[32];
    g_snprintf(username, sizeof username, "AAAA%04u:them", peer);
    stun_agent_init(&agent, known, STUN_COMPATIBILITY_RFC5389,
                    STUN_AGENT_USAGE_SHORT_TERM_CREDENTIALS | STUN_AGENT_USAGE_USE_FINGERPRINT);
    return stun_usage_ice_conncheck_create(
        &agent, &message, data, size, (uint8_t *)username, strlen(username), (const uint8_t *)pwd,
        strlen(pwd), false, true, 1, 2, NULL, STUN_USAGE_ICE_COMPATIBILITY_RFC5245);
}

/* Whatever strangers send, even under his own address: who was let in gets in; and who spends his own
 * limit spends nobody else's. */
static void test_guests_beside_strangers(void)
{
    struct stage s;
    uint8_t good[UDP_DATAGRAM_BYTES], bad[UDP_DATAGRAM_BYTES];
    setup(&s);
    struct tuple first = way(1, 1), from = way(1, 2);
    enter(&s, &first);
    enter(&s, &first);
    size_t good_len = make_check(good, sizeof good, 0, "0123456789abcdefghijABCD");
    size_t bad_len = make_check(bad, sizeof bad, 1, "not the password");
    for (unsigned i = 0; i < 2 * WORKER_CHECKS_PER_S; i++) {
        struct tuple stranger = way((uint8_t)i, (uint16_t)(i + 3));
        give(&s, &stranger, bad_check, sizeof bad_check);
    }
    for (unsigned i = 0; i < PEER_CHECKS_BURST + 10; i++) {
        from.remote.port++;
        give(&s, &from, bad, bad_len);
    }
    g_assert_cmpuint(dropped(&s, SFU_DROP_STUN_INTEGRITY), ==, PEER_CHECKS_BURST);
    from.remote.port = 2;
    give(&s, &from, good, good_len);
    g_assert_true(directory_find_tuple(s.worker->directory, &from) == s.peers[0]);
    teardown(&s);
}

static void test_checks_of_all(void)
{
    struct stage s;
    setup(&s);
    for (unsigned i = 0; i < 4 * WORKER_CHECKS_PER_S; i++) {
        struct tuple from = way((uint8_t)i, (uint16_t)(i >> 16));
        from.remote.ip[2] = (uint8_t)(i >> 8);
        give(&s, &from, bad_check, sizeof bad_check);
    }
    g_assert_cmpuint(dropped(&s, SFU_DROP_STUN_MALFORMED), ==, WORKER_CHECKS_PER_S);
    g_assert_cmpuint(dropped(&s, SFU_DROP_STUN_RATE), ==, 3 * WORKER_CHECKS_PER_S);
    teardown(&s);
}

/* Of an address that passed no check nothing reaches OpenSSL or libsrtp, however much comes. */
static void test_strangers_reach_nothing(void)
{
    enum { ROUNDS = 2000 };
    struct stage s;
    setup(&s);
    struct tuple known = way(1, 1), stranger = way(2, 1);
    struct peer *peer = enter(&s, &known);
    uint8_t data[1200];
    for (unsigned i = 0; i < ROUNDS; i++) {
        for (unsigned at = 0; at < sizeof data; at++)
            data[at] = (uint8_t)g_test_rand_int();
        data[0] = (uint8_t)g_test_rand_int_range(20, 64);
        give(&s, &stranger, data, sizeof data);
        data[0] = 0x80;
        data[1] = 96;
        give(&s, &stranger, data, sizeof data);
        data[1] = 200;
        give(&s, &stranger, data, sizeof data);
    }
    g_assert_cmpuint(dropped(&s, SFU_DROP_UNKNOWN_TUPLE), ==, 3 * ROUNDS);
    g_assert_cmpuint(calls.dtls + calls.srtp, ==, 0);
    g_assert_null(peer->dtls);

    data[1] = 96;
    give(&s, &known, data, sizeof data); /* a known one without keys */
    g_assert_cmpuint(dropped(&s, SFU_DROP_NOT_SECURED), ==, 1);
    g_assert_cmpuint(calls.srtp, ==, 0);
    give(&s, &known, hello, sizeof hello);
    g_assert_cmpuint(calls.dtls, ==, 1);
    teardown(&s);
}

/* Whatever comes from somewhere that proved nothing: never more bytes go there than came. */
static void test_no_amplification(void)
{
    enum { ROUNDS = 20000 };
    struct stage s;
    setup(&s);
    struct tuple known = way(1, 1);
    enter(&s, &known);
    unsigned answered = 0;
    for (unsigned i = 0; i < ROUNDS; i++) {
        /* A request with a USERNAME of ours and whatever else, cut anywhere. */
        uint8_t data[200];
        size_t len = 20 + 4 * (size_t)g_test_rand_int_range(0, 40);
        for (unsigned at = 0; at < sizeof data; at++)
            data[at] = (uint8_t)g_test_rand_int();
        memcpy(data, "\x00\x01\x00\x00\x21\x12\xa4\x42", 8);
        data[3] = (uint8_t)(len - 20);
        memcpy(data + 20,
               "\x00\x06\x00\x0d"
               "AAAA0000:them\0\0\0",
               20);
        if (i % 2)
            memcpy(data + 40, "\x00\x08\x00\x14", 4); /* MESSAGE-INTEGRITY, wrong */
        struct tuple from = way((uint8_t)(2 + i % 200), (uint16_t)i);
        s.worker->now_us += 20000;
        calls.sent_bytes = 0;
        give(&s, &from, data, len);
        g_assert_cmpuint(calls.sent_bytes, <=, len);
        answered += calls.sent_bytes > 0;
    }
    g_assert_cmpuint(answered, >, 0); /* or the test has looked at nothing */
    teardown(&s);
}

/* ---- what peers may cost ---- */

static void test_handshakes_of_a_source(void)
{
    struct stage s;
    setup(&s);
    for (unsigned i = 0; i <= WORKER_SOURCE_HANDSHAKES; i++) {
        struct tuple from = way(1, (uint16_t)(i + 1));
        enter(&s, &from);
        give(&s, &from, hello, sizeof hello);
    }
    struct peer *last = s.peers[WORKER_SOURCE_HANDSHAKES];
    g_assert_cmpuint(dropped(&s, SFU_DROP_DTLS_BUSY), ==, 1);
    g_assert_null(last->dtls);
    struct tuple elsewhere = way(2, 1), again = last->paths.list[0].tuple;
    give(&s, &elsewhere, hello, sizeof hello); /* unknown: no matter of this limit */
    enter(&s, &elsewhere);
    give(&s, &elsewhere, hello, sizeof hello);
    g_assert_cmpuint(dropped(&s, SFU_DROP_DTLS_BUSY), ==, 1);
    peer_destroy(s.peers[0]); /* one ends, and who was refused comes again */
    give(&s, &again, hello, sizeof hello);
    g_assert_cmpuint(dropped(&s, SFU_DROP_DTLS_BUSY), ==, 1);
    g_assert_nonnull(last->dtls);
    teardown(&s);
}

static void test_handshakes_of_all(void)
{
    struct stage s;
    setup(&s);
    for (unsigned i = 0; i <= WORKER_HANDSHAKES; i++) {
        struct tuple from = way((uint8_t)i, (uint16_t)(i + 1));
        enter(&s, &from);
        give(&s, &from, hello, sizeof hello);
    }
    g_assert_cmpuint(dropped(&s, SFU_DROP_DTLS_BUSY), ==, 1);
    teardown(&s);
}

static void give_secured(struct stage *s, const struct tuple *from, struct srtp_pair *far,
                         bool rtcp, uint16_t number)
{
    uint8_t packet[256]
        __attribute__((aligned(8))) = {0x80, 0, (uint8_t)(number >> 8), (uint8_t)number};
    size_t len = rtcp ? 8 : 60;
    if (rtcp)
        memcpy(packet, "\x80\xc9\x00\x01\x00\x00\x00\x07", 8);
    else
        packet[11] = 9;
    g_assert_cmpint(rtcp ? srtp_pair_protect_rtcp(far, packet, &len)
                         : srtp_pair_protect_rtp(far, packet, &len),
                    ==, 0);
    give(s, from, packet, len);
}

static void test_packets_of_a_peer(void)
{
    struct stage s;
    struct srtp_pair *far;
    struct srtp_keys keys = {.suite = SRTP_SUITE_AEAD_AES_128_GCM};
    setup(&s);
    struct tuple from = way(1, 1);
    struct peer *peer = enter(&s, &from);
    g_assert_cmpint(srtp_pair_create(&keys, true, &peer->srtp), ==, 0);
    g_assert_cmpint(srtp_pair_create(&keys, false, &far), ==, 0);
    for (unsigned i = 0; i < PEER_RTCP_BURST + 10; i++)
        give_secured(&s, &from, far, true, 0);
    g_assert_cmpuint(dropped(&s, SFU_DROP_RTCP_RATE), ==, 10);
    for (unsigned i = 0; i < PEER_RTP_PER_S + 10; i++)
        give_secured(&s, &from, far, false, (uint16_t)i);
    g_assert_cmpuint(dropped(&s, SFU_DROP_RTP_RATE), ==, 10);
    s.worker->now_us += 1000000;
    give_secured(&s, &from, far, true, 0);
    give_secured(&s, &from, far, false, PEER_RTP_PER_S + 10);
    g_assert_cmpuint(dropped(&s, SFU_DROP_RTCP_RATE), ==, 10);
    g_assert_cmpuint(dropped(&s, SFU_DROP_RTP_RATE), ==, 10);
    srtp_pair_destroy(far);
    teardown(&s);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/sfu/limits/checks-of-a-source", test_checks_of_a_source);
    g_test_add_func("/sfu/limits/guests-beside-strangers", test_guests_beside_strangers);
    g_test_add_func("/sfu/limits/checks-of-all", test_checks_of_all);
    g_test_add_func("/sfu/limits/strangers-reach-nothing", test_strangers_reach_nothing);
    g_test_add_func("/sfu/limits/no-amplification", test_no_amplification);
    g_test_add_func("/sfu/limits/handshakes-of-a-source", test_handshakes_of_a_source);
    g_test_add_func("/sfu/limits/handshakes-of-all", test_handshakes_of_all);
    g_test_add_func("/sfu/limits/packets-of-a-peer", test_packets_of_a_peer);
    return g_test_run();
}
