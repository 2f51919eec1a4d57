/* A stream's end by RTCP BYE, a peer's silence, and that both are told in the end. */
#include <string.h>

#include "tests/unit/sfu/forward/stage.h"

enum { SECOND_US = 1000000 };

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
    s.camera = stage_source(s.a, CAMERA);
    s.voice = stage_source(s.a, MIC);
    source_picture(&s.camera, true, 2);
    source_voice(&s.voice);
    return s;
}

static void bye(struct actor *actor, uint32_t ssrc)
{
    uint8_t buf[64];
    struct bytes_writer w = bytes_writer(buf, sizeof buf);
    size_t start;
    rtcp_write_rr(&w, ssrc, NULL, 0);
    rtcp_begin(&w, RTCP_BYE, 1, &start);
    bytes_put_u32(&w, ssrc);
    rtcp_end(&w, start);
    stage_rtcp_give(actor, &w);
}

static enum sfu_slot_state picture_state(const struct scene *s)
{
    struct sfu_event event = {0};
    for (unsigned i = s->stage->events->len; i-- > 0;) {
        event = g_array_index(s->stage->events, struct sfu_event, i);
        if (event.type == SFU_EVENT_SLOT && event.section == PICTURE_SLOT)
            return event.slot;
    }
    return SFU_SLOT_EMPTY;
}

/* How many streams the newest receiver report to `a` is about. */
static unsigned reported(const struct scene *s)
{
    struct rtcp_packet report;
    stage_forget(s->a);
    stage_pass(s->stage, 2 * SECOND_US);
    if (!stage_rtcp_last(s->a, RTCP_RR, 0, &report) &&
        !stage_rtcp_last(s->a, RTCP_RR, 1, &report) && !stage_rtcp_last(s->a, RTCP_RR, 2, &report))
        return 0;
    return report.count;
}

static void test_bye(void)
{
    struct scene s = scene_make();
    g_assert_cmpint(picture_state(&s), ==, SFU_SLOT_ACTIVE);
    g_assert_cmpuint(reported(&s), ==, 2);
    source_make(&s.camera, true, true, false); /* lost: would be asked for again */
    source_picture_end(&s.camera);
    source_picture(&s.camera, false, 1);
    stage_forget(s.a);
    bye(s.a, s.camera.ssrc);
    g_assert_cmpint(picture_state(&s), ==, SFU_SLOT_WAITING_KEYFRAME);
    g_assert_cmpuint(reported(&s), ==, 1); /* the voice goes on */
    g_assert_cmpuint(stage_rtcp_count(s.a, RTCP_RTPFB, RTCP_RTPFB_NACK), ==, 0);
    g_assert_cmpuint(stage_rtcp_count(s.a, RTCP_PSFB, RTCP_PSFB_PLI), ==, 0);
    stage_free(s.stage);
}

/* The sender goes on after all, on the same line of numbers: with a key frame, which it is asked for. */
static void test_back_after_bye(void)
{
    struct scene s = scene_make();
    uint32_t slot = slot_ssrc_of(s.b, PICTURE_SLOT);
    bye(s.a, s.camera.ssrc);
    stage_pass(s.stage, 2 * SECOND_US);
    stage_forget(s.a);
    unsigned before = stage_rtp_count(s.b, slot);
    uint16_t last = stage_rtp(s.b, slot, 0)->rtp.seq;
    source_picture(&s.camera, false, 1);
    g_assert_cmpuint(stage_rtp_count(s.b, slot), ==, before);
    g_assert_cmpuint(stage_rtcp_count(s.a, RTCP_PSFB, RTCP_PSFB_PLI), ==, 1);
    source_picture(&s.camera, true, 1);
    g_assert_cmpuint(stage_rtp_count(s.b, slot), ==, before + 1);
    g_assert_cmpuint(stage_rtp(s.b, slot, 0)->rtp.seq, ==, (uint16_t)(last + 1));
    g_assert_cmpint(picture_state(&s), ==, SFU_SLOT_ACTIVE);
    stage_free(s.stage);
}

/* Nobody ends another's stream. */
static void test_bye_of_another(void)
{
    struct scene s = scene_make();
    bye(s.b, s.camera.ssrc);
    bye(s.a, 0xdeadbeef);
    g_assert_cmpint(picture_state(&s), ==, SFU_SLOT_ACTIVE);
    stage_free(s.stage);
}

/* That somebody is silent, or back, is told when there is a place for it again; what is over is not. */
static void test_silence_told_later(void)
{
    struct scene s = scene_make();
    s.stage->deaf = true;
    stage_pass(s.stage, 20 * SECOND_US);
    g_assert_cmpuint(stage_events(s.stage, SFU_EVENT_SILENT, NULL), ==, 0);
    s.stage->deaf = false;
    stage_pass(s.stage, FWD_TICK_US);
    g_assert_cmpuint(stage_events(s.stage, SFU_EVENT_SILENT, NULL), ==, 2);
    s.stage->deaf = true;
    source_voice(&s.voice);
    g_assert_cmpuint(stage_events(s.stage, SFU_EVENT_BACK, NULL), ==, 0);
    s.stage->deaf = false;
    stage_pass(s.stage, FWD_TICK_US);
    g_assert_cmpuint(stage_events(s.stage, SFU_EVENT_BACK, NULL), ==, 1);
    stage_pass(s.stage, SECOND_US);
    g_assert_cmpuint(stage_events(s.stage, SFU_EVENT_BACK, NULL), ==, 1);
    stage_free(s.stage);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/forward/ends/bye", test_bye);
    g_test_add_func("/forward/ends/back-after-bye", test_back_after_bye);
    g_test_add_func("/forward/ends/bye-of-another", test_bye_of_another);
    g_test_add_func("/forward/ends/silence-told-later", test_silence_told_later);
    return g_test_run();
}
