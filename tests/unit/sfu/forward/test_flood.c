/* What a hostile participant could make of a few packets: packets to others, events to the control
 * thread, key frames of others. Each has a bound. */
#include "tests/unit/sfu/forward/stage.h"

struct scene {
    struct stage *stage;
    struct actor *a, *b; /* b watches a */
    struct source camera;
    uint32_t ssrc; /* of b's picture */
};

static struct scene scene_make(void)
{
    struct scene s = {.stage = stage_make()};
    s.a = stage_enter(s.stage, CHROMIUM);
    s.b = stage_enter(s.stage, FIREFOX);
    stage_see(s.b, s.a);
    s.camera = stage_source(s.a, CAMERA);
    s.ssrc = slot_ssrc_of(s.b, PICTURE_SLOT);
    return s;
}

static struct sfu_event picture_told(const struct scene *s, unsigned *ret_count)
{
    struct sfu_event last = {.slot = SFU_SLOT_EMPTY};
    *ret_count = 0;
    for (guint i = 0; i < s->stage->events->len; i++) {
        const struct sfu_event *e = &g_array_index(s->stage->events, struct sfu_event, i);
        if (e->type != SFU_EVENT_SLOT || e->section != PICTURE_SLOT || e->peer != 901)
            continue;
        (*ret_count)++;
        last = *e;
    }
    return last;
}

static void one(struct scene *s, enum sfu_codec codec, bool key)
{
    s->camera.codec = codec;
    source_picture(&s->camera, key, 1);
}

/* A withheld key frame behind which the codec changed again and again. */
static void test_replay_over_codecs(void)
{
    enum { CHANGES = 12 };
    struct scene s = scene_make();
    struct stage_packet withheld = source_make(&s.camera, true, true, true);
    source_picture_end(&s.camera);
    for (unsigned i = 0; i < CHANGES; i++, s.stage->now_us += 600000)
        one(&s, i % 2 ? SFU_CODEC_H264 : SFU_CODEC_VP8, true);
    one(&s, SFU_CODEC_VP8, false);
    stage_forget(s.b);
    source_deliver(&s.camera, &withheld);
    g_assert_cmpuint(stage_rtp_count(s.b, s.ssrc), >=, 1);
    g_assert_cmpuint(stage_rtp_count(s.b, s.ssrc), <=, CHANGES + 2);
    stage_free(s.stage);
}

/* Several of them, and a slot that is made to start anew for each. */
static void test_replay_again_and_again(void)
{
    struct scene s = scene_make();
    struct stage_packet withheld[4];
    for (unsigned i = 0; i < G_N_ELEMENTS(withheld); i++) {
        withheld[i] = source_make(&s.camera, true, true, true);
        source_picture_end(&s.camera);
    }
    for (unsigned i = 0; i < 300; i++)
        source_picture(&s.camera, false, 1);
    source_deliver(&s.camera, &withheld[3]);
    g_assert_cmpuint(stage_rtp_count(s.b, s.ssrc), ==, 301);
    one(&s, SFU_CODEC_H264, false);
    one(&s, SFU_CODEC_VP8, false);
    stage_forget(s.b);
    source_deliver(&s.camera, &withheld[2]);
    source_deliver(&s.camera, &withheld[1]);
    g_assert_cmpuint(stage_rtp_count(s.b, s.ssrc), ==, 0);
    s.stage->now_us += 300000;
    source_deliver(&s.camera, &withheld[0]);
    g_assert_cmpuint(stage_rtp_count(s.b, s.ssrc), <=, 304);
    source_picture(&s.camera, true, 1); /* it goes on as ever */
    g_assert_cmpuint(stage_serial(stage_rtp(s.b, s.ssrc, 0)), ==, s.camera.serial - 1);
    stage_free(s.stage);
}

static void test_codec_changes(void)
{
    struct scene s = scene_make();
    unsigned told;
    for (unsigned i = 0; i < 1000; i++) {
        one(&s, i % 2 ? SFU_CODEC_H264 : SFU_CODEC_VP8, true);
        stage_pass(s.stage, 1000);
    }
    g_assert_cmpuint(stage_events(s.stage, SFU_EVENT_MEDIA, NULL), ==, 1);
    g_assert_cmpuint(stage_events(s.stage, SFU_EVENT_CODEC, NULL), >=, 2);
    g_assert_cmpuint(stage_events(s.stage, SFU_EVENT_CODEC, NULL), <=, 4);
    g_assert_cmpuint(stage_drops(s.stage, SFU_DROP_CODEC_CHANGES), >, 400);
    stage_pass(s.stage, 1000000);
    one(&s, SFU_CODEC_H264, true);
    one(&s, SFU_CODEC_H264, false);
    stage_pass(s.stage, 200000);
    g_assert_cmpint(picture_told(&s, &told).slot, ==, SFU_SLOT_ACTIVE);
    g_assert_cmpuint(stage_serial(stage_rtp(s.b, s.ssrc, 0)), ==, s.camera.serial - 1);
    stage_free(s.stage);
}

/* Numbers that jump make the slot start anew with every second packet. */
static void test_slot_states(void)
{
    struct scene s = scene_make();
    unsigned told;
    for (unsigned i = 0; i < 1000; i++) {
        s.camera.seq += 10000;
        source_picture(&s.camera, i % 2, 1);
        source_picture(&s.camera, i % 2, 1);
        stage_pass(s.stage, 2000);
    }
    picture_told(&s, &told);
    g_assert_cmpuint(told, >=, 8);
    g_assert_cmpuint(told, <=, 8 + 20 + 1);
    source_picture(&s.camera, true, 1); /* what is told last is true */
    stage_pass(s.stage, 200000);
    g_assert_cmpint(picture_told(&s, &told).slot, ==, SFU_SLOT_ACTIVE);
    stage_free(s.stage);
}

/* Events that find no place are told when there is one. */
static void test_deaf_control_thread(void)
{
    struct scene s = scene_make();
    unsigned told;
    struct sfu_event media;
    s.stage->deaf = true;
    one(&s, SFU_CODEC_VP8, true);
    one(&s, SFU_CODEC_H264, true);
    stage_pass(s.stage, 500000);
    g_assert_cmpint(picture_told(&s, &told).slot, ==, SFU_SLOT_WAITING_KEYFRAME);
    s.stage->deaf = false;
    stage_pass(s.stage, 500000);
    g_assert_cmpint(picture_told(&s, &told).slot, ==, SFU_SLOT_ACTIVE);
    g_assert_cmpuint(stage_events(s.stage, SFU_EVENT_MEDIA, &media), ==, 1);
    g_assert_cmpint(media.codec, ==, SFU_CODEC_H264);
    one(&s, SFU_CODEC_VP8, true);
    g_assert_cmpuint(stage_events(s.stage, SFU_EVENT_CODEC, NULL), ==, 1);
    stage_free(s.stage);
}

static void test_key_frame_wishes(void)
{
    struct scene s = scene_make();
    for (unsigned i = 0; i < 200; i++) { /* 10 s, and a source that obeys */
        uint8_t buf[64];
        struct bytes_writer w = bytes_writer(buf, sizeof buf);
        source_picture(&s.camera, true, 1);
        if (i % 2)
            rtcp_write_pli(&w, 1, s.ssrc);
        else
            rtcp_write_fir(&w, 1, s.ssrc, (uint8_t)i);
        stage_rtcp_give(s.b, &w);
        stage_pass(s.stage, 50000);
    }
    unsigned asked = stage_rtcp_count(s.a, RTCP_PSFB, RTCP_PSFB_PLI);
    g_assert_cmpuint(asked, >=, 8);
    g_assert_cmpuint(asked, <=, 1 + 3 + 10);
    stage_free(s.stage);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/forward/flood/replay-over-codecs", test_replay_over_codecs);
    g_test_add_func("/forward/flood/replay-again-and-again", test_replay_again_and_again);
    g_test_add_func("/forward/flood/codec-changes", test_codec_changes);
    g_test_add_func("/forward/flood/slot-states", test_slot_states);
    g_test_add_func("/forward/flood/deaf-control-thread", test_deaf_control_thread);
    g_test_add_func("/forward/flood/key-frame-wishes", test_key_frame_wishes);
    return g_test_run();
}
