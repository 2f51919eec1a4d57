/* A running sfu on loopback with real peers: ICE, DTLS, SRTP, forwarding, and what strangers do. */
#include "sfu/sfu.h"

#include "base/clock.h"
#include "tests/harness/peer.h"

#include <glib.h>
#include <string.h>

enum { WAIT_US = 5000000, PT_A = 111, PT_B = 109 };

static struct sfu *start(unsigned consent_timeout_ms)
{
    struct sfu_config config = {.listen = {"127.0.0.1"},
                                .workers = 1,
                                .max_rooms = 4,
                                .max_peers = 8,
                                .socket_buffer_bytes = 65536,
                                .media_timeout_ms = 5000,
                                .consent_timeout_ms = consent_timeout_ms};
    struct sfu *sfu = NULL;
    char *what = NULL;
    int r = sfu_create(&config, &sfu, &what);
    if (r < 0)
        g_error("%s", what);
    return sfu;
}

static struct sfu_section audio(uint8_t pt, uint32_t ssrc, uint32_t slot_ssrc)
{
    return (struct sfu_section){.mid = "0",
                                .kind = SFU_AUDIO,
                                .inbound = true,
                                .outbound = true,
                                .payload_count = 1,
                                .payloads = {{.codec = SFU_CODEC_OPUS, .pt = pt}},
                                .ssrc = ssrc,
                                .slot_ssrc = slot_ssrc};
}

struct call {
    struct sfu *sfu;
    sfu_room_id room;
    struct far_peer *a, *b;
    sfu_peer_id a_id, b_id;
    uint16_t seq; /* of what a sends */
};

static void open_call(struct call *call, const char *profiles_a)
{
    *call = (struct call){.sfu = start(30000), .seq = 100};
    g_assert_cmpint(sfu_room_open(call->sfu, &call->room), ==, 0);
    call->a = far_peer_create(profiles_a);
    call->b = far_peer_create(NULL);
    struct sfu_section section_a = audio(PT_A, 0xa1, 0xa2), section_b = audio(PT_B, 0xb1, 0xb2);
    call->a_id = far_peer_join(call->a, call->sfu, call->room, 1, &section_a, 1);
    call->b_id = far_peer_join(call->b, call->sfu, call->room, 2, &section_b, 1);
    g_assert_cmpint(sfu_slot_feed(call->sfu, call->b_id, 0, call->a_id, 0), ==, 0);
    far_expect_event(call->sfu, SFU_EVENT_SLOT, call->b_id);
}

static void close_call(struct call *call)
{
    far_peer_destroy(call->a);
    far_peer_destroy(call->b);
    sfu_destroy(call->sfu);
}

static void send_audio(struct call *call, const char *payload)
{
    uint8_t rtp[256];
    size_t len = far_rtp_make(rtp, PT_A, call->seq, (uint32_t)call->seq * 960, 0xa1, payload,
                              strlen(payload));
    call->seq++;
    far_peer_send_rtp(call->a, rtp, len);
}

/* What b hears next is `payload`, in b's payload type and its slot's SSRC. */
static void expect_audio(struct call *call, const char *payload)
{
    struct far_packet packet;
    g_assert_true(far_peer_receive_rtp(call->b, &packet, WAIT_US));
    g_assert_cmpuint(packet.data[1] & 0x7f, ==, PT_B);
    g_assert_cmpmem(packet.data + 8, 4, "\0\0\0\xb2", 4);
    size_t len = strlen(payload);
    g_assert_cmpuint(packet.len, >=, 12 + len);
    g_assert_cmpmem(packet.data + packet.len - len, len, payload, len);
}

static uint64_t dropped(struct sfu *sfu, enum sfu_drop drop)
{
    struct sfu_counters counters;
    sfu_counters_read(sfu, &counters);
    return counters.drops[drop];
}

/* Counters are written by another thread: asked until they say so, with a bound. */
static void expect_dropped(struct sfu *sfu, enum sfu_drop drop, uint64_t at_least)
{
    int64_t until_us = clock_now_us() + WAIT_US;
    while (dropped(sfu, drop) < at_least) {
        if (clock_now_us() >= until_us)
            g_error("%s: %" G_GUINT64_FORMAT, sfu_drop_name(drop), dropped(sfu, drop));
        g_thread_yield();
    }
}

static void test_forward(gconstpointer profiles)
{
    struct call call;
    open_call(&call, profiles);
    for (unsigned i = 0; i < 50; i++) {
        g_autofree char *payload = g_strdup_printf("opus frame %u", i);
        send_audio(&call, payload);
        expect_audio(&call, payload);
    }
    struct sfu_counters counters;
    sfu_counters_read(call.sfu, &counters);
    g_assert_cmpuint(counters.forwarded, ==, 50);
    close_call(&call);
}

/* What a stranger may send costs a count each and nothing else. */
static void test_garbage(void)
{
    struct call call;
    open_call(&call, NULL);
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
    }
    expect_dropped(call.sfu, SFU_DROP_NOT_MEDIA, 99);
    expect_dropped(call.sfu, SFU_DROP_TOO_SHORT, 1);
    expect_dropped(call.sfu, SFU_DROP_UNKNOWN_TUPLE, 200);
    expect_dropped(call.sfu, SFU_DROP_STUN_MALFORMED, 100);
    expect_dropped(call.sfu, SFU_DROP_SRTP_AUTH, 100);
    g_assert_cmpuint(far_peer_received_bytes(stranger), ==, 0);
    send_audio(&call, "still here");
    expect_audio(&call, "still here");
    far_peer_destroy(stranger);
    close_call(&call);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_data_func("/sfu/session/forward-gcm", NULL, test_forward);
    g_test_add_data_func("/sfu/session/forward-cm", "SRTP_AES128_CM_SHA1_80", test_forward);
    g_test_add_func("/sfu/session/garbage", test_garbage);
    return g_test_run();
}
