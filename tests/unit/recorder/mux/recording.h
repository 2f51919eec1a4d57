/* What tests of renderings share: media that is encoded once, streams as a browser sends them, and looks
 * into the recording that came out. */
#ifndef TESTS_UNIT_RECORDER_MUX_RECORDING_H
#define TESTS_UNIT_RECORDER_MUX_RECORDING_H

#include "tests/unit/recorder/mux/scene.h"

#include <jansson.h>
#include <stdint.h>

#define SECOND_US INT64_C(1000000)
#define VP8 "96:VP8/90000:rtx=97"
#define H264 "102:H264/90000:rtx=103;profile-level-id=42e01f"
#define OPUS "111:opus/48000/2:minptime=10"

enum { CITIZEN = 0x000101, CLERK = 0x000202, MIC = 0, CAMERA = 1, DOCUMENT = 2 };

/* Five seconds of each, two of the small ones; H.264 is NULL where GStreamer cannot. */
struct recording_media {
    struct media *voice, *vp8, *vp8_small, *h264, *h264_small;
};
extern struct recording_media recording_media;

/* Between g_test_init() and the end of main(). */
void recording_media_make(void);
void recording_media_free(void);

/* Five seconds from the scene's first second on. */
struct scene_stream recording_voice(uint32_t tag);
struct scene_stream recording_camera(uint32_t tag, enum media_codec codec);
/* A participant with a PeerConnection for voice and camera. */
void recording_joins(struct scene *scene, const char *id, const char *role, uint32_t tag);
/* Plays what was prepared and renders it. */
void recording_render(struct scene *scene);

/* A JSON file of the recording; json_decref() it. */
json_t *recording_load(const struct scene *scene, const char *file);
json_int_t json_number(const json_t *object, const char *key);
const char *json_text(const json_t *object, const char *key);

size_t recording_leg_count(const json_t *timeline);
const json_t *recording_leg(const json_t *timeline, size_t nth);
/* The nth leg's path (g_free() it), after checks that hold for every file. */
char *recording_leg_path(const struct scene *scene, const json_t *timeline, size_t nth);
/* How long the gaps of a source and a cause are together. */
int64_t recording_gap_ms(const json_t *timeline, const char *source, const char *cause);

#endif
