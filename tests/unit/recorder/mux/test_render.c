#include "recorder/mux/render.h"

#include "base/clock.h"
#include "tests/harness/file.h"
#include "tests/harness/temp.h"
#include "tests/unit/recorder/mux/check.h"
#include "tests/unit/recorder/mux/scene.h"

#include <glib.h>
#include <glib/gstdio.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define SECOND_US INT64_C(1000000)
#define VP8 "96:VP8/90000:rtx=97"
#define H264 "102:H264/90000:rtx=103;profile-level-id=42e01f"
#define OPUS "111:opus/48000/2:minptime=10"

enum { CITIZEN = 0x000101, CLERK = 0x000202, MIC = 0, CAMERA = 1, DOCUMENT = 2 };

/* Encoded once for all tests. */
static struct media *voice, *vp8, *vp8_small, *h264, *h264_small;

static struct scene_stream voice_stream(uint32_t tag)
{
    return (struct scene_stream){.tag = tag,
                                 .section = MIC,
                                 .ssrc = 1000 + tag,
                                 .pt = 111,
                                 .codec = MEDIA_OPUS,
                                 .media = voice,
                                 .start_us = SECOND_US,
                                 .delay_us = 25000,
                                 .sender_clock_us = 7 * SECOND_US};
}

static struct scene_stream camera_stream(uint32_t tag, enum media_codec codec)
{
    return (struct scene_stream){.tag = tag,
                                 .section = CAMERA,
                                 .ssrc = 2000 + tag,
                                 .pt = codec == MEDIA_VP8 ? 96 : 102,
                                 .rtx_pt = codec == MEDIA_VP8 ? 97 : 103,
                                 .codec = codec,
                                 .media = codec == MEDIA_VP8 ? vp8 : h264,
                                 .start_us = SECOND_US,
                                 .delay_us = 60000,
                                 .sender_clock_us = 7 * SECOND_US};
}

static void joins(struct scene *scene, const char *id, const char *role, uint32_t tag)
{
    scene_joins(scene, id, role, tag);
    scene_section(scene, tag, MIC, "mic", OPUS);
    scene_section(scene, tag, CAMERA, "camera", VP8 " " H264);
}

static void render(struct scene *scene)
{
    scene_play(scene);
    scene_render(scene);
}

static json_t *load(const struct scene *scene, const char *file)
{
    g_autofree char *path = scene_archive_path(scene, file);
    json_t *root = json_load_file(path, 0, NULL);
    g_assert_nonnull(root);
    return root;
}

static json_int_t number(const json_t *object, const char *key)
{
    return json_integer_value(json_object_get(object, key));
}

static const char *text(const json_t *object, const char *key)
{
    return json_string_value(json_object_get(object, key));
}

/* The nth leg's path, after checks that hold for every file. */
static char *leg_path(const struct scene *scene, const json_t *timeline, size_t nth)
{
    const json_t *leg = json_array_get(json_object_get(timeline, "legs"), nth);
    g_assert_nonnull(leg);
    char *path = scene_archive_path(scene, text(leg, "file"));
    check_decodes(path);
    if (number(leg, "frames"))
        g_assert_cmpuint(check_frames(path, "v"), ==, number(leg, "frames"));
    double duration_ms = (double)(number(leg, "end_ms") - number(leg, "start_ms"));
    g_assert_cmpfloat_with_epsilon(check_duration_s(path) * 1000, duration_ms, 60);
    return path;
}

static size_t leg_count(const json_t *timeline)
{
    return json_array_size(json_object_get(timeline, "legs"));
}

static const json_t *leg_of(const json_t *timeline, size_t nth)
{
    return json_array_get(json_object_get(timeline, "legs"), nth);
}

static int64_t gap_ms(const json_t *timeline, const char *source, const char *cause)
{
    int64_t sum = 0;
    const json_t *gaps = json_object_get(timeline, "gaps");
    for (size_t i = 0; i < json_array_size(gaps); i++) {
        const json_t *gap = json_array_get(gaps, i);
        if (!strcmp(text(gap, "source"), source) && !strcmp(text(gap, "cause"), cause))
            sum += number(gap, "end_ms") - number(gap, "start_ms");
    }
    return sum;
}

/* ---- one participant ----------------------------------------------------------------------------------- */

static void plain(enum media_codec codec, const char *name)
{
    struct scene scene;
    scene_init(&scene);
    scene_event(&scene, "session.info", "MATTER", "SB01", "NUMBER", "A012", "WINDOW", "2",
                "STAFF_NO", "3002", NULL);
    joins(&scene, "p1", "citizen", CITIZEN);
    struct scene_stream stream = voice_stream(CITIZEN);
    scene_stream(&scene, &stream);
    stream = camera_stream(CITIZEN, codec);
    scene_stream(&scene, &stream);
    render(&scene);

    json_t *timeline = load(&scene, "timeline.json");
    g_assert_cmpuint(leg_count(timeline), ==, 1);
    const json_t *leg = leg_of(timeline, 0);
    g_assert_cmpstr(text(leg, "file"), ==, name);
    g_assert_cmpint(number(leg, "frames"), ==, stream.media->frames);
    g_assert_cmpint(number(leg, "audio_packets"), ==, voice->packets->len);
    g_assert_cmpint(number(leg, "lost"), ==, 0);
    g_assert_cmpint(number(leg, "width"), ==, 320);
    g_assert_cmpuint(json_array_size(json_object_get(timeline, "gaps")), ==, 0);
    g_assert_cmpstr(text(timeline, "number"), ==, "A012");
    g_assert_cmpint(number(json_object_get(timeline, "sync"), "max_ms"), <=, 2);

    g_autofree char *path = leg_path(&scene, timeline, 0);
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
    joins(&scene, "p1", "citizen", CITIZEN);
    struct scene_stream stream = voice_stream(CITIZEN);
    stream.swap_every = 7;
    stream.repeat_every = 11;
    stream.first_seq = 65500;
    stream.first_timestamp = 0xffffff00;
    scene_stream(&scene, &stream);
    stream = camera_stream(CITIZEN, MEDIA_VP8);
    stream.lose_every = 13;
    stream.repair_us = 80000;
    stream.swap_every = 5;
    stream.repeat_every = 17;
    stream.first_seq = 65400;
    stream.first_timestamp = 0xfffff000;
    scene_stream(&scene, &stream);
    render(&scene);

    json_t *timeline = load(&scene, "timeline.json");
    const json_t *leg = leg_of(timeline, 0);
    g_assert_cmpint(number(leg, "frames"), ==, vp8->frames);
    g_assert_cmpint(number(leg, "audio_packets"), ==, voice->packets->len);
    g_assert_cmpint(number(leg, "lost"), ==, 0);
    /* Of those that were lost some came a second time by themselves, before the retransmission. */
    guint both = vp8->packets->len / (13 * 17) + 1;
    g_assert_cmpint(number(leg, "repaired"), <=, vp8->packets->len / 13);
    g_assert_cmpint(number(leg, "repaired"), >=, vp8->packets->len / 13 - both);
    g_autofree char *path = leg_path(&scene, timeline, 0);
    g_assert_cmpfloat(check_sync_ms(path), <=, 40);
    json_decref(timeline);
    scene_finish(&scene);
}

/* What stays lost costs pictures up to the next key frame, and the timeline says so. */
static void lossy(enum media_codec codec)
{
    struct scene scene;
    scene_init(&scene);
    joins(&scene, "p1", "citizen", CITIZEN);
    struct scene_stream stream = camera_stream(CITIZEN, codec);
    stream.lose_every = 250;
    struct scene_stream sound = voice_stream(CITIZEN);
    sound.lose_every = 50;
    scene_stream(&scene, &sound);
    scene_stream(&scene, &stream);
    render(&scene);

    json_t *timeline = load(&scene, "timeline.json");
    const json_t *leg = leg_of(timeline, 0);
    g_assert_cmpint(number(leg, "lost"), ==,
                    stream.media->packets->len / 250 + (voice->packets->len - 1) / 50);
    g_assert_cmpint(number(leg, "frames"), <, stream.media->frames);
    g_assert_cmpint(number(leg, "frames"), >, stream.media->frames / 3);
    g_assert_cmpint(gap_ms(timeline, "camera", "NETWORK"), >, 100);
    int64_t shown_ms = number(leg, "frames") * 1000 / 30;
    int64_t total_ms = stream.media->frames * 1000 / 30;
    int64_t told_ms = gap_ms(timeline, "camera", "NETWORK");
    g_assert_cmpint(ABS(total_ms - shown_ms - told_ms), <, 300);
    g_autofree char *path = leg_path(&scene, timeline, 0);
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
    joins(&scene, "p1", "citizen", CITIZEN);
    struct scene_stream stream = camera_stream(CITIZEN, codec);
    struct scene_end end = scene_stream(&scene, &stream);
    int64_t length_us = stream.media->frames * stream.media->frame_us;
    stream.media = small;
    stream.first_seq = end.seq;
    stream.first_timestamp = end.timestamp;
    stream.start_us += length_us;
    scene_stream(&scene, &stream);
    render(&scene);

    json_t *timeline = load(&scene, "timeline.json");
    g_assert_cmpuint(leg_count(timeline), ==, 1);
    g_assert_cmpint(number(leg_of(timeline, 0), "frames"), ==, vp8->frames + small->frames);
    g_autofree char *path = leg_path(&scene, timeline, 0);
    json_decref(timeline);
    scene_finish(&scene);
}

static void test_resize(void)
{
    if (!check_has_ffmpeg())
        return;
    resized(MEDIA_VP8, vp8_small);
    if (media_has_h264())
        resized(MEDIA_H264, h264_small);
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
    const int64_t cut_us = 60 * vp8->frame_us; /* where a key frame is */
    struct scene scene;
    scene_init(&scene);
    joins(&scene, "p1", "citizen", CITIZEN);
    struct scene_stream stream = camera_stream(CITIZEN, MEDIA_VP8);
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
    render(&scene);

    json_t *timeline = load(&scene, "timeline.json");
    g_assert_cmpuint(leg_count(timeline), ==, 1);
    g_assert_cmpint(number(leg_of(timeline, 0), "lost"), ==, 0);
    g_assert_cmpint(ABS(gap_ms(timeline, "camera", "HOLD") - held_us / 1000), <, 100);
    g_assert_cmpint(ABS(gap_ms(timeline, "camera", "BACKGROUND") - 1000), <, 100);
    g_assert_cmpint(gap_ms(timeline, "camera", "NETWORK"), ==, 0);
    g_assert_cmpint(number(json_object_get(timeline, "completeness"), "missing_ms"), ==, 0);
    g_autofree char *path = leg_path(&scene, timeline, 0);
    json_decref(timeline);
    scene_finish(&scene);
}

/* ---- legs ------------------------------------------------------------------------------------------------ */

/* The camera goes from VP8 to H.264: two files, the voice goes along. */
static void test_codec_change(void)
{
    if (!check_has_ffmpeg())
        return;
    if (!media_has_h264()) {
        g_test_skip("GStreamer has no H.264 encoder here");
        return;
    }
    const int64_t cut_us = 60 * vp8->frame_us; /* where a key frame is */
    struct scene scene;
    scene_init(&scene);
    joins(&scene, "p1", "citizen", CITIZEN);
    struct scene_stream stream = voice_stream(CITIZEN);
    scene_stream(&scene, &stream);
    stream = camera_stream(CITIZEN, MEDIA_VP8);
    stream.until_us = cut_us;
    struct scene_end end = scene_stream(&scene, &stream);
    stream = camera_stream(CITIZEN, MEDIA_H264);
    stream.from_us = cut_us;
    stream.start_us += cut_us;
    stream.first_seq = end.seq;
    stream.first_timestamp = end.timestamp;
    scene_stream(&scene, &stream);
    render(&scene);

    json_t *timeline = load(&scene, "timeline.json");
    g_assert_cmpuint(leg_count(timeline), ==, 2);
    g_assert_cmpstr(text(leg_of(timeline, 0), "codec"), ==, "vp8");
    g_assert_cmpstr(text(leg_of(timeline, 1), "codec"), ==, "h264");
    g_assert_cmpint(number(leg_of(timeline, 0), "audio_packets") +
                        number(leg_of(timeline, 1), "audio_packets"),
                    ==, voice->packets->len);
    for (size_t i = 0; i < 2; i++) {
        g_autofree char *path = leg_path(&scene, timeline, i);
        g_assert_cmpint(number(leg_of(timeline, i), "end_ms"), >, 0);
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
    joins(&scene, "p1", "citizen", CITIZEN);
    joins(&scene, "p1", "citizen", CITIZEN + 1);
    struct scene_stream stream = voice_stream(CITIZEN);
    scene_stream(&scene, &stream);
    stream = camera_stream(CITIZEN, MEDIA_VP8);
    scene_stream(&scene, &stream);
    stream = voice_stream(CITIZEN + 1);
    stream.start_us += 10 * SECOND_US;
    stream.sender_clock_us = -3 * SECOND_US; /* another device, another clock */
    scene_stream(&scene, &stream);
    stream = camera_stream(CITIZEN + 1, MEDIA_VP8);
    stream.start_us += 10 * SECOND_US;
    stream.sender_clock_us = -3 * SECOND_US;
    scene_stream(&scene, &stream);
    render(&scene);

    json_t *timeline = load(&scene, "timeline.json");
    g_assert_cmpuint(leg_count(timeline), ==, 1);
    g_assert_cmpint(number(leg_of(timeline, 0), "frames"), ==, 2 * vp8->frames);
    g_assert_cmpint(number(leg_of(timeline, 0), "lost"), ==, 0);
    int64_t between_ms = 10000 - (int64_t)vp8->frames * 1000 / 30;
    g_assert_cmpint(ABS(gap_ms(timeline, "camera", "NETWORK") - between_ms), <, 150);
    g_assert_cmpint(ABS(gap_ms(timeline, "mic", "NETWORK") - between_ms), <, 150);
    g_autofree char *path = leg_path(&scene, timeline, 0);
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
    joins(&scene, "p1", "citizen", CITIZEN);
    joins(&scene, "p2", "clerk", CLERK);
    scene_section(&scene, CLERK, DOCUMENT, "document", VP8);
    struct scene_stream stream = voice_stream(CITIZEN);
    scene_stream(&scene, &stream);
    stream = voice_stream(CLERK);
    stream.until_us = SECOND_US;
    scene_stream(&scene, &stream);
    stream = camera_stream(CLERK, MEDIA_VP8);
    scene_stream(&scene, &stream);
    stream.section = DOCUMENT;
    stream.ssrc = 9;
    stream.start_us += SECOND_US / 2;
    stream.media = vp8_small;
    scene_stream(&scene, &stream);
    render(&scene);

    json_t *timeline = load(&scene, "timeline.json");
    g_assert_cmpuint(leg_count(timeline), ==, 3);
    const char *const files[] = {"01-citizen-mic-opus.webm", "02-clerk-camera-vp8.webm",
                                 "03-clerk-document-vp8.webm"};
    for (size_t i = 0; i < G_N_ELEMENTS(files); i++) {
        g_assert_cmpstr(text(leg_of(timeline, i), "file"), ==, files[i]);
        g_autofree char *path = leg_path(&scene, timeline, i);
    }
    g_assert_cmpint(gap_ms(timeline, "mic", "NETWORK"), >, 2500); /* the clerk's voice went away */
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
        joins(&scenes[i], "p1", "citizen", CITIZEN + (uint32_t)i);
        struct scene_stream stream = voice_stream(CITIZEN + (uint32_t)i);
        stream.start_us += (int64_t)i * 20 * SECOND_US;
        scene_stream(&scenes[i], &stream);
        render(&scenes[i]);
    }
    json_t *timeline = load(&scenes[1], "timeline.json");
    json_t *manifest = load(&scenes[1], "manifest.json");
    g_assert_cmpuint(leg_count(timeline), ==, 1);
    g_assert_cmpint(number(leg_of(timeline, 0), "audio_packets"), ==, 2 * voice->packets->len);
    const json_t *journal = json_object_get(manifest, "journal");
    g_assert_cmpuint(json_array_size(journal), ==, 2);
    for (size_t i = 0; i < 2; i++)
        g_assert_true(json_is_true(json_object_get(json_array_get(journal, i), "chain_ok")));
    g_assert_cmpstr(text(json_array_get(journal, 1), "path"), ==, "journal/0002.pcapng");
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

/* Ten minutes of two people, at least fifty times faster than they took; twice, with the same bytes. */
static void test_long(void)
{
    char digests[2][8192];
    struct scene scene;
    scene_init(&scene);
    joins(&scene, "p1", "citizen", CITIZEN);
    joins(&scene, "p2", "clerk", CLERK);
    const uint32_t tags[] = {CITIZEN, CLERK};
    for (size_t i = 0; i < G_N_ELEMENTS(tags); i++) {
        struct scene_stream sound = voice_stream(tags[i]),
                            picture = camera_stream(tags[i], MEDIA_VP8);
        for (int64_t at_us = SECOND_US; at_us < 600 * SECOND_US; at_us += 5 * SECOND_US) {
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
        g_test_message("%.2f s of the processor", took_s);
        json_t *manifest = load(&scene, "manifest.json");
        g_assert_cmpint(number(manifest, "rendered_ms"), >=, 600000);
        g_assert_cmpfloat(took_s * 50, <, 600);
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
    const struct media_picture large = {MEDIA_VP8, 320, 240, 30};
    const struct media_picture small = {MEDIA_VP8, 240, 320, 30};
    voice = media_voice(5 * SECOND_US);
    vp8 = media_video(&large, 5 * SECOND_US);
    vp8_small = media_video(&small, 2 * SECOND_US);
    if (media_has_h264()) {
        const struct media_picture large_h264 = {MEDIA_H264, 320, 240, 30};
        const struct media_picture small_h264 = {MEDIA_H264, 240, 320, 30};
        h264 = media_video(&large_h264, 5 * SECOND_US);
        h264_small = media_video(&small_h264, 2 * SECOND_US);
    }
    g_test_add_func("/recorder/render/vp8", test_vp8);
    g_test_add_func("/recorder/render/h264", test_h264);
    g_test_add_func("/recorder/render/repair", test_repair);
    g_test_add_func("/recorder/render/loss", test_loss);
    g_test_add_func("/recorder/render/resize", test_resize);
    g_test_add_func("/recorder/render/hold_and_mute", test_hold_and_mute);
    g_test_add_func("/recorder/render/codec_change", test_codec_change);
    g_test_add_func("/recorder/render/reconnect", test_reconnect);
    g_test_add_func("/recorder/render/three_sources", test_three_sources);
    g_test_add_func("/recorder/render/goes_on", test_goes_on);
    g_test_add_func("/recorder/render/long", test_long);
    int r = g_test_run();
    struct media *const all[] = {voice, vp8, vp8_small, h264, h264_small};
    for (size_t i = 0; i < G_N_ELEMENTS(all); i++)
        media_destroy(all[i]);
    return r;
}
