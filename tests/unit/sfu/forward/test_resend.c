#include <string.h>

#include "tests/unit/sfu/forward/stage.h"

struct scene {
    struct stage *stage;
    struct actor *a, *b;
    struct source camera;
    uint32_t ssrc, rtx_ssrc;
};

static struct scene scene_make(bool rtx)
{
    struct scene s = {.stage = stage_make()};
    struct sfu_negotiation negotiation;
    s.a = stage_enter(s.stage, CHROMIUM);
    stage_negotiation(1, FIREFOX, &negotiation);
    for (unsigned i = 0; !rtx && i < 2; i++)
        negotiation.sections[PICTURE_SLOT].payloads[i].rtx_pt = 0;
    s.b = stage_enter_with(s.stage, &negotiation);
    stage_see(s.b, s.a);
    s.camera = stage_source(s.a, CAMERA);
    s.ssrc = slot_ssrc_of(s.b, PICTURE_SLOT);
    s.rtx_ssrc = slot_rtx_ssrc_of(s.b, PICTURE_SLOT);
    source_picture(&s.camera, true, 1);
    source_picture(&s.camera, false, 9);
    return s;
}

static void nack(struct scene *s, const uint16_t *seqs, unsigned count)
{
    uint8_t buf[1200];
    struct bytes_writer w = bytes_writer(buf, sizeof buf);
    rtcp_write_nack(&w, 1, s->ssrc, seqs, count);
    stage_rtcp_give(s->b, &w);
}

static void test_rtx(void)
{
    struct scene s = scene_make(true);
    struct stage_packet lost = *stage_rtp(s.b, s.ssrc, 4);
    uint16_t seqs[] = {lost.rtp.seq, (uint16_t)(lost.rtp.seq + 2)};
    nack(&s, seqs, 2);
    g_assert_cmpuint(stage_rtp_count(s.b, s.rtx_ssrc), ==, 2);
    const struct stage_packet *rtx = stage_rtp(s.b, s.rtx_ssrc, 1);
    g_assert_cmpuint(rtx->rtp.pt, ==, 124);
    g_assert_cmpuint(rtx->rtp.timestamp, ==, lost.rtp.timestamp);
    const uint8_t *payload = rtx->data + rtx->rtp.payload_at;
    g_assert_cmpuint(payload[0] << 8 | payload[1], ==, lost.rtp.seq);
    g_assert_cmpmem(payload + 2, rtx->rtp.payload_len - 2u, lost.data + lost.rtp.payload_at,
                    lost.rtp.payload_len); /* with the rewritten picture id */
    const struct stage_packet *second = stage_rtp(s.b, s.rtx_ssrc, 0);
    g_assert_cmpuint((uint16_t)(second->rtp.seq - rtx->rtp.seq), ==, 1);
    g_assert_cmpuint(s.stage->counters.nacks_answered, ==, 2);
    stage_free(s.stage);
}

static void test_not_too_often(void)
{
    struct scene s = scene_make(true);
    uint16_t seq = stage_rtp(s.b, s.ssrc, 4)->rtp.seq;
    for (unsigned i = 0; i < 5; i++)
        nack(&s, &seq, 1);
    g_assert_cmpuint(stage_rtp_count(s.b, s.rtx_ssrc), ==, 1);
    for (unsigned i = 0; i < 40; i++) {
        s.stage->now_us += 100000;
        nack(&s, &seq, 1);
    }
    g_assert_cmpuint(stage_rtp_count(s.b, s.rtx_ssrc), ==, 4);
    stage_free(s.stage);
}

/* A receiver that claims to be no way off at all. */
static void test_forged_round_trip(void)
{
    struct scene s = scene_make(true);
    struct rtcp_packet sr;
    struct rtcp_sender_info info;
    uint16_t seq = stage_rtp(s.b, s.ssrc, 4)->rtp.seq;
    source_report(&s.camera, 1200000000000000);
    g_assert_true(stage_rtcp_last(s.b, RTCP_SR, 0, &sr));
    g_assert_true(rtcp_read_sender_info(&sr, &info));
    uint8_t buf[64];
    struct bytes_writer w = bytes_writer(buf, sizeof buf);
    struct rtcp_report_block block = {
        .ssrc = s.ssrc, .lsr = (uint32_t)(info.ntp >> 16), .dlsr = 1 << 20};
    rtcp_write_rr(&w, 1, &block, 1);
    stage_rtcp_give(s.b, &w);
    for (unsigned i = 0; i < 5; i++) {
        nack(&s, &seq, 1);
        g_assert_cmpuint(stage_rtp_count(s.b, s.rtx_ssrc), ==, 1);
        s.stage->now_us += 3000;
    }
    s.stage->now_us += 5000;
    nack(&s, &seq, 1);
    g_assert_cmpuint(stage_rtp_count(s.b, s.rtx_ssrc), ==, 2);
    stage_free(s.stage);
}

static void test_ciphertext_without_rtx(void)
{
    struct scene s = scene_make(false);
    struct stage_packet lost = *stage_rtp(s.b, s.ssrc, 4);
    stage_forget(s.b);
    nack(&s, &lost.rtp.seq, 1);
    const struct stage_packet *again = stage_rtp(s.b, s.ssrc, 0);
    g_assert_nonnull(again);
    g_assert_true(again->wire);
    g_assert_cmpmem(again->data, again->len, lost.data, lost.len); /* to the last bit */
    g_assert_cmpuint(stage_rtp_count(s.b, s.rtx_ssrc), ==, 0);
    stage_free(s.stage);
}

static void test_unknown(void)
{
    struct scene s = scene_make(true);
    uint16_t newest = stage_rtp(s.b, s.ssrc, 0)->rtp.seq,
             oldest = stage_rtp(s.b, s.ssrc, 9)->rtp.seq;
    uint16_t seqs[] = {(uint16_t)(oldest - 1), (uint16_t)(newest + 1), (uint16_t)(newest + 30000)};
    for (unsigned i = 0; i < 3; i++)
        nack(&s, &seqs[i], 1);
    g_assert_cmpuint(stage_rtp_count(s.b, s.rtx_ssrc), ==, 0);
    g_assert_cmpuint(stage_drops(s.stage, SFU_DROP_TOO_OLD), ==, 3);
    stage_free(s.stage);
}

/* A second and more is kept at 2.5 Mbit/s; what is older is refused. */
static void test_depth(void)
{
    struct scene s = scene_make(true);
    for (unsigned i = 0; i < 600; i++) {
        struct stage_packet packet = source_make(&s.camera, true, true, false);
        packet.len = 1200; /* behind the mark: nothing */
        source_deliver(&s.camera, &packet);
        source_picture_end(&s.camera);
    }
    uint16_t young = stage_rtp(s.b, s.ssrc, 300)->rtp.seq,
             old = stage_rtp(s.b, s.ssrc, 550)->rtp.seq;
    nack(&s, &old, 1);
    g_assert_cmpuint(stage_rtp_count(s.b, s.rtx_ssrc), ==, 0);
    nack(&s, &young, 1);
    g_assert_cmpuint(stage_rtp_count(s.b, s.rtx_ssrc), ==, 1);
    stage_free(s.stage);
}

/* After a switch nothing of before can be written again: offsets are gone. */
static void test_not_after_a_switch(void)
{
    struct scene s = scene_make(true);
    uint16_t before = stage_rtp(s.b, s.ssrc, 1)->rtp.seq;
    fwd_uplink_gate(s.a->peer, CAMERA, false, true);
    nack(&s, &before, 1);
    fwd_uplink_gate(s.a->peer, CAMERA, true, true);
    nack(&s, &before, 1);
    s.stage->now_us += 500000;
    source_picture(&s.camera, true, 2);
    nack(&s, &before, 1);
    g_assert_cmpuint(stage_rtp_count(s.b, s.rtx_ssrc), ==, 0);
    uint16_t after = stage_rtp(s.b, s.ssrc, 1)->rtp.seq;
    nack(&s, &after, 1);
    g_assert_cmpuint(stage_rtp_count(s.b, s.rtx_ssrc), ==, 1);
    stage_free(s.stage);
}

static uint64_t bytes_of(const struct actor *actor, uint32_t ssrc)
{
    uint64_t bytes = 0;
    for (guint i = 0; i < actor->rtp->len; i++) {
        const struct stage_packet *packet = g_ptr_array_index(actor->rtp, i);
        bytes += packet->rtp.ssrc == ssrc ? packet->len : 0;
    }
    return bytes;
}

static void nack_newest(struct scene *s, unsigned count)
{
    uint16_t newest = stage_rtp(s->b, s->ssrc, 0)->rtp.seq;
    for (unsigned i = 0; i < count; i++) {
        uint16_t seq = (uint16_t)(newest - i);
        nack(s, &seq, 1);
    }
}

/* However much is asked for again: no more than a part of what was sent. */
static void test_budget(void)
{
    struct scene s = scene_make(true);
    for (unsigned i = 0; i < 400; i++) {
        struct stage_packet packet = source_make(&s.camera, true, true, false);
        packet.len = 1200;
        source_deliver(&s.camera, &packet);
        source_picture_end(&s.camera);
    }
    for (unsigned i = 0; i < 4; i++, s.stage->now_us += 100000)
        nack_newest(&s, 300);
    uint64_t most = bytes_of(s.b, s.ssrc) * 30 / 100;
    g_assert_cmpuint(bytes_of(s.b, s.rtx_ssrc), <=, most + 4000);
    g_assert_cmpuint(bytes_of(s.b, s.rtx_ssrc), >=, most - 4000);
    g_assert_cmpuint(stage_drops(s.stage, SFU_DROP_RESEND_BUDGET), >, 300);
    s.stage->now_us += 3000000; /* nothing was sent since: the least */
    uint64_t before = bytes_of(s.b, s.rtx_ssrc);
    nack_newest(&s, 300);
    g_assert_cmpuint(bytes_of(s.b, s.rtx_ssrc) - before, <=, 65536 + 4000);
    g_assert_cmpuint(bytes_of(s.b, s.rtx_ssrc) - before, >=, 60000);
    stage_free(s.stage);
}

static void test_bounded_answer(void)
{
    struct scene s = scene_make(true);
    for (unsigned i = 0; i < 40; i++)
        source_picture(&s.camera, false, 10);
    uint16_t seqs[400];
    for (unsigned i = 0; i < 400; i++)
        seqs[i] = (uint16_t)(stage_rtp(s.b, s.ssrc, 399)->rtp.seq + i);
    nack(&s, seqs, 400);
    g_assert_cmpuint(stage_rtp_count(s.b, s.rtx_ssrc), >=, 128);
    g_assert_cmpuint(stage_rtp_count(s.b, s.rtx_ssrc), <=, 128 + 16);
    stage_free(s.stage);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/forward/resend/rtx", test_rtx);
    g_test_add_func("/forward/resend/not-too-often", test_not_too_often);
    g_test_add_func("/forward/resend/forged-round-trip", test_forged_round_trip);
    g_test_add_func("/forward/resend/budget", test_budget);
    g_test_add_func("/forward/resend/ciphertext-without-rtx", test_ciphertext_without_rtx);
    g_test_add_func("/forward/resend/unknown", test_unknown);
    g_test_add_func("/forward/resend/depth", test_depth);
    g_test_add_func("/forward/resend/not-after-a-switch", test_not_after_a_switch);
    g_test_add_func("/forward/resend/bounded-answer", test_bounded_answer);
    return g_test_run();
}
