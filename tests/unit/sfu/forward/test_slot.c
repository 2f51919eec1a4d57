#include <string.h>

#include "sfu/rtp/vp8.h"
#include "tests/unit/sfu/forward/stage.h"

struct scene {
    struct stage *stage;
    struct actor *a, *b, *c; /* b watches a; c is somebody else to watch */
    struct source voice, camera, voice_c, camera_c;
};

static struct scene scene_make(void)
{
    struct scene s = {.stage = stage_make()};
    s.a = stage_enter(s.stage, CHROMIUM);
    s.b = stage_enter(s.stage, FIREFOX);
    s.c = stage_enter(s.stage, CHROMIUM);
    s.voice = stage_source(s.a, MIC);
    s.camera = stage_source(s.a, CAMERA);
    s.voice_c = stage_source(s.c, MIC);
    s.camera_c = stage_source(s.c, CAMERA);
    stage_see(s.b, s.a);
    return s;
}

static const struct stage_packet *voice_at(const struct scene *s, unsigned back)
{
    return stage_rtp(s->b, slot_ssrc_of(s->b, VOICE_SLOT), back);
}

static const struct stage_packet *picture_at(const struct scene *s, unsigned back)
{
    return stage_rtp(s->b, slot_ssrc_of(s->b, PICTURE_SLOT), back);
}

static unsigned picture_count(const struct scene *s)
{
    return stage_rtp_count(s->b, slot_ssrc_of(s->b, PICTURE_SLOT));
}

static struct vp8_descriptor vp8_of(const struct stage_packet *packet)
{
    struct vp8_descriptor d;
    g_assert_cmpint(vp8_parse(packet->data + packet->rtp.payload_at, packet->rtp.payload_len, &d),
                    ==, 0);
    return d;
}

static enum sfu_slot_state slot_state(const struct scene *s, unsigned section)
{
    enum sfu_slot_state state = SFU_SLOT_EMPTY;
    for (guint i = 0; i < s->stage->events->len; i++) {
        const struct sfu_event *e = &g_array_index(s->stage->events, struct sfu_event, i);
        if (e->type == SFU_EVENT_SLOT && e->section == section && e->peer == 901)
            state = e->slot;
    }
    return state;
}

static void test_voice(void)
{
    struct scene s = scene_make();
    for (unsigned i = 0; i < 3; i++, s.stage->now_us += 20000)
        source_voice(&s.voice);
    const struct stage_packet *first = voice_at(&s, 2), *last = voice_at(&s, 0);
    g_assert_nonnull(first);
    g_assert_cmpuint(last->rtp.pt, ==, 109);
    g_assert_cmpuint((uint16_t)(last->rtp.seq - first->rtp.seq), ==, 2);
    g_assert_cmpuint(last->rtp.timestamp - first->rtp.timestamp, ==, 1920);
    g_assert_cmpuint(stage_serial(last), ==, 3);
    g_assert_cmpint(slot_state(&s, VOICE_SLOT), ==, SFU_SLOT_ACTIVE);
    g_assert_cmpuint(s.stage->counters.forwarded, ==, 3);
    stage_free(s.stage);
}

static void test_extensions(void)
{
    struct scene s = scene_make();
    uint8_t len;
    s.voice.rid = "q";
    source_voice(&s.voice);
    source_voice(&s.voice);
    const struct rtp_packet *rtp = &voice_at(&s, 0)->rtp;
    const uint8_t *seq = rtp_packet_element(rtp, 7, &len);
    g_assert_cmpmem(seq, len, "\x00\x01", 2); /* the receiver's own transport-cc numbers */
    g_assert_nonnull(rtp_packet_element(rtp, 4, &len));
    g_assert_cmpuint(len, ==, 3);
    const uint8_t *level = rtp_packet_element(rtp, 2, &len);
    g_assert_cmpmem(level, len, "\x85", 1);
    const uint8_t *mid = rtp_packet_element(rtp, 3, &len);
    g_assert_cmpmem(mid, len, "2", 1);
    g_assert_cmpuint(rtp->element_count, ==, 4); /* no rid, nothing unknown */

    uint8_t buf[64];
    struct bytes_writer w = bytes_writer(buf, sizeof buf);
    rtcp_write_rr(&w, 1, &(struct rtcp_report_block){.ssrc = slot_ssrc_of(s.b, VOICE_SLOT)}, 1);
    stage_rtcp_give(s.b, &w);
    source_voice(&s.voice);
    g_assert_null(
        rtp_packet_element(&voice_at(&s, 0)->rtp, 3, &len)); /* the receiver knows by now */
    stage_free(s.stage);
}

static void test_picture_starts_at_a_key_frame(void)
{
    struct scene s = scene_make();
    unsigned asked = stage_rtcp_count(s.a, RTCP_PSFB, RTCP_PSFB_PLI);
    g_assert_cmpuint(asked, ==, 1); /* when the slot was fed */
    source_picture(&s.camera, false, 2);
    g_assert_cmpuint(picture_count(&s), ==, 0);
    g_assert_cmpuint(stage_drops(s.stage, SFU_DROP_WAITING_KEYFRAME), ==, 2);
    g_assert_cmpint(slot_state(&s, PICTURE_SLOT), ==, SFU_SLOT_WAITING_KEYFRAME);
    stage_pass(s.stage, 1000000);
    unsigned again = stage_rtcp_count(s.a, RTCP_PSFB, RTCP_PSFB_PLI);
    g_assert_cmpuint(again, >, 1); /* asked again, not often */
    g_assert_cmpuint(again, <, 5);
    source_picture(&s.camera, true, 2);
    source_picture(&s.camera, false, 1);
    g_assert_cmpuint(picture_count(&s), ==, 3);
    g_assert_cmpint(slot_state(&s, PICTURE_SLOT), ==, SFU_SLOT_ACTIVE);
    g_assert_cmpuint(picture_at(&s, 0)->rtp.pt, ==, 120);
    stage_pass(s.stage, 1000000);
    g_assert_cmpuint(stage_rtcp_count(s.a, RTCP_PSFB, RTCP_PSFB_PLI), ==, again);
    stage_free(s.stage);
}

/* The first packet of the key frame comes after the rest of it. */
static void test_late_key_frame_start(void)
{
    struct scene s = scene_make();
    struct stage_packet start = source_make(&s.camera, true, false, true);
    struct stage_packet end = source_make(&s.camera, false, true, true);
    source_deliver(&s.camera, &end);
    g_assert_cmpuint(picture_count(&s), ==, 0);
    source_deliver(&s.camera, &start);
    g_assert_cmpuint(picture_count(&s), ==, 2);
    g_assert_cmpuint(stage_serial(picture_at(&s, 1)), ==, 1);
    g_assert_cmpuint(stage_serial(picture_at(&s, 0)), ==, 2);
    g_assert_cmpuint(picture_at(&s, 0)->rtp.seq, ==, (uint16_t)(picture_at(&s, 1)->rtp.seq + 1));
    stage_free(s.stage);
}

/* A second receiver is served from a key frame that has just come, without another one being asked
 * for. */
static void test_young_key_frame(void)
{
    struct scene s = scene_make();
    source_picture(&s.camera, true, 3);
    s.stage->now_us += 33000;
    source_picture(&s.camera, false, 2);
    unsigned asked = stage_rtcp_count(s.a, RTCP_PSFB, RTCP_PSFB_PLI);
    stage_see(s.c, s.a);
    g_assert_cmpuint(stage_rtp_count(s.c, slot_ssrc_of(s.c, PICTURE_SLOT)), ==, 5);
    stage_pass(s.stage, 600000);
    g_assert_cmpuint(stage_rtcp_count(s.a, RTCP_PSFB, RTCP_PSFB_PLI), ==, asked);
    stage_free(s.stage);
}

static void test_switch(void)
{
    struct scene s = scene_make();
    for (unsigned i = 0; i < 5; i++, s.stage->now_us += 33000) {
        source_picture(&s.camera, i == 0, 2);
        source_voice(&s.voice);
        source_voice(&s.voice_c);
    }
    struct stage_packet old = source_make(&s.camera, true, true, false);
    struct stage_packet picture = *picture_at(&s, 0), voice = *voice_at(&s, 0);
    s.stage->now_us += 1000000;
    stage_see(s.b, s.c);
    source_deliver(&s.camera, &old); /* nobody watches any more */
    source_picture(&s.camera_c, false, 1);
    g_assert_cmpint(slot_state(&s, PICTURE_SLOT), ==, SFU_SLOT_WAITING_KEYFRAME);
    s.stage->now_us += 100000;
    s.camera_c.seq += 7; /* it goes on; nobody looks yet */
    source_picture(&s.camera_c, true, 1);
    source_voice(&s.voice_c);

    const struct stage_packet *next = picture_at(&s, 0);
    g_assert_cmpuint((uint16_t)(next->rtp.seq - picture.rtp.seq), ==, 1);
    uint32_t step = next->rtp.timestamp - picture.rtp.timestamp;
    g_assert_cmpuint(step, >=, 1100000 / 1000 * 90);
    g_assert_cmpuint(step, <=, 1200000 / 1000 * 90);
    g_assert_cmpuint(vp8_of(next).picture_id, ==, (vp8_of(&picture).picture_id + 1) & 0x7fff);
    g_assert_cmpuint(vp8_of(next).tl0, ==, (uint8_t)(vp8_of(&picture).tl0 + 1));
    const struct stage_packet *said = voice_at(&s, 0);
    g_assert_cmpuint((uint16_t)(said->rtp.seq - voice.rtp.seq), ==, 1);
    step = said->rtp.timestamp - voice.rtp.timestamp;
    g_assert_cmpuint(step, >=, 1100 * 48);
    g_assert_cmpuint(step, <=, 1200 * 48);
    stage_free(s.stage);
}

/* What comes late from before the switch back would need numbers that are used up. */
static void test_late_after_switch(void)
{
    struct scene s = scene_make();
    source_picture(&s.camera, true, 1);
    struct stage_packet late = source_make(&s.camera, true, true, false);
    source_picture_end(&s.camera);
    stage_see(s.b, s.c);
    s.stage->now_us += 400000;
    stage_see(s.b, s.a);
    source_picture(&s.camera, true, 1);
    unsigned count = picture_count(&s);
    source_deliver(&s.camera, &late);
    g_assert_cmpuint(picture_count(&s), ==, count);
    g_assert_cmpuint(stage_drops(s.stage, SFU_DROP_TOO_OLD), ==, 1);
    stage_free(s.stage);
}

static void test_padding_leaves_no_hole(void)
{
    struct scene s = scene_make();
    source_picture(&s.camera, true, 1);
    for (unsigned i = 0; i < 3; i++) {
        struct stage_packet padding = source_padding(&s.camera, false);
        source_deliver(&s.camera, &padding);
    }
    struct stage_packet late = source_make(&s.camera, true, true, false);
    source_picture_end(&s.camera);
    struct stage_packet padding = source_padding(&s.camera, false);
    source_picture(&s.camera, false, 1);
    g_assert_cmpuint(picture_count(&s), ==, 2);
    g_assert_cmpuint((uint16_t)(picture_at(&s, 0)->rtp.seq - picture_at(&s, 1)->rtp.seq), ==, 3);
    source_deliver(&s.camera, &late);
    g_assert_cmpuint((uint16_t)(picture_at(&s, 0)->rtp.seq - picture_at(&s, 2)->rtp.seq), ==, 1);
    source_deliver(&s.camera, &padding); /* too late to be left out: its number is filled */
    g_assert_cmpuint((uint16_t)(picture_at(&s, 0)->rtp.seq - picture_at(&s, 3)->rtp.seq), ==, 2);
    g_assert_cmpuint(picture_at(&s, 0)->rtp.payload_len, ==, 0);
    g_assert_cmpuint(picture_at(&s, 0)->rtp.padding_len, ==, 1);
    stage_free(s.stage);
}

static void test_gate(void)
{
    struct scene s = scene_make();
    source_picture(&s.camera, true, 1);
    source_voice(&s.voice);
    fwd_uplink_gate(s.a->peer, CAMERA, false, true);
    fwd_uplink_gate(s.a->peer, MIC, false, true);
    g_assert_cmpint(slot_state(&s, PICTURE_SLOT), ==, SFU_SLOT_GATED);
    g_assert_cmpint(slot_state(&s, VOICE_SLOT), ==, SFU_SLOT_GATED);
    s.stage->now_us += 500000;
    source_picture(&s.camera, true, 1);
    source_voice(&s.voice);
    g_assert_cmpuint(picture_count(&s), ==, 1);
    g_assert_cmpuint(stage_drops(s.stage, SFU_DROP_GATED), ==, 2);
    fwd_uplink_gate(s.a->peer, CAMERA, true, true);
    fwd_uplink_gate(s.a->peer, MIC, true, true);
    g_assert_cmpint(slot_state(&s, PICTURE_SLOT), ==, SFU_SLOT_WAITING_KEYFRAME);
    g_assert_cmpint(slot_state(&s, VOICE_SLOT), ==, SFU_SLOT_ACTIVE);
    source_picture(&s.camera, false, 1);
    source_picture(&s.camera, true, 1);
    source_voice(&s.voice);
    g_assert_cmpuint(picture_count(&s), ==, 2);
    g_assert_cmpuint((uint16_t)(picture_at(&s, 0)->rtp.seq - picture_at(&s, 1)->rtp.seq), ==, 1);
    g_assert_cmpuint((uint16_t)(voice_at(&s, 0)->rtp.seq - voice_at(&s, 1)->rtp.seq), ==, 1);
    g_assert_cmpuint(voice_at(&s, 0)->rtp.timestamp - voice_at(&s, 1)->rtp.timestamp, ==, 24000);
    stage_free(s.stage);
}

/* Off and on again within an instant: the next picture is still a later one. */
static void test_gate_in_an_instant(void)
{
    struct scene s = scene_make();
    source_picture(&s.camera, true, 1);
    fwd_uplink_gate(s.a->peer, CAMERA, false, true);
    fwd_uplink_gate(s.a->peer, CAMERA, true, true);
    source_picture(&s.camera, true, 1);
    g_assert_cmpuint(picture_at(&s, 0)->rtp.timestamp - picture_at(&s, 1)->rtp.timestamp, ==, 900);
    stage_free(s.stage);
}

/* A straggler of the codec before does not stop what flows by now. */
static void test_late_of_another_codec(void)
{
    struct scene s = scene_make();
    source_picture(&s.camera, true, 1);
    struct stage_packet late = source_make(&s.camera, true, true, false);
    source_picture_end(&s.camera);
    s.camera.codec = SFU_CODEC_H264;
    source_picture(&s.camera, true, 1);
    source_deliver(&s.camera, &late);
    g_assert_cmpint(slot_state(&s, PICTURE_SLOT), ==, SFU_SLOT_ACTIVE);
    g_assert_cmpuint(stage_events(s.stage, SFU_EVENT_CODEC, NULL), ==, 1);
    source_picture(&s.camera, false, 1);
    g_assert_cmpuint(picture_count(&s), ==, 3);
    stage_free(s.stage);
}

static void test_codec_unsupported(void)
{
    struct stage *stage = stage_make();
    struct sfu_negotiation only_vp8;
    struct actor *a = stage_enter(stage, CHROMIUM);
    stage_negotiation(1, FIREFOX, &only_vp8);
    only_vp8.sections[PICTURE_SLOT].payload_count = 1;
    struct actor *b = stage_enter_with(stage, &only_vp8);
    struct scene s = {.stage = stage, .a = a, .b = b};
    struct source camera = stage_source(a, CAMERA);
    stage_see(b, a);
    source_picture(&camera, true, 1);
    camera.codec = SFU_CODEC_H264;
    source_picture(&camera, true, 1);
    struct sfu_event e;
    g_assert_cmpuint(stage_events(stage, SFU_EVENT_CODEC, &e), ==, 1);
    g_assert_cmpint(e.codec, ==, SFU_CODEC_H264);
    g_assert_cmpint(slot_state(&s, PICTURE_SLOT), ==, SFU_SLOT_CODEC_UNSUPPORTED);
    g_assert_cmpuint(stage_drops(stage, SFU_DROP_CODEC_UNSUPPORTED), ==, 1);
    g_assert_cmpuint(picture_count(&s), ==, 1);
    stage_negotiation(1, FIREFOX, &only_vp8); /* a new offer brings H.264 */
    g_assert_cmpint(fwd_peer_negotiate(b->peer, &only_vp8, stage->now_us), ==, 0);
    g_assert_cmpint(slot_state(&s, PICTURE_SLOT), ==, SFU_SLOT_WAITING_KEYFRAME);
    source_picture(&camera, true, 2);
    g_assert_cmpuint(picture_count(&s), ==, 3);
    g_assert_cmpuint(picture_at(&s, 0)->rtp.pt, ==, 126);
    g_assert_cmpuint((uint16_t)(picture_at(&s, 0)->rtp.seq - picture_at(&s, 2)->rtp.seq), ==, 2);
    stage_free(stage);
}

/* A sender may number its pictures with 7 bits and go over to 15 (or round); the receiver sees one
 * line. */
static void test_short_picture_ids(void)
{
    struct scene s = scene_make();
    s.camera.picture_bits = 7;
    s.camera.picture_id = 126;
    source_picture(&s.camera, true, 1);
    uint16_t id = vp8_of(picture_at(&s, 0)).picture_id;
    for (unsigned i = 1; i < 200; i++) {
        if (i == 150) { /* now with 15 bits */
            s.camera.picture_bits = 15;
            s.camera.picture_id = (uint16_t)((126 + i) & 0x7f);
            s.camera.picture_id = (uint16_t)(s.camera.picture_id + 128 * ((126 + i) / 128));
        }
        source_picture(&s.camera, false, 1);
        g_assert_cmpuint(vp8_of(picture_at(&s, 0)).id_bits, ==, 15);
        g_assert_cmpuint(vp8_of(picture_at(&s, 0)).picture_id, ==, (id + i) & 0x7fff);
    }
    stage_free(s.stage);
}

static void test_source_goes(void)
{
    struct scene s = scene_make();
    source_picture(&s.camera, true, 1);
    fwd_peer_destroy(s.a->peer);
    s.a->peer = NULL;
    g_assert_cmpint(slot_state(&s, PICTURE_SLOT), ==, SFU_SLOT_EMPTY);
    g_assert_cmpint(slot_state(&s, VOICE_SLOT), ==, SFU_SLOT_EMPTY);
    stage_see(s.b, s.c);
    source_picture(&s.camera_c, true, 1);
    g_assert_cmpuint((uint16_t)(picture_at(&s, 0)->rtp.seq - picture_at(&s, 1)->rtp.seq), ==, 1);
    stage_free(s.stage);
}

static void test_refused_feeds(void)
{
    struct scene s = scene_make();
    g_assert_cmpint(fwd_slot_feed(s.b->peer, MIC, s.a->peer, MIC, 0), <, 0);
    g_assert_cmpint(fwd_slot_feed(s.b->peer, 9, s.a->peer, MIC, 0), <, 0);
    g_assert_cmpint(fwd_slot_feed(s.b->peer, VOICE_SLOT, s.a->peer, CAMERA, 0), <, 0);
    g_assert_cmpint(fwd_slot_feed(s.b->peer, VOICE_SLOT, s.a->peer, VOICE_SLOT, 0), <, 0);
    g_assert_cmpint(fwd_slot_feed(s.b->peer, VOICE_SLOT, s.a->peer, 99, 0), <, 0);
    source_voice(&s.voice);
    g_assert_nonnull(voice_at(&s, 0)); /* it is still fed as before */
    stage_free(s.stage);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/forward/slot/voice", test_voice);
    g_test_add_func("/forward/slot/extensions", test_extensions);
    g_test_add_func("/forward/slot/picture-starts-at-a-key-frame",
                    test_picture_starts_at_a_key_frame);
    g_test_add_func("/forward/slot/late-key-frame-start", test_late_key_frame_start);
    g_test_add_func("/forward/slot/young-key-frame", test_young_key_frame);
    g_test_add_func("/forward/slot/switch", test_switch);
    g_test_add_func("/forward/slot/late-after-switch", test_late_after_switch);
    g_test_add_func("/forward/slot/padding-leaves-no-hole", test_padding_leaves_no_hole);
    g_test_add_func("/forward/slot/gate", test_gate);
    g_test_add_func("/forward/slot/gate-in-an-instant", test_gate_in_an_instant);
    g_test_add_func("/forward/slot/late-of-another-codec", test_late_of_another_codec);
    g_test_add_func("/forward/slot/codec-unsupported", test_codec_unsupported);
    g_test_add_func("/forward/slot/short-picture-ids", test_short_picture_ids);
    g_test_add_func("/forward/slot/source-goes", test_source_goes);
    g_test_add_func("/forward/slot/refused-feeds", test_refused_feeds);
    return g_test_run();
}
