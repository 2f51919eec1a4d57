/* Peers whose address changes: by ICE restart, by a check, by media alone. */
#include "tests/unit/sfu/worker/call.h"

#include <glib.h>
#include <string.h>

/* Other credentials: the old ones work until the new ones nominate, the keys stay. */
static void test_ice_restart(void)
{
    struct call call;
    struct sfu_negotiation first, second;
    struct sfu_section section = call_audio_section(PT_B, 0xb1, 0xb2);
    int error = 0;
    call_open(&call, NULL);
    call_send(&call, "before");
    call_expect(&call, "before");

    far_peer_offer(call.b, call.sfu, call.room, &section, 1, &second);
    g_assert_cmpint(sfu_peer_negotiate(call.sfu, call.b_id, &second), ==, 0);
    call_send(&call, "between");
    call_expect(&call, "between");
    far_peer_rebind(call.b);
    g_assert_true(far_peer_check(call.b, true, NULL));
    far_expect_event(call.sfu, SFU_EVENT_CONNECTED, call.b_id);
    call_send(&call, "after");
    call_expect(&call, "after");

    /* A third set retires the first; the second is good until the third is nominated. */
    far_peer_offer(call.b, call.sfu, call.room, &section, 1, &first);
    g_assert_cmpint(sfu_peer_negotiate(call.sfu, call.b_id, &first), ==, 0);
    g_assert_true(far_peer_check(call.b, true, &error));
    far_expect_event(call.sfu, SFU_EVENT_CONNECTED, call.b_id);
    call_send(&call, "third");
    call_expect(&call, "third");
    call_close(&call);
}

/* The receiver's port changes and it checks and nominates from there. */
static void test_address_change_by_check(void)
{
    struct call call;
    call_open(&call, NULL);
    call_send(&call, "old");
    call_expect(&call, "old");
    far_peer_rebind(call.b);
    g_assert_true(far_peer_check(call.b, true, NULL));
    call_send(&call, "new");
    call_expect(&call, "new");
    call_close(&call);
}

/* The sender's port changes and media is the first that comes from there: it is taken at once, and what
 * goes back goes there. A stranger's copy of an old packet moves nothing. */
static void test_address_change_by_media(void)
{
    struct call call;
    call_open(&call, NULL);
    for (unsigned i = 0; i < 3; i++) {
        call_send(&call, "old");
        call_expect(&call, "old");
    }
    g_assert_cmpint(sfu_slot_feed(call.sfu, call.a_id, 0, call.b_id, 0), ==, 0);
    far_expect_event(call.sfu, SFU_EVENT_SLOT, call.a_id);
    far_peer_rebind(call.a);
    call_send(&call, "moved");
    call_expect(&call, "moved");

    uint8_t rtp[64];
    struct far_packet packet;
    size_t len = far_rtp_make(rtp, PT_B, 7, 960, 0xb1, "back", 4);
    far_peer_send_rtp(call.b, rtp, len);
    g_assert_true(far_peer_receive_rtp(call.a, &packet, CALL_WAIT_US));
    g_assert_cmpmem(packet.data + packet.len - 4, 4, "back", 4);

    /* The move is provisional: DTLS is heard only from where a check came from. */
    uint8_t record[60] = {22, 254, 253};
    far_peer_send_raw(call.a, record, sizeof record);
    call_expect_dropped(call.sfu, SFU_DROP_UNKNOWN_TUPLE, 1);
    call_close(&call);
}

static void test_stray_forged(void)
{
    struct call call;
    call_open(&call, NULL);
    call_send(&call, "one");
    call_expect(&call, "one");
    struct far_peer *stranger = far_peer_create(NULL);
    struct sfu_negotiation unused;
    far_peer_offer(stranger, call.sfu, call.room, NULL, 0, &unused);
    uint8_t rtp[64];
    size_t len = far_rtp_make(rtp, PT_A, (uint16_t)(call.seq + 5), 960, 0xa1,
                              "forged, with no key at all", 26);
    far_peer_send_raw(stranger, rtp, len);
    call_expect_dropped(call.sfu, SFU_DROP_SRTP_AUTH, 1);
    call_send(&call, "two");
    call_expect(&call, "two");
    g_assert_cmpuint(far_peer_received_bytes(stranger), ==, 0);
    far_peer_destroy(stranger);
    call_close(&call);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/sfu/session/ice-restart", test_ice_restart);
    g_test_add_func("/sfu/session/address-change-by-check", test_address_change_by_check);
    g_test_add_func("/sfu/session/address-change-by-media", test_address_change_by_media);
    g_test_add_func("/sfu/session/stray-forged", test_stray_forged);
    return g_test_run();
}
