/* Files that begin with the voice and have few key frames: a player finds its way in them from any place. */
#include "recorder/mux/render.h"

#include "base/bytes.h"
#include "tests/harness/file.h"
#include "tests/unit/recorder/mux/check.h"
#include "tests/unit/recorder/mux/recording.h"

#include <glib.h>
#include <string.h>

#define VOICE_FIRST_US 400000
#define LENGTH_US (10 * SECOND_US)

enum { VOICE = 2, PICTURE = 1 };

/* What the blocks of a WebM say of themselves. */
struct blocks {
    unsigned simple[3], keys[3], groups; /* by type of track */
    unsigned cues, wrong_cues;
    GArray *key_ms; /* uint64_t: where pictures that are key frames stand */
    uint64_t track, types[8], cluster_ms, duration_ms, cue_ms;
};

static uint64_t take_vint(struct bytes_reader *r, bool keep_mark)
{
    uint8_t first = bytes_u8(r);
    unsigned extra = first ? (unsigned)__builtin_clz(first) - 24 : 0;
    uint64_t value = keep_mark ? first : first & (0x7fu >> extra);
    for (; extra > 0; extra--)
        value = value << 8 | bytes_u8(r);
    return value;
}

static uint64_t number_of(const uint8_t *data, size_t len)
{
    uint64_t value = 0;
    for (size_t i = 0; i < len; i++)
        value = value << 8 | data[i];
    return value;
}

static void note_block(struct blocks *blocks, const uint8_t *data, size_t len)
{
    struct bytes_reader r = bytes_reader(data, len);
    uint64_t type = blocks->types[take_vint(&r, false) & 7];
    uint64_t at_ms = blocks->cluster_ms + bytes_u16(&r);
    bool key = bytes_u8(&r) & 0x80;
    g_assert_cmpuint(type, <=, VOICE);
    blocks->simple[type]++;
    blocks->keys[type] += key;
    if (type == PICTURE && key)
        g_array_append_val(blocks->key_ms, at_ms);
}

static void note_cue(struct blocks *blocks)
{
    bool found = false;
    for (guint i = 0; i < blocks->key_ms->len; i++)
        found |= g_array_index(blocks->key_ms, uint64_t, i) == blocks->cue_ms;
    blocks->cues++;
    blocks->wrong_cues += !found;
}

static double double_of(const uint8_t *data, size_t len)
{
    uint64_t bits = number_of(data, len);
    double value = 0;
    g_assert_cmpuint(len, ==, sizeof value);
    memcpy(&value, &bits, sizeof value);
    return value;
}

static void note_element(struct blocks *blocks, uint64_t id, const uint8_t *data, size_t len)
{
    switch (id) {
    case 0xd7: blocks->track = number_of(data, len) & 7; break;
    case 0x83: blocks->types[blocks->track] = number_of(data, len); break;
    case 0xe7: blocks->cluster_ms = number_of(data, len); break;
    case 0x4489: blocks->duration_ms = (uint64_t)double_of(data, len); break;
    case 0xa3: note_block(blocks, data, len); break;
    case 0xa0: blocks->groups++; break;
    case 0xb3: blocks->cue_ms = number_of(data, len); break;
    case 0xb7: note_cue(blocks); break;
    default: break;
    }
}

/* Segment, Info, Tracks, TrackEntry, Cluster, Cues and CuePoint are walked into. */
static struct blocks read_blocks(const char *path)
{
    static const uint64_t entered[] = {0x18538067, 0x1549a966, 0x1654ae6b, 0xae,
                                       0x1f43b675, 0x1c53bb6b, 0xbb};
    struct blocks blocks = {.key_ms = g_array_new(FALSE, FALSE, sizeof(uint64_t))};
    size_t len = 0;
    g_autofree char *file = file_read(path, &len);
    struct bytes_reader r = bytes_reader((const uint8_t *)file, len);
    while (bytes_left(&r) > 0) {
        uint64_t id = take_vint(&r, true);
        uint64_t size = take_vint(&r, false);
        bool enter = false;
        for (size_t i = 0; i < G_N_ELEMENTS(entered); i++)
            enter |= entered[i] == id;
        if (enter)
            continue;
        const uint8_t *data = bytes_take(&r, size);
        g_assert_nonnull(data);
        note_element(&blocks, id, data, size);
    }
    return blocks;
}

static void test_voice_first(gconstpointer data)
{
    unsigned keyframe_every = GPOINTER_TO_UINT(data);
    if (!check_has_ffmpeg())
        return;
    struct media *voice = media_voice(LENGTH_US);
    struct media *picture =
        media_video(&(struct media_picture){MEDIA_VP8, 320, 240, keyframe_every}, LENGTH_US);
    struct scene scene;
    scene_init(&scene);
    recording_joins(&scene, "p1", "citizen", CITIZEN);
    struct scene_stream stream = recording_voice(CITIZEN);
    stream.media = voice;
    scene_stream(&scene, &stream);
    stream = recording_camera(CITIZEN, MEDIA_VP8);
    stream.media = picture;
    stream.start_us += VOICE_FIRST_US;
    scene_stream(&scene, &stream);
    recording_render(&scene);

    json_t *timeline = recording_load(&scene, "timeline.json");
    g_autofree char *path = recording_leg_path(&scene, timeline, 0);
    static const double places_s[] = {0, 0.077, 0.08, 0.19, 0.2, 0.399, 0.41, 0.5, 2, 3.9, 5, 10};
    for (size_t i = 0; i < G_N_ELEMENTS(places_s); i++)
        check_decodes_from(path, places_s[i]);
    g_assert_cmpfloat(check_seek(path, 5), >=, 0);

    struct blocks blocks = read_blocks(path);
    unsigned frames = picture->frames;
    g_test_message("%u pictures, %u key frames, %u cues, %u groups", blocks.simple[PICTURE],
                   blocks.keys[PICTURE], blocks.cues, blocks.groups);
    g_assert_cmpuint(blocks.simple[PICTURE], ==, frames);
    g_assert_cmpuint(blocks.keys[PICTURE], ==, (frames + keyframe_every - 1) / keyframe_every);
    g_assert_cmpuint(blocks.simple[VOICE] + blocks.groups, ==, voice->packets->len);
    g_assert_cmpuint(blocks.keys[VOICE], ==, blocks.simple[VOICE]);
    g_assert_cmpuint(blocks.cues, ==, blocks.keys[PICTURE]);
    g_assert_cmpuint(blocks.wrong_cues, ==, 0);
    const json_t *leg = recording_leg(timeline, 0);
    g_assert_cmpint(ABS(json_number(leg, "end_ms") - json_number(leg, "start_ms") -
                        (json_int_t)blocks.duration_ms),
                    <=, 40);
    g_array_unref(blocks.key_ms);
    json_decref(timeline);
    scene_finish(&scene);
    media_destroy(picture);
    media_destroy(voice);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_data_func("/recorder/seek/short_groups", GUINT_TO_POINTER(30), test_voice_first);
    g_test_add_data_func("/recorder/seek/long_groups", GUINT_TO_POINTER(150), test_voice_first);
    g_test_add_data_func("/recorder/seek/one_group", GUINT_TO_POINTER(1000), test_voice_first);
    return g_test_run();
}
