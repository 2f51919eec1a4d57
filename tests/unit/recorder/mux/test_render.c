#include "recorder/mux/render.h"

#include "base/clock.h"
#include "tests/unit/recorder/mux/check.h"
#include "tests/unit/recorder/mux/recording.h"

#include <glib.h>
#include <jansson.h>

static void plain(enum media_codec codec, const char *name)
{
    struct scene scene;
    scene_init(&scene);
    scene_event(&scene, "session.info", "MATTER", "SB01", "NUMBER", "A012", "WINDOW", "2",
                "STAFF_NO", "3002", NULL);
    recording_joins(&scene, "p1", "citizen", CITIZEN);
    struct scene_stream stream = recording_voice(CITIZEN);
    scene_stream(&scene, &stream);
    stream = recording_camera(CITIZEN, codec);
    scene_stream(&scene, &stream);
    recording_render(&scene);

    json_t *timeline = recording_load(&scene, "timeline.json");
    g_assert_cmpuint(recording_leg_count(timeline), ==, 1);
    const json_t *leg = recording_leg(timeline, 0);
    g_assert_cmpstr(json_text(leg, "file"), ==, name);
    g_assert_cmpint(json_number(leg, "frames"), ==, stream.media->frames);
    g_assert_cmpint(json_number(leg, "audio_packets"), ==, recording_media.voice->packets->len);
    g_assert_cmpint(json_number(leg, "lost"), ==, 0);
    g_assert_cmpint(json_number(leg, "width"), ==, 320);
    g_assert_cmpuint(json_array_size(json_object_get(timeline, "gaps")), ==, 0);
    g_assert_cmpstr(json_text(timeline, "number"), ==, "A012");
    g_assert_cmpint(json_number(json_object_get(timeline, "sync"), "max_ms"), <=, 2);

    g_autofree char *path = recording_leg_path(&scene, timeline, 0);
    double sync_ms = check_sync_ms(path);
    g_test_message("%s: sound and picture within %.1f ms", name, sync_ms);
    g_assert_cmpfloat(sync_ms, <=, 40);
    double found_s = check_seek(path, 3.5);
    g_assert_cmpfloat(found_s, >, 2.4);
    g_assert_cmpfloat(found_s, <, 3.6);
    json_decref(timeline);
    scene_finish(&scene);
}

static void test_vp8(void)
{
    if (check_has_ffmpeg())
        plain(MEDIA_VP8, "01-citizen-camera-vp8.webm");
}

static void test_h264(void)
{
    if (!media_has_h264())
        g_test_skip("GStreamer has no H.264 encoder here");
    else if (check_has_ffmpeg())
        plain(MEDIA_H264, "01-citizen-camera-h264.mp4");
}

/* Lost packets that were retransmitted, disorder and repetition leave no trace. */
static void test_repair(void)
{
    if (!check_has_ffmpeg())
        return;
    struct scene scene;
    scene_init(&scene);
    recording_joins(&scene, "p1", "citizen", CITIZEN);
    struct scene_stream stream = recording_voice(CITIZEN);
    stream.swap_every = 7;
    stream.repeat_every = 11;
    stream.first_seq = 65500;
    stream.first_timestamp = 0xffffff00;
    scene_stream(&scene, &stream);
    stream = recording_camera(CITIZEN, MEDIA_VP8);
    stream.lose_every = 13;
    stream.repair_us = 80000;
    stream.swap_every = 5;
    stream.repeat_every = 17;
    stream.first_seq = 65400;
    stream.first_timestamp = 0xfffff000;
    scene_stream(&scene, &stream);
    recording_render(&scene);

    json_t *timeline = recording_load(&scene, "timeline.json");
    const json_t *leg = recording_leg(timeline, 0);
    g_assert_cmpint(json_number(leg, "frames"), ==, recording_media.vp8->frames);
    g_assert_cmpint(json_number(leg, "audio_packets"), ==, recording_media.voice->packets->len);
    g_assert_cmpint(json_number(leg, "lost"), ==, 0);
    /* Of those that were lost some came a second time by themselves, before the retransmission. */
    guint both = recording_media.vp8->packets->len / (13 * 17) + 1;
    g_assert_cmpint(json_number(leg, "repaired"), <=, recording_media.vp8->packets->len / 13);
    g_assert_cmpint(json_number(leg, "repaired"), >=,
                    recording_media.vp8->packets->len / 13 - both);
    g_autofree char *path = recording_leg_path(&scene, timeline, 0);
    g_assert_cmpfloat(check_sync_ms(path), <=, 40);
    json_decref(timeline);
    scene_finish(&scene);
}

/* What stays lost costs pictures up to the next key frame, and the timeline says so. */
static void lossy(enum media_codec codec)
{
    struct scene scene;
    scene_init(&scene);
    recording_joins(&scene, "p1", "citizen", CITIZEN);
    struct scene_stream stream = recording_camera(CITIZEN, codec);
    stream.lose_every = 250;
    struct scene_stream sound = recording_voice(CITIZEN);
    sound.lose_every = 50;
    scene_stream(&scene, &sound);
    scene_stream(&scene, &stream);
    recording_render(&scene);

    json_t *timeline = recording_load(&scene, "timeline.json");
    const json_t *leg = recording_leg(timeline, 0);
    g_assert_cmpint(json_number(leg, "lost"), ==,
                    stream.media->packets->len / 250 +
                        (recording_media.voice->packets->len - 1) / 50);
    g_assert_cmpint(json_number(leg, "frames"), <, stream.media->frames);
    g_assert_cmpint(json_number(leg, "frames"), >, stream.media->frames / 3);
    g_assert_cmpint(recording_gap_ms(timeline, "camera", "NETWORK"), >, 100);
    int64_t shown_ms = json_number(leg, "frames") * 1000 / 30;
    int64_t total_ms = stream.media->frames * 1000 / 30;
    int64_t told_ms = recording_gap_ms(timeline, "camera", "NETWORK");
    g_assert_cmpint(ABS(total_ms - shown_ms - told_ms), <, 300);
    g_autofree char *path = recording_leg_path(&scene, timeline, 0);
    json_decref(timeline);
    scene_finish(&scene);
}

static void test_loss(void)
{
    if (!check_has_ffmpeg())
        return;
    lossy(MEDIA_VP8);
    if (media_has_h264())
        lossy(MEDIA_H264);
}

/* A browser changes the size of its picture at every turn of a phone. */
static void resized(enum media_codec codec, const struct media *small)
{
    struct scene scene;
    scene_init(&scene);
    recording_joins(&scene, "p1", "citizen", CITIZEN);
    struct scene_stream stream = recording_camera(CITIZEN, codec);
    struct scene_end end = scene_stream(&scene, &stream);
    int64_t length_us = stream.media->frames * stream.media->frame_us;
    stream.media = small;
    stream.first_seq = end.seq;
    stream.first_timestamp = end.timestamp;
    stream.start_us += length_us;
    scene_stream(&scene, &stream);
    recording_render(&scene);

    json_t *timeline = recording_load(&scene, "timeline.json");
    g_assert_cmpuint(recording_leg_count(timeline), ==, 1);
    g_assert_cmpint(json_number(recording_leg(timeline, 0), "frames"), ==,
                    recording_media.vp8->frames + small->frames);
    g_autofree char *path = recording_leg_path(&scene, timeline, 0);
    json_decref(timeline);
    scene_finish(&scene);
}

static void test_resize(void)
{
    if (!check_has_ffmpeg())
        return;
    resized(MEDIA_VP8, recording_media.vp8_small);
    if (media_has_h264())
        resized(MEDIA_H264, recording_media.h264_small);
}

/* A gap as the daemon tells it, in the scene's time. `section` NULL: all of the participant's. */
static void gap_event(struct scene *scene, const char *cause, const char *section, int64_t start_us,
                      int64_t end_us)
{
    int64_t zero_us = clock_wall_us() - clock_now_us() + scene->base_us;
    g_autofree char *start = g_strdup_printf("%" G_GINT64_FORMAT, zero_us + start_us);
    g_autofree char *end = g_strdup_printf("%" G_GINT64_FORMAT, zero_us + end_us);
    scene_event(scene, "gap", "CAUSE", cause, "PARTICIPANT", "p1", "START_US", start, "END_US", end,
                section ? "SECTION" : NULL, section, NULL);
}

/* A hold keeps the citizen out of the recording, longer than sequence numbers go around; mutes and a page
 * in the background are told apart. Nothing of it counts as lost. */
static void test_hold_and_mute(void)
{
    if (!check_has_ffmpeg())
        return;
    const int64_t held_us = 240 * SECOND_US;
    const int64_t cut_us = 60 * recording_media.vp8->frame_us; /* where a key frame is */
    struct scene scene;
    scene_init(&scene);
    recording_joins(&scene, "p1", "citizen", CITIZEN);
    struct scene_stream stream = recording_camera(CITIZEN, MEDIA_VP8);
    stream.until_us = cut_us;
    struct scene_end end = scene_stream(&scene, &stream);
    stream.from_us = cut_us;
    stream.until_us = 0;
    stream.start_us += cut_us + held_us;
    stream.first_seq = (uint16_t)(end.seq + 40000); /* further than half around */
    stream.first_timestamp = end.timestamp + (uint32_t)(held_us / 100 * 9);
    scene_stream(&scene, &stream);
    gap_event(&scene, "HOLD", NULL, 3 * SECOND_US, 3 * SECOND_US + held_us);
    gap_event(&scene, "BACKGROUND", "1", 4 * SECOND_US + held_us, 5 * SECOND_US + held_us);
    recording_render(&scene);

    json_t *timeline = recording_load(&scene, "timeline.json");
    g_assert_cmpuint(recording_leg_count(timeline), ==, 1);
    g_assert_cmpint(json_number(recording_leg(timeline, 0), "lost"), ==, 0);
    g_assert_cmpint(ABS(recording_gap_ms(timeline, "camera", "HOLD") - held_us / 1000), <, 100);
    g_assert_cmpint(ABS(recording_gap_ms(timeline, "camera", "BACKGROUND") - 1000), <, 100);
    g_assert_cmpint(recording_gap_ms(timeline, "camera", "NETWORK"), ==, 0);
    g_assert_cmpint(json_number(json_object_get(timeline, "completeness"), "missing_ms"), ==, 0);
    g_autofree char *path = recording_leg_path(&scene, timeline, 0);
    json_decref(timeline);
    scene_finish(&scene);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    recording_media_make();
    g_test_add_func("/recorder/render/vp8", test_vp8);
    g_test_add_func("/recorder/render/h264", test_h264);
    g_test_add_func("/recorder/render/repair", test_repair);
    g_test_add_func("/recorder/render/loss", test_loss);
    g_test_add_func("/recorder/render/resize", test_resize);
    g_test_add_func("/recorder/render/hold_and_mute", test_hold_and_mute);
    int r = g_test_run();
    recording_media_free();
    return r;
}
