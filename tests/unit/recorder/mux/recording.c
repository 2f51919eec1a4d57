#include "tests/unit/recorder/mux/recording.h"

#include "tests/unit/recorder/mux/check.h"

#include <glib.h>
#include <string.h>

struct recording_media recording_media;

void recording_media_make(void)
{
    struct recording_media *all = &recording_media;
    all->voice = media_voice(5 * SECOND_US);
    all->vp8 = media_video(&(struct media_picture){MEDIA_VP8, 320, 240, 30}, 5 * SECOND_US);
    all->vp8_small = media_video(&(struct media_picture){MEDIA_VP8, 240, 320, 30}, 2 * SECOND_US);
    if (!media_has_h264())
        return;
    all->h264 = media_video(&(struct media_picture){MEDIA_H264, 320, 240, 30}, 5 * SECOND_US);
    all->h264_small = media_video(&(struct media_picture){MEDIA_H264, 240, 320, 30}, 2 * SECOND_US);
}

void recording_media_free(void)
{
    struct media *const all[] = {recording_media.voice, recording_media.vp8,
                                 recording_media.vp8_small, recording_media.h264,
                                 recording_media.h264_small};
    for (size_t i = 0; i < G_N_ELEMENTS(all); i++)
        media_destroy(all[i]);
}

struct scene_stream recording_voice(uint32_t tag)
{
    return (struct scene_stream){.tag = tag,
                                 .section = MIC,
                                 .ssrc = 1000 + tag,
                                 .pt = 111,
                                 .codec = MEDIA_OPUS,
                                 .media = recording_media.voice,
                                 .start_us = SECOND_US,
                                 .delay_us = 25000,
                                 .sender_clock_us = 7 * SECOND_US};
}

struct scene_stream recording_camera(uint32_t tag, enum media_codec codec)
{
    return (struct scene_stream){.tag = tag,
                                 .section = CAMERA,
                                 .ssrc = 2000 + tag,
                                 .pt = codec == MEDIA_VP8 ? 96 : 102,
                                 .rtx_pt = codec == MEDIA_VP8 ? 97 : 103,
                                 .codec = codec,
                                 .media = codec == MEDIA_VP8 ? recording_media.vp8
                                                             : recording_media.h264,
                                 .start_us = SECOND_US,
                                 .delay_us = 60000,
                                 .sender_clock_us = 7 * SECOND_US};
}

void recording_joins(struct scene *scene, const char *id, const char *role, uint32_t tag)
{
    scene_joins(scene, id, role, tag);
    scene_section(scene, tag, MIC, "mic", OPUS);
    scene_section(scene, tag, CAMERA, "camera", VP8 " " H264);
}

void recording_render(struct scene *scene)
{
    scene_play(scene);
    scene_render(scene);
}

json_t *recording_load(const struct scene *scene, const char *file)
{
    g_autofree char *path = scene_archive_path(scene, file);
    json_t *root = json_load_file(path, 0, NULL);
    g_assert_nonnull(root);
    return root;
}

json_int_t json_number(const json_t *object, const char *key)
{
    return json_integer_value(json_object_get(object, key));
}

const char *json_text(const json_t *object, const char *key)
{
    return json_string_value(json_object_get(object, key));
}

/* The nth leg's path, after checks that hold for every file. */
char *recording_leg_path(const struct scene *scene, const json_t *timeline, size_t nth)
{
    const json_t *leg = json_array_get(json_object_get(timeline, "legs"), nth);
    g_assert_nonnull(leg);
    char *path = scene_archive_path(scene, json_text(leg, "file"));
    check_decodes(path);
    if (json_number(leg, "frames"))
        g_assert_cmpuint(check_frames(path, "v"), ==, json_number(leg, "frames"));
    double duration_ms = (double)(json_number(leg, "end_ms") - json_number(leg, "start_ms"));
    g_assert_cmpfloat_with_epsilon(check_duration_s(path) * 1000, duration_ms, 60);
    return path;
}

size_t recording_leg_count(const json_t *timeline)
{
    return json_array_size(json_object_get(timeline, "legs"));
}

const json_t *recording_leg(const json_t *timeline, size_t nth)
{
    return json_array_get(json_object_get(timeline, "legs"), nth);
}

int64_t recording_gap_ms(const json_t *timeline, const char *source, const char *cause)
{
    int64_t sum = 0;
    const json_t *gaps = json_object_get(timeline, "gaps");
    for (size_t i = 0; i < json_array_size(gaps); i++) {
        const json_t *gap = json_array_get(gaps, i);
        if (!strcmp(json_text(gap, "source"), source) && !strcmp(json_text(gap, "cause"), cause))
            sum += json_number(gap, "end_ms") - json_number(gap, "start_ms");
    }
    return sum;
}
