/* A receiver whose connection is behind: whole pictures are left out, the voice is not, and it goes on with a key
 * frame and without a hole in the numbers. */
#include "tests/unit/sfu/forward/stage.h"

struct scene {
    struct stage *stage;
    struct actor *a, *b; /* b watches a */
    struct source voice, camera;
};

static bool behind; /* b's line */
static struct actor *line_of;

static bool is_behind(void *transport)
{
    return behind && transport == line_of;
}

static struct scene scene_make(void)
{
    struct scene s = {.stage = stage_make()};
    behind = false;
    s.stage->env.crowded = is_behind;
    s.a = stage_enter(s.stage, CHROMIUM);
    s.b = stage_enter(s.stage, CHROMIUM);
    line_of = s.b;
    s.voice = stage_source(s.a, MIC);
    s.camera = stage_source(s.a, CAMERA);
    stage_see(s.b, s.a);
    source_picture(&s.camera, true, 3);
    source_picture(&s.camera, false, 2);
    return s;
}

static unsigned pictures(const struct scene *s)
{
    return stage_rtp_count(s->b, slot_ssrc_of(s->b, PICTURE_SLOT));
}

static const struct stage_packet *newest(const struct scene *s)
{
    return stage_rtp(s->b, slot_ssrc_of(s->b, PICTURE_SLOT), 0);
}

static void deliver(struct source *camera, bool start, bool marker)
{
    struct stage_packet packet = source_make(camera, start, marker, false);
    source_deliver(camera, &packet);
    if (marker)
        source_picture_end(camera);
}

static void test_whole_pictures(void)
{
    struct scene s = scene_make();
    unsigned before = pictures(&s);
    g_assert_cmpuint(before, ==, 5);
    deliver(&s.camera, true, false);
    behind = true; /* in the middle of a picture: it is sent to its end */
    deliver(&s.camera, false, false);
    deliver(&s.camera, false, true);
    g_assert_cmpuint(pictures(&s), ==, before + 3);
    source_picture(&s.camera, false, 4);
    g_assert_cmpuint(pictures(&s), ==, before + 3);
    g_assert_cmpuint(stage_drops(s.stage, SFU_DROP_CROWDED), ==, 4);
    source_picture(&s.camera, true, 4); /* nor a key frame, while it is behind */
    g_assert_cmpuint(pictures(&s), ==, before + 3);
    source_voice(&s.voice);
    g_assert_cmpuint(stage_rtp_count(s.b, slot_ssrc_of(s.b, VOICE_SLOT)), ==, 1);
    stage_free(s.stage);
}

static void test_goes_on(void)
{
    struct scene s = scene_make();
    uint16_t seq = newest(&s)->rtp.seq;
    behind = true;
    source_picture(&s.camera, false, 2);
    unsigned asked = stage_rtcp_count(s.a, RTCP_PSFB, RTCP_PSFB_PLI);
    stage_pass(s.stage, 1000000);
    source_picture(&s.camera, false, 2);
    stage_pass(s.stage, 100000);
    g_assert_cmpuint(stage_rtcp_count(s.a, RTCP_PSFB, RTCP_PSFB_PLI), ==, asked); /* in vain now */
    behind = false;
    stage_pass(s.stage, 100000);
    g_assert_cmpuint(stage_rtcp_count(s.a, RTCP_PSFB, RTCP_PSFB_PLI), >, asked);
    source_picture(&s.camera, false, 2); /* not decodable any more */
    g_assert_cmpuint(newest(&s)->rtp.seq, ==, seq);
    source_picture(&s.camera, true, 1);
    g_assert_cmpuint(newest(&s)->rtp.seq, ==, (uint16_t)(seq + 1));
    stage_free(s.stage);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/forward/crowded/whole-pictures", test_whole_pictures);
    g_test_add_func("/forward/crowded/goes-on", test_goes_on);
    return g_test_run();
}
