/* Synthetic media as a browser would send it: encoded and packetised by GStreamer. A picture flashes
 * white and a tone sounds for a tenth of a second at the beginning of each second. */
#ifndef TESTS_UNIT_RECORDER_MUX_MEDIA_H
#define TESTS_UNIT_RECORDER_MUX_MEDIA_H

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct media_packet {
    int64_t capture_us; /* from the beginning */
    bool marker;
    bool keyframe; /* of a picture that is one */
    uint8_t *payload;
    size_t len;
};

struct media {
    GArray *packets; /* struct media_packet */
    unsigned frames;
    int64_t frame_us; /* distance of frames */
};

enum media_codec { MEDIA_VP8, MEDIA_H264, MEDIA_OPUS };

struct media_picture {
    enum media_codec codec;
    unsigned width, height;
    unsigned keyframe_every; /* frames */
};

/* `duration_us` of pictures at 30 a second. Ends the test program when GStreamer cannot. */
struct media *media_video(const struct media_picture *picture, int64_t duration_us);
struct media *media_voice(int64_t duration_us);
void media_destroy(struct media *media);

/* Whether GStreamer has what H.264 needs here. */
bool media_has_h264(void);

#endif
