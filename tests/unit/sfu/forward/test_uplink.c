#include <string.h>

#include "tests/unit/sfu/forward/stage.h"

struct scene {
    struct stage *stage;
    struct actor *a, *b;
    struct source camera, voice;
};

static struct scene scene_make(void)
{
    struct scene s = {.stage = stage_make()};
    s.a = stage_enter(s.stage, CHROMIUM);
    s.b = stage_enter(s.stage, CHROMIUM);
    stage_see(s.b, s.a);
    stage_sink_set(s.stage);
    s.camera = stage_source(s.a, CAMERA);
    s.voice = stage_source(s.a, MIC);
    source_picture(&s.camera, true, 1);
    return s;
}

static unsigned pictures(const struct scene *s)
{
    return stage_rtp_count(s->b, slot_ssrc_of(s->b, PICTURE_SLOT));
}

static const struct stage_sink_call *sink_last(const struct scene *s)
{
    return &g_array_index(s->stage->sink_calls, struct stage_sink_call,
                          s->stage->sink_calls->len - 1);
}

static void test_media_event(void)
{
    struct scene s = scene_make();
    struct sfu_event e;
    source_voice(&s.voice);
    source_voice(&s.voice);
    g_assert_cmpuint(stage_events(s.stage, SFU_EVENT_MEDIA, &e), ==, 2);
    g_assert_cmpuint(e.section, ==, MIC);
    g_assert_cmpint(e.codec, ==, SFU_CODEC_OPUS);
    g_assert_cmpuint(e.ssrc, ==, s.voice.ssrc);
    g_assert_cmpuint(e.peer, ==, 900);
    g_assert_cmpuint(e.room, ==, 77);
    stage_free(s.stage);
}

/* A loss is asked for at once, repaired by RTX, and reaches receiver and sink in its place. */
static void test_loss_repaired(void)
{
    struct scene s = scene_make();
    struct stage_packet lost = source_make(&s.camera, true, true, false);
    source_picture_end(&s.camera);
    source_picture(&s.camera, false, 1);
    struct rtcp_packet nack;
    uint16_t seq, bitmap;
    uint32_t ssrc;
    g_assert_true(stage_rtcp_last(s.a, RTCP_RTPFB, RTCP_RTPFB_NACK, &nack));
    g_assert_true(rtcp_read_nack(&nack, 0, &seq, &bitmap));
    g_assert_true(rtcp_read_media_ssrc(&nack, &ssrc));
    g_assert_cmpuint(seq, ==, lost.rtp.seq);
    g_assert_cmphex(bitmap, ==, 0);
    g_assert_cmpuint(ssrc, ==, s.camera.ssrc);

    struct stage_packet repair = source_repair(&s.camera, &lost);
    source_deliver(&s.camera, &repair);
    g_assert_cmpuint(pictures(&s), ==, 3);
    uint32_t slot = slot_ssrc_of(s.b, PICTURE_SLOT);
    const struct stage_packet *got = stage_rtp(s.b, slot, 0), *next = stage_rtp(s.b, slot, 1);
    g_assert_cmpuint(stage_serial(got), ==, stage_serial(&lost));
    g_assert_cmpuint((uint16_t)(next->rtp.seq - got->rtp.seq), ==, 1);
    g_assert_cmpuint(next->rtp.timestamp - got->rtp.timestamp, ==, 3000);
    g_assert_true(sink_last(&s)->repair);
    g_assert_cmpuint(sink_last(&s)->len, ==, repair.len); /* as it came */
    unsigned asked = stage_rtcp_count(s.a, RTCP_RTPFB, RTCP_RTPFB_NACK);
    stage_pass(s.stage, 2000000);
    g_assert_cmpuint(stage_rtcp_count(s.a, RTCP_RTPFB, RTCP_RTPFB_NACK), ==, asked);
    source_picture(&s.camera, false, 1);
    g_assert_false(sink_last(&s)->gap);
    stage_free(s.stage);
}

static void test_loss_given_up(void)
{
    struct scene s = scene_make();
    s.camera.seq++;
    source_picture(&s.camera, false, 1);
    unsigned plis = stage_rtcp_count(s.a, RTCP_PSFB, RTCP_PSFB_PLI);
    stage_pass(s.stage, 900000);
    unsigned asked = stage_rtcp_count(s.a, RTCP_RTPFB, RTCP_RTPFB_NACK);
    g_assert_cmpuint(asked, >=, 5);
    g_assert_cmpuint(asked, <=, 10);
    g_assert_cmpuint(stage_rtcp_count(s.a, RTCP_PSFB, RTCP_PSFB_PLI), ==, plis);
    stage_pass(s.stage, 500000);
    g_assert_cmpuint(stage_rtcp_count(s.a, RTCP_PSFB, RTCP_PSFB_PLI), >, plis);
    source_picture(&s.camera, false, 1);
    g_assert_true(sink_last(&s)->gap);
    source_picture(&s.camera, false, 1);
    g_assert_false(sink_last(&s)->gap);
    stage_free(s.stage);
}

/* Decoders have gone on from a newer key frame: a loss before it needs no other. */
static void test_loss_before_a_key_frame(void)
{
    struct scene s = scene_make();
    s.camera.seq++;
    s.stage->now_us += 400000;
    source_picture(&s.camera, true, 1);
    unsigned plis = stage_rtcp_count(s.a, RTCP_PSFB, RTCP_PSFB_PLI);
    stage_pass(s.stage, 1500000);
    g_assert_cmpuint(stage_rtcp_count(s.a, RTCP_PSFB, RTCP_PSFB_PLI), ==, plis);
    source_picture(&s.camera, false, 1);
    g_assert_true(sink_last(&s)->gap);
    stage_free(s.stage);
}

static void test_duplicates(void)
{
    struct scene s = scene_make();
    struct stage_packet packet = source_make(&s.camera, true, true, false);
    source_deliver(&s.camera, &packet);
    source_deliver(&s.camera, &packet);
    struct stage_packet repair = source_repair(&s.camera, &packet);
    source_deliver(&s.camera, &repair); /* as probes for bandwidth do */
    g_assert_cmpuint(pictures(&s), ==, 2);
    g_assert_cmpuint(stage_drops(s.stage, SFU_DROP_DUPLICATE), ==, 2);
    g_assert_cmpuint(s.stage->sink_calls->len, ==, 4); /* the sink gets what came */
    stage_free(s.stage);
}

static void test_padding_on_rtx(void)
{
    struct scene s = scene_make();
    struct stage_packet padding = source_padding(&s.camera, true);
    source_deliver(&s.camera, &padding);
    source_picture(&s.camera, false, 1);
    g_assert_cmpuint(pictures(&s), ==, 2);
    g_assert_true(g_array_index(s.stage->sink_calls, struct stage_sink_call, 1).repair);
    for (unsigned i = 0; i < SFU_DROP_COUNT; i++)
        g_assert_cmpuint(stage_drops(s.stage, i), ==, 0);
    stage_free(s.stage);
}

static void test_malformed(void)
{
    struct scene s = scene_make();
    struct stage_packet packet = source_make(&s.camera, true, true, false);
    struct stage_packet torn = packet, foreign = packet, rtx;
    torn.len = torn.rtp.payload_at + 2u; /* a descriptor without its end */
    source_deliver(&s.camera, &torn);
    g_assert_cmpuint(stage_drops(s.stage, SFU_DROP_RTP_MALFORMED), ==, 1);
    torn.len = 13;
    source_deliver(&s.camera, &torn);
    g_assert_cmpuint(stage_drops(s.stage, SFU_DROP_RTP_MALFORMED), ==, 2);
    foreign.data[1] = 55;
    source_deliver(&s.camera, &foreign);
    g_assert_cmpuint(stage_drops(s.stage, SFU_DROP_UNKNOWN_PAYLOAD), ==, 1);
    foreign.data[1] = 97; /* the RTX payload type on the primary SSRC */
    source_deliver(&s.camera, &foreign);
    g_assert_cmpuint(stage_drops(s.stage, SFU_DROP_UNKNOWN_PAYLOAD), ==, 2);
    rtx = source_repair(&s.camera, &packet);
    rtx.len = rtx.len - packet.rtp.payload_len; /* the original number alone */
    source_deliver(&s.camera, &rtx);
    g_assert_cmpuint(stage_drops(s.stage, SFU_DROP_RTX_MALFORMED), ==, 1);
    g_assert_cmpuint(pictures(&s), ==, 1);
    source_deliver(&s.camera, &packet);
    g_assert_cmpuint(pictures(&s), ==, 2);
    stage_free(s.stage);
}

static void test_sink(void)
{
    struct scene s = scene_make();
    g_assert_true(sink_last(&s)->keyframe);
    source_picture(&s.camera, false, 1);
    g_assert_false(sink_last(&s)->keyframe);
    s.stage->now_us += 500000;
    unsigned plis = stage_rtcp_count(s.a, RTCP_PSFB, RTCP_PSFB_PLI);
    s.stage->sink_wish = SFU_SINK_WANTS_KEYFRAME;
    for (unsigned i = 0; i < 5; i++)
        source_picture(&s.camera, false, 1);
    g_assert_cmpuint(stage_rtcp_count(s.a, RTCP_PSFB, RTCP_PSFB_PLI), ==, plis + 1);
    s.stage->sink_wish = SFU_SINK_CONTENT;
    source_picture(&s.camera, true, 3);
    for (guint i = 1; i <= 3; i++) /* all of a key frame's packets */
        g_assert_true(
            g_array_index(s.stage->sink_calls, struct stage_sink_call, s.stage->sink_calls->len - i)
                .keyframe);
    source_report(&s.camera, 1700000000000000);
    g_assert_true(sink_last(&s)->report);
    g_assert_cmpuint(sink_last(&s)->len, ==, RTCP_SR_BYTES);

    guint calls = s.stage->sink_calls->len;
    fwd_uplink_gate(s.a->peer, CAMERA, true, false);
    source_picture(&s.camera, false, 1);
    source_report(&s.camera, 1700000001000000);
    g_assert_cmpuint(s.stage->sink_calls->len, ==, calls);
    g_assert_cmpuint(pictures(&s), ==, 11);
    fwd_uplink_gate(s.a->peer, CAMERA, false, true);
    source_picture(&s.camera, false, 1);
    g_assert_cmpuint(s.stage->sink_calls->len, ==, calls + 1);
    fwd_room_set_sink(s.stage->room, NULL, NULL);
    g_assert_cmpuint(s.stage->sink_closed, ==, 1);
    source_picture(&s.camera, false, 1);
    g_assert_cmpuint(s.stage->sink_calls->len, ==, calls + 1);
    stage_free(s.stage);
}

static void test_sender_starts_anew(void)
{
    struct scene s = scene_make();
    source_picture(&s.camera, false, 1);
    s.camera.seq = (uint16_t)(s.camera.seq + 20000);
    s.camera.timestamp += 123456789;
    s.camera.picture_id = 5;
    source_picture(&s.camera, true, 1);
    g_assert_cmpuint(stage_drops(s.stage, SFU_DROP_TOO_OLD), ==, 1);
    s.stage->now_us += 40000;
    source_picture(&s.camera, true, 1);
    source_picture(&s.camera, false, 1);
    uint32_t slot = slot_ssrc_of(s.b, PICTURE_SLOT);
    g_assert_cmpuint(pictures(&s), ==, 4);
    g_assert_cmpuint(
        (uint16_t)(stage_rtp(s.b, slot, 0)->rtp.seq - stage_rtp(s.b, slot, 3)->rtp.seq), ==, 3);
    uint32_t step = stage_rtp(s.b, slot, 1)->rtp.timestamp - stage_rtp(s.b, slot, 2)->rtp.timestamp;
    g_assert_cmpuint(step, <, 90000);
    stage_free(s.stage);
}

/* Offers without SSRCs: by MID, then by payload type; what fits nowhere is dropped by name. */
static void test_learned(void)
{
    struct stage *stage = stage_make();
    struct sfu_negotiation negotiation;
    stage_negotiation(0, CHROMIUM, &negotiation);
    for (unsigned i = 0; i < STAGE_SECTIONS; i++)
        negotiation.sections[i].ssrc = negotiation.sections[i].rtx_ssrc = 0;
    struct actor *a = stage_enter_with(stage, &negotiation);
    struct actor *b = stage_enter(stage, CHROMIUM);
    stage_see(b, a);
    struct source camera = stage_source(a, CAMERA), voice = stage_source(a, MIC);
    camera.ssrc = 4711;
    camera.rtx_ssrc = 4712;
    voice.ssrc = 4713;
    camera.mid = true;
    source_picture(&camera, true, 1);
    camera.mid = false;
    struct stage_packet lost = source_make(&camera, true, true, false);
    source_picture_end(&camera);
    source_picture(&camera, false, 1);
    struct stage_packet repair = source_repair(&camera, &lost);
    source_deliver(&camera, &repair); /* by its payload type */
    source_voice(&voice);
    g_assert_cmpuint(stage_rtp_count(b, slot_ssrc_of(b, PICTURE_SLOT)), ==, 3);
    g_assert_cmpuint(stage_rtp_count(b, slot_ssrc_of(b, VOICE_SLOT)), ==, 1);

    struct source other =
        camera; /* the same section under a new SSRC, as after replacing a track */
    other.ssrc = 5000;
    other.seq = 9;
    other.mid = true;
    source_picture(&other, false, 1);
    g_assert_cmpuint(stage_rtp_count(b, slot_ssrc_of(b, PICTURE_SLOT)), ==, 3);
    source_picture(&other, true, 1);
    g_assert_cmpuint(stage_rtp_count(b, slot_ssrc_of(b, PICTURE_SLOT)), ==, 4);
    struct stage_packet stray = source_make(&voice, true, true, false);
    memcpy(stray.data + 8, "\1\2\3\4", 4);
    stray.data[1] = 35;
    source_deliver(&voice, &stray);
    g_assert_cmpuint(stage_drops(stage, SFU_DROP_UNKNOWN_SSRC), ==, 1);
    stage_free(stage);
}

static void test_one_layer_of_two(void)
{
    struct stage *stage = stage_make();
    struct sfu_negotiation negotiation;
    stage_negotiation(0, CHROMIUM, &negotiation);
    negotiation.sections[CAMERA].ssrc = negotiation.sections[CAMERA].rtx_ssrc = 0;
    struct actor *a = stage_enter_with(stage, &negotiation);
    struct actor *b = stage_enter(stage, CHROMIUM);
    stage_see(b, a);
    struct source high = stage_source(a, CAMERA), low = stage_source(a, CAMERA);
    high.mid = low.mid = true;
    high.ssrc = 11;
    low.ssrc = 12;
    high.rid = "h";
    low.rid = "l";
    for (unsigned i = 0; i < 5; i++) {
        source_picture(&high, i == 0, 1);
        source_picture(&low, i == 0, 1);
    }
    g_assert_cmpuint(stage_rtp_count(b, slot_ssrc_of(b, PICTURE_SLOT)), ==, 5);
    g_assert_cmpuint(stage_drops(stage, SFU_DROP_UNKNOWN_SSRC), ==, 5);
    stage_free(stage);
}

/* However many SSRCs a peer invents, others keep their place. */
static void test_many_ssrcs(void)
{
    struct scene s = scene_make();
    struct source flood = s.camera;
    flood.mid = true;
    for (uint32_t i = 0; i < 5000; i++) {
        flood.ssrc = 1000000 + i;
        flood.section = i % 2 ? CAMERA : MIC;
        flood.codec = i % 2 ? SFU_CODEC_VP8 : SFU_CODEC_OPUS;
        source_picture(&flood, true, 1);
    }
    source_voice(&s.voice);
    source_picture(&s.camera, true, 1);
    g_assert_cmpuint(stage_events(s.stage, SFU_EVENT_MEDIA, NULL), ==, 2);
    g_assert_cmpuint(stage_drops(s.stage, SFU_DROP_TOO_MANY_SSRCS), ==, 0);
    stage_free(s.stage);
}

static void test_expects(void)
{
    struct scene s = scene_make();
    g_assert_true(fwd_peer_expects(s.a->peer, s.camera.ssrc, s.camera.seq));
    g_assert_false(fwd_peer_expects(s.a->peer, s.camera.ssrc, (uint16_t)(s.camera.seq - 1)));
    g_assert_false(fwd_peer_expects(s.a->peer, 1, s.camera.seq));
    g_assert_false(fwd_peer_expects(s.a->peer, s.voice.ssrc, s.voice.seq)); /* nothing came yet */
    stage_free(s.stage);
}

static void test_fir_where_no_pli(void)
{
    struct stage *stage = stage_make();
    struct sfu_negotiation negotiation;
    stage_negotiation(0, CHROMIUM, &negotiation);
    negotiation.sections[CAMERA].payloads[0].pli = false;
    struct actor *a = stage_enter_with(stage, &negotiation);
    struct rtcp_packet fir;
    uint32_t ssrc;
    uint8_t first, second;
    g_assert_cmpint(fwd_uplink_keyframe(a->peer, CAMERA, stage->now_us), ==, 0);
    g_assert_true(stage_rtcp_last(a, RTCP_PSFB, RTCP_PSFB_FIR, &fir));
    g_assert_true(rtcp_read_fir(&fir, 0, &ssrc, &first));
    g_assert_cmpuint(ssrc, ==, 1000 + CAMERA);
    stage_pass(stage, 400000);
    g_assert_true(stage_rtcp_last(a, RTCP_PSFB, RTCP_PSFB_FIR, &fir));
    g_assert_true(rtcp_read_fir(&fir, 0, &ssrc, &second));
    g_assert_cmpuint((uint8_t)(second - first), ==, 1);
    g_assert_cmpint(fwd_uplink_keyframe(a->peer, MIC, stage->now_us), <, 0);
    stage_free(stage);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/forward/uplink/media-event", test_media_event);
    g_test_add_func("/forward/uplink/loss-repaired", test_loss_repaired);
    g_test_add_func("/forward/uplink/loss-given-up", test_loss_given_up);
    g_test_add_func("/forward/uplink/loss-before-a-key-frame", test_loss_before_a_key_frame);
    g_test_add_func("/forward/uplink/duplicates", test_duplicates);
    g_test_add_func("/forward/uplink/padding-on-rtx", test_padding_on_rtx);
    g_test_add_func("/forward/uplink/malformed", test_malformed);
    g_test_add_func("/forward/uplink/sink", test_sink);
    g_test_add_func("/forward/uplink/sender-starts-anew", test_sender_starts_anew);
    g_test_add_func("/forward/uplink/learned", test_learned);
    g_test_add_func("/forward/uplink/one-layer-of-two", test_one_layer_of_two);
    g_test_add_func("/forward/uplink/many-ssrcs", test_many_ssrcs);
    g_test_add_func("/forward/uplink/expects", test_expects);
    g_test_add_func("/forward/uplink/fir-where-no-pli", test_fir_where_no_pli);
    return g_test_run();
}
