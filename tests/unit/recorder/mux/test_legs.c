#include "recorder/mux/leg.h"

#include "tests/harness/file.h"
#include "tests/harness/temp.h"
#include "tests/unit/recorder/mux/check.h"
#include "tests/unit/recorder/mux/recording.h"

#include <glib.h>
#include <glib/gstdio.h>
#include <jansson.h>
#include <stdlib.h>
#include <time.h>

/* The camera goes from VP8 to H.264: two files, the voice goes along. */
static void test_codec_change(void)
{
    if (!check_has_ffmpeg())
        return;
    if (!media_has_h264()) {
        g_test_skip("GStreamer has no H.264 encoder here");
        return;
    }
    const int64_t cut_us = 60 * recording_media.vp8->frame_us; /* where a key frame is */
    struct scene scene;
    scene_init(&scene);
    recording_joins(&scene, "p1", "citizen", CITIZEN);
    struct scene_stream stream = recording_voice(CITIZEN);
    scene_stream(&scene, &stream);
    stream = recording_camera(CITIZEN, MEDIA_VP8);
    stream.until_us = cut_us;
    struct scene_end end = scene_stream(&scene, &stream);
    stream = recording_camera(CITIZEN, MEDIA_H264);
    stream.from_us = cut_us;
    stream.start_us += cut_us;
    stream.first_seq = end.seq;
    stream.first_timestamp = end.timestamp;
    scene_stream(&scene, &stream);
    recording_render(&scene);

    json_t *timeline = recording_load(&scene, "timeline.json");
    g_assert_cmpuint(recording_leg_count(timeline), ==, 2);
    g_assert_cmpstr(json_text(recording_leg(timeline, 0), "codec"), ==, "vp8");
    g_assert_cmpstr(json_text(recording_leg(timeline, 1), "codec"), ==, "h264");
    g_assert_cmpint(json_number(recording_leg(timeline, 0), "audio_packets") +
                        json_number(recording_leg(timeline, 1), "audio_packets"),
                    ==, recording_media.voice->packets->len);
    for (size_t i = 0; i < 2; i++) {
        g_autofree char *path = recording_leg_path(&scene, timeline, i);
        g_assert_cmpint(json_number(recording_leg(timeline, i), "end_ms"), >, 0);
    }
    json_decref(timeline);
    scene_finish(&scene);
}

/* A new PeerConnection of the same person goes on in the same file; the time between is a gap. */
static void test_reconnect(void)
{
    if (!check_has_ffmpeg())
        return;
    struct scene scene;
    scene_init(&scene);
    recording_joins(&scene, "p1", "citizen", CITIZEN);
    recording_joins(&scene, "p1", "citizen", CITIZEN + 1);
    struct scene_stream stream = recording_voice(CITIZEN);
    scene_stream(&scene, &stream);
    stream = recording_camera(CITIZEN, MEDIA_VP8);
    scene_stream(&scene, &stream);
    stream = recording_voice(CITIZEN + 1);
    stream.start_us += 10 * SECOND_US;
    stream.sender_clock_us = -3 * SECOND_US; /* another device, another clock */
    scene_stream(&scene, &stream);
    stream = recording_camera(CITIZEN + 1, MEDIA_VP8);
    stream.start_us += 10 * SECOND_US;
    stream.sender_clock_us = -3 * SECOND_US;
    scene_stream(&scene, &stream);
    recording_render(&scene);

    json_t *timeline = recording_load(&scene, "timeline.json");
    g_assert_cmpuint(recording_leg_count(timeline), ==, 1);
    g_assert_cmpint(json_number(recording_leg(timeline, 0), "frames"), ==,
                    2 * recording_media.vp8->frames);
    g_assert_cmpint(json_number(recording_leg(timeline, 0), "lost"), ==, 0);
    int64_t between_ms = 10000 - (int64_t)recording_media.vp8->frames * 1000 / 30;
    g_assert_cmpint(ABS(recording_gap_ms(timeline, "camera", "NETWORK") - between_ms), <, 150);
    g_assert_cmpint(ABS(recording_gap_ms(timeline, "mic", "NETWORK") - between_ms), <, 150);
    g_autofree char *path = recording_leg_path(&scene, timeline, 0);
    g_assert_cmpfloat(check_sync_ms(path), <=, 40);
    json_decref(timeline);
    scene_finish(&scene);
}

/* Two people and a document; one has no camera. The silent voice stops nothing. */
static void test_three_sources(void)
{
    if (!check_has_ffmpeg())
        return;
    struct scene scene;
    scene_init(&scene);
    recording_joins(&scene, "p1", "citizen", CITIZEN);
    recording_joins(&scene, "p2", "clerk", CLERK);
    scene_section(&scene, CLERK, DOCUMENT, "document", VP8);
    struct scene_stream stream = recording_voice(CITIZEN);
    scene_stream(&scene, &stream);
    stream = recording_voice(CLERK);
    stream.until_us = SECOND_US;
    scene_stream(&scene, &stream);
    stream = recording_camera(CLERK, MEDIA_VP8);
    scene_stream(&scene, &stream);
    stream.section = DOCUMENT;
    stream.ssrc = 9;
    stream.start_us += SECOND_US / 2;
    stream.media = recording_media.vp8_small;
    scene_stream(&scene, &stream);
    recording_render(&scene);

    json_t *timeline = recording_load(&scene, "timeline.json");
    g_assert_cmpuint(recording_leg_count(timeline), ==, 3);
    const char *const files[] = {"01-citizen-mic-opus.webm", "02-clerk-camera-vp8.webm",
                                 "03-clerk-document-vp8.webm"};
    for (size_t i = 0; i < G_N_ELEMENTS(files); i++) {
        g_assert_cmpstr(json_text(recording_leg(timeline, i), "file"), ==, files[i]);
        g_autofree char *path = recording_leg_path(&scene, timeline, i);
    }
    g_assert_cmpint(recording_gap_ms(timeline, "mic", "NETWORK"), >,
                    2500); /* the clerk's voice went away */
    json_decref(timeline);
    scene_finish(&scene);
}

/* A session that goes on after its recording was made: the next one holds both parts. */
static void test_goes_on(void)
{
    struct scene scenes[2];
    scene_init(&scenes[0]);
    for (size_t i = 0; i < G_N_ELEMENTS(scenes); i++) {
        if (i) {
            scene_init_in(&scenes[i], scenes[0].spool, scenes[0].session.text);
            scenes[i].archive = scenes[0].archive;
        }
        recording_joins(&scenes[i], "p1", "citizen", CITIZEN + (uint32_t)i);
        struct scene_stream stream = recording_voice(CITIZEN + (uint32_t)i);
        stream.start_us += (int64_t)i * 20 * SECOND_US;
        scene_stream(&scenes[i], &stream);
        recording_render(&scenes[i]);
    }
    json_t *timeline = recording_load(&scenes[1], "timeline.json");
    json_t *manifest = recording_load(&scenes[1], "manifest.json");
    g_assert_cmpuint(recording_leg_count(timeline), ==, 1);
    g_assert_cmpint(json_number(recording_leg(timeline, 0), "audio_packets"), ==,
                    2 * recording_media.voice->packets->len);
    const json_t *journal = json_object_get(manifest, "journal");
    g_assert_cmpuint(json_array_size(journal), ==, 2);
    for (size_t i = 0; i < 2; i++)
        g_assert_true(json_is_true(json_object_get(json_array_get(journal, i), "chain_ok")));
    g_assert_cmpstr(json_text(json_array_get(journal, 1), "path"), ==, "journal/0002.pcapng");
    g_autofree char *left =
        g_strdup_printf("%s/.%s.tmp", scenes[0].archive, scenes[0].session.text);
    g_autofree char *spool = scene_spool_path(&scenes[0]);
    g_assert_false(g_file_test(left, G_FILE_TEST_EXISTS));
    g_assert_false(g_file_test(spool, G_FILE_TEST_EXISTS));
    json_decref(timeline);
    json_decref(manifest);
    for (size_t i = 0; i < G_N_ELEMENTS(scenes); i++)
        scene_finish(&scenes[i]);
}

/* Three minutes of two people, at least fifty times faster than they took; twice, with the same bytes. */
static void test_long(void)
{
    char digests[2][8192];
    struct scene scene;
    scene_init(&scene);
    recording_joins(&scene, "p1", "citizen", CITIZEN);
    recording_joins(&scene, "p2", "clerk", CLERK);
    const uint32_t tags[] = {CITIZEN, CLERK};
    for (size_t i = 0; i < G_N_ELEMENTS(tags); i++) {
        struct scene_stream sound = recording_voice(tags[i]),
                            picture = recording_camera(tags[i], MEDIA_VP8);
        for (int64_t at_us = SECOND_US; at_us < 180 * SECOND_US; at_us += 5 * SECOND_US) {
            sound.start_us = picture.start_us = at_us;
            struct scene_end end = scene_stream(&scene, &sound);
            sound.first_seq = end.seq;
            sound.first_timestamp += 5 * 48000;
            end = scene_stream(&scene, &picture);
            picture.first_seq = end.seq;
            picture.first_timestamp += 5 * 90000;
        }
    }
    scene_play(&scene);
    scene_end(&scene);
    g_autofree char *folder = scene_spool_path(&scene);
    g_autofree char *journal = g_build_filename(folder, "0001.pcapng", NULL);
    size_t len = 0;
    g_autofree char *bytes = file_read(journal, &len);
    for (size_t run = 0; run < G_N_ELEMENTS(digests); run++) {
        if (run) { /* as if it had never been rendered */
            g_assert_cmpint(g_mkdir(folder, 0750), ==, 0);
            file_write(journal, bytes, len);
            scene.archive = temp_dir();
        }
        clock_t before = clock(); /* of this process: what else the machine does is not our speed */
        scene_render(&scene);
        double took_s = (double)(clock() - before) / CLOCKS_PER_SEC;
        g_test_message("180 s in %.2f s of the processor: %.0f times", took_s, 180 / took_s);
        json_t *manifest = recording_load(&scene, "manifest.json");
        g_assert_cmpint(json_number(manifest, "rendered_ms"), >=, 180000);
        char *files = json_dumps(json_object_get(manifest, "files"), 0);
        g_strlcpy(digests[run], files, sizeof digests[run]);
        free(files);
        json_decref(manifest);
    }
    g_assert_cmpstr(digests[0], ==, digests[1]);
    scene_finish(&scene);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    recording_media_make();
    g_test_add_func("/recorder/legs/codec_change", test_codec_change);
    g_test_add_func("/recorder/legs/reconnect", test_reconnect);
    g_test_add_func("/recorder/legs/three_sources", test_three_sources);
    g_test_add_func("/recorder/legs/goes_on", test_goes_on);
    g_test_add_func("/recorder/legs/long", test_long);
    int r = g_test_run();
    recording_media_free();
    return r;
}
