/* A camera sent in two sizes at a time is one file with the largest picture there was at each moment. */
#include "recorder/mux/layers.h"

#include "tests/unit/recorder/mux/check.h"
#include "tests/unit/recorder/mux/recording.h"

#include <string.h>

#define RID_URIS                                        \
    "10=urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id " \
    "11=urn:ietf:params:rtp-hdrext:sdes:repaired-rtp-stream-id"

static struct media *large, *small;

static void joins(struct scene *scene)
{
    recording_joins(scene, "p1", "citizen", CITIZEN);
    scene_event(scene, "media.section", "TAG", "257", "SECTION", "1", "SOURCE", "camera", "KIND",
                "video", "PAYLOADS", VP8, "EXTMAP", RID_URIS, "RIDS", "h l", NULL);
}

static struct scene_stream layer(const char *rid)
{
    struct scene_stream stream = recording_camera(CITIZEN, MEDIA_VP8);
    bool is_large = strcmp(rid, "h") == 0;
    stream.rid = rid;
    stream.ssrc = is_large ? 3000 : 4000;
    stream.media = is_large ? large : small;
    stream.first_timestamp = is_large ? 500 : 4000000000;
    return stream;
}

/* The small one comes a second later and goes on to the end; retransmissions of both come in between. */
static void test_beside(void)
{
    if (!check_has_ffmpeg())
        return;
    struct scene scene;
    scene_init(&scene);
    joins(&scene);
    struct scene_stream stream = layer("h");
    stream.lose_every = 40;
    stream.repair_us = 80000;
    scene_stream(&scene, &stream);
    stream = layer("l");
    stream.lose_every = 17;
    stream.repair_us = 90000;
    stream.from_us = SECOND_US;
    stream.start_us += SECOND_US;
    scene_stream(&scene, &stream);
    recording_render(&scene);

    json_t *timeline = recording_load(&scene, "timeline.json");
    g_assert_cmpuint(recording_leg_count(timeline), ==, 1);
    const json_t *leg = recording_leg(timeline, 0);
    g_assert_cmpint(json_number(leg, "frames"), ==, large->frames);
    g_assert_cmpint(json_number(leg, "width"), ==, 320);
    g_assert_cmpint(json_number(leg, "lost"), ==, 0);
    g_assert_cmpint(json_number(leg, "repaired"), >, 0);
    g_autofree char *path = recording_leg_path(&scene, timeline, 0);
    json_decref(timeline);
    scene_finish(&scene);
}

/* The sender's line has no room for the large one for four seconds: the small one is shown meanwhile. */
static void test_instead(void)
{
    if (!check_has_ffmpeg())
        return;
    struct scene scene;
    scene_init(&scene);
    joins(&scene);
    struct scene_stream stream = layer("h");
    const int64_t gone_us = 30 * large->frame_us, back_us = 150 * large->frame_us; /* key frames */
    stream.until_us = gone_us;
    struct scene_end end = scene_stream(&scene, &stream);
    stream = layer("h");
    stream.from_us = back_us;
    stream.start_us += back_us;
    stream.first_seq = end.seq;
    stream.first_timestamp += (uint32_t)(back_us * 9 / 100);
    scene_stream(&scene, &stream);
    stream = layer("l");
    scene_stream(&scene, &stream);
    recording_render(&scene);

    json_t *timeline = recording_load(&scene, "timeline.json");
    g_assert_cmpuint(recording_leg_count(timeline), ==, 1);
    const json_t *leg = recording_leg(timeline, 0);
    g_assert_cmpint(json_number(leg, "frames"), ==, large->frames);
    g_assert_cmpint(json_number(leg, "width"), ==, 320);
    g_assert_cmpint(recording_gap_ms(timeline, "camera", "NETWORK"), ==, 0);
    g_autofree char *path = recording_leg_path(&scene, timeline, 0);
    json_decref(timeline);
    scene_finish(&scene);
}

static void test_elements(void)
{
    static const uint8_t one[] = {0x90, 96, 0, 1,    0, 0, 0, 0,    0,   0,   0, 9,   0xbe,
                                  0xde, 0,  2, 0x10, 7, 0, 0, 0xa1, 'h', 'i', 0, 0xff};
    static const uint8_t two[] = {0x90, 96,   0, 1, 0, 0,   0, 0,   0, 0,   0,
                                  9,    0x10, 0, 0, 1, 200, 1, 'x', 0, 0xff};
    struct rec_rtp rtp;
    size_t len = 0;
    g_assert_true(rec_rtp_parse(one, sizeof one, &rtp));
    const uint8_t *found = rec_rtp_element(&rtp, 10, &len);
    g_assert_nonnull(found);
    g_assert_cmpmem(found, len, "hi", 2);
    g_assert_null(rec_rtp_element(&rtp, 11, &len));
    g_assert_null(rec_rtp_element(&rtp, 0, &len));
    g_assert_true(rec_rtp_parse(two, sizeof two, &rtp));
    found = rec_rtp_element(&rtp, 200, &len);
    g_assert_nonnull(found);
    g_assert_cmpmem(found, len, "x", 1);
    g_assert_cmpuint(rtp.len, ==, 1);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    recording_media_make();
    large = media_video(&(struct media_picture){MEDIA_VP8, 320, 240, 30}, 6 * SECOND_US);
    small = media_video(&(struct media_picture){MEDIA_VP8, 160, 120, 30}, 6 * SECOND_US);
    g_test_add_func("/mux/layers/beside", test_beside);
    g_test_add_func("/mux/layers/instead", test_instead);
    g_test_add_func("/mux/layers/elements", test_elements);
    int r = g_test_run();
    media_destroy(large);
    media_destroy(small);
    recording_media_free();
    return r;
}
