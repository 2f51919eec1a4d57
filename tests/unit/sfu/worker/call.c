#include "tests/unit/sfu/worker/call.h"

#include "base/clock.h"

#include <glib.h>
#include <string.h>

struct sfu *call_start_sfu(unsigned consent_timeout_ms)
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

struct sfu_section call_audio_section(uint8_t pt, uint32_t ssrc, uint32_t slot_ssrc)
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

void call_open(struct call *call, const char *profiles_a)
{
    *call = (struct call){.sfu = call_start_sfu(30000), .seq = 100};
    g_assert_cmpint(sfu_room_open(call->sfu, &call->room), ==, 0);
    call->a = far_peer_create(profiles_a);
    call->b = far_peer_create(NULL);
    struct sfu_section section_a = call_audio_section(PT_A, 0xa1, 0xa2),
                       section_b = call_audio_section(PT_B, 0xb1, 0xb2);
    call->a_id = far_peer_join(call->a, call->sfu, call->room, 1, &section_a, 1);
    call->b_id = far_peer_join(call->b, call->sfu, call->room, 2, &section_b, 1);
    g_assert_cmpint(sfu_slot_feed(call->sfu, call->b_id, 0, call->a_id, 0), ==, 0);
    far_expect_event(call->sfu, SFU_EVENT_SLOT, call->b_id);
}

void call_close(struct call *call)
{
    far_peer_destroy(call->a);
    far_peer_destroy(call->b);
    sfu_destroy(call->sfu);
}

void call_send(struct call *call, const char *payload)
{
    uint8_t rtp[256];
    size_t len = far_rtp_make(rtp, PT_A, call->seq, (uint32_t)call->seq * 960, 0xa1, payload,
                              strlen(payload));
    call->seq++;
    far_peer_send_rtp(call->a, rtp, len);
}

void call_expect(struct call *call, const char *payload)
{
    struct far_packet packet;
    g_assert_true(far_peer_receive_rtp(call->b, &packet, CALL_WAIT_US));
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
void call_expect_dropped(struct sfu *sfu, enum sfu_drop drop, uint64_t at_least)
{
    int64_t until_us = clock_now_us() + CALL_WAIT_US;
    while (dropped(sfu, drop) < at_least) {
        if (clock_now_us() >= until_us)
            g_error("%s: %" G_GUINT64_FORMAT, sfu_drop_name(drop), dropped(sfu, drop));
        g_thread_yield();
    }
}
