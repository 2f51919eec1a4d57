#include "tests/unit/recorder/mux/media.h"

#include <gst/app/gstappsink.h>
#include <gst/app/gstappsrc.h>
#include <gst/gst.h>
#include <math.h>
#include <string.h>

enum { FPS = 30, VOICE_HZ = 48000, VOICE_FRAMES = VOICE_HZ / 50, MTU = 1200, RTP_HEADER = 12 };
#define FLASH_US 100000
#define FRAME_US (G_USEC_PER_SEC / FPS)

static bool is_flash(int64_t at_us)
{
    return at_us % G_USEC_PER_SEC < FLASH_US;
}

bool media_has_h264(void)
{
    gst_init(NULL, NULL);
    g_autoptr(GstElementFactory) factory = gst_element_factory_find("openh264enc");
    return factory;
}

/* ---- raw input ---------------------------------------------------------------------------------------- */

/* I420: noise in the left third, so that a picture is several packets long; the rest shows the flash. */
static GstBuffer *draw(const struct media_picture *picture, unsigned nth)
{
    size_t luma = (size_t)picture->width * picture->height;
    GstBuffer *buffer = gst_buffer_new_allocate(NULL, luma * 3 / 2, NULL);
    GstMapInfo map;
    gst_buffer_map(buffer, &map, GST_MAP_WRITE);
    memset(map.data, is_flash((int64_t)nth * G_USEC_PER_SEC / FPS) ? 235 : 16, luma);
    memset(map.data + luma, 128, luma / 2);
    uint32_t noise = nth * 2654435761u + 1;
    for (size_t y = 0; y < picture->height; y++) {
        for (size_t x = 0; x < picture->width / 3; x++) {
            noise = noise * 1664525 + 1013904223;
            map.data[y * picture->width + x] = (uint8_t)(16 + (noise >> 26));
        }
    }
    gst_buffer_unmap(buffer, &map);
    GST_BUFFER_PTS(buffer) = nth * FRAME_US * GST_USECOND;
    GST_BUFFER_DURATION(buffer) = FRAME_US * GST_USECOND;
    return buffer;
}

/* 16-bit mono: a tone of 1 kHz, else silence. */
static GstBuffer *sound(unsigned nth)
{
    GstBuffer *buffer = gst_buffer_new_allocate(NULL, VOICE_FRAMES * sizeof(int16_t), NULL);
    GstMapInfo map;
    gst_buffer_map(buffer, &map, GST_MAP_WRITE);
    int16_t *samples = (int16_t *)(void *)map.data;
    for (unsigned i = 0; i < VOICE_FRAMES; i++) {
        uint64_t at = (uint64_t)nth * VOICE_FRAMES + i;
        bool on = is_flash((int64_t)(at * G_USEC_PER_SEC / VOICE_HZ));
        samples[i] = on ? (int16_t)(12000 * sin(2 * G_PI * 1000 * (double)at / VOICE_HZ)) : 0;
    }
    gst_buffer_unmap(buffer, &map);
    GST_BUFFER_PTS(buffer) = (guint64)nth * 20 * GST_MSECOND;
    GST_BUFFER_DURATION(buffer) = 20 * GST_MSECOND;
    return buffer;
}

/* ---- through GStreamer ---------------------------------------------------------------------------------- */

struct run {
    GstElement *pipeline, *source, *sink;
};

static struct run start(const char *description)
{
    gst_init(NULL, NULL);
    GError *error = NULL;
    struct run run = {.pipeline = gst_parse_launch(description, &error)};
    g_assert_no_error(error);
    run.source = gst_bin_get_by_name(GST_BIN(run.pipeline), "in");
    run.sink = gst_bin_get_by_name(GST_BIN(run.pipeline), "out");
    gst_element_set_state(run.pipeline, GST_STATE_PLAYING);
    return run;
}

static void stop(struct run *run)
{
    gst_element_set_state(run->pipeline, GST_STATE_NULL);
    gst_object_unref(run->source);
    gst_object_unref(run->sink);
    gst_object_unref(run->pipeline);
}

static void clear_packet(void *data)
{
    g_free(((struct media_packet *)data)->payload);
}

static void collect(struct media *media, struct run *run)
{
    gst_app_src_end_of_stream(GST_APP_SRC(run->source));
    for (GstSample *sample; (sample = gst_app_sink_pull_sample(GST_APP_SINK(run->sink)));) {
        GstBuffer *buffer = gst_sample_get_buffer(sample);
        GstMapInfo map;
        gst_buffer_map(buffer, &map, GST_MAP_READ);
        g_assert_cmpuint(map.size, >, RTP_HEADER);
        const struct media_packet packet = {
            .capture_us = (int64_t)(GST_BUFFER_PTS(buffer) / GST_USECOND),
            .marker = map.data[1] >> 7,
            .payload = g_memdup2(map.data + RTP_HEADER, map.size - RTP_HEADER),
            .len = map.size - RTP_HEADER,
        };
        g_array_append_val(media->packets, packet);
        gst_buffer_unmap(buffer, &map);
        gst_sample_unref(sample);
    }
}

static struct media *create(int64_t frame_us)
{
    struct media *media = g_new0(struct media, 1);
    media->packets = g_array_new(FALSE, FALSE, sizeof(struct media_packet));
    g_array_set_clear_func(media->packets, clear_packet);
    media->frame_us = frame_us;
    return media;
}

/* The packetisers go by time, an encoder may shift it: the nth picture is at the nth frame's time. */
static void number_frames(struct media *media)
{
    int64_t last_us = -1;
    for (guint i = 0; i < media->packets->len; i++) {
        struct media_packet *packet = &g_array_index(media->packets, struct media_packet, i);
        if (packet->capture_us != last_us)
            media->frames++;
        last_us = packet->capture_us;
        packet->capture_us = (media->frames - 1) * media->frame_us;
    }
}

struct media *media_video(const struct media_picture *picture, int64_t duration_us)
{
    static const char *const chains[] = {
        [MEDIA_VP8] = "vp8enc deadline=1 cpu-used=8 end-usage=cbr target-bitrate=800000 "
                      "keyframe-max-dist=%u lag-in-frames=0 ! rtpvp8pay picture-id-mode=2 mtu=%u",
        [MEDIA_H264] = "openh264enc bitrate=800000 gop-size=%u ! "
                       "video/x-h264,profile=constrained-baseline ! "
                       "rtph264pay aggregate-mode=zero-latency config-interval=-1 mtu=%u",
    };
    g_autofree char *chain =
        g_strdup_printf(chains[picture->codec], picture->keyframe_every, (unsigned)MTU);
    g_autofree char *text = g_strdup_printf(
        "appsrc name=in format=time caps=video/x-raw,format=I420,width=%u,height=%u,framerate=%u/1 ! "
        "%s ! appsink name=out sync=false",
        picture->width, picture->height, (unsigned)FPS, chain);
    struct run run = start(text);
    unsigned count = (unsigned)(duration_us / FRAME_US);
    for (unsigned i = 0; i < count; i++)
        gst_app_src_push_buffer(GST_APP_SRC(run.source), draw(picture, i));
    struct media *media = create(FRAME_US);
    collect(media, &run);
    stop(&run);
    number_frames(media);
    g_assert_cmpuint(media->frames, ==, count);
    return media;
}

struct media *media_voice(int64_t duration_us)
{
    struct run run =
        start("appsrc name=in format=time "
              "caps=audio/x-raw,format=S16LE,rate=48000,channels=1,layout=interleaved ! "
              "opusenc bitrate=32000 ! rtpopuspay ! appsink name=out sync=false");
    for (unsigned i = 0; i < duration_us / 20000; i++)
        gst_app_src_push_buffer(GST_APP_SRC(run.source), sound(i));
    struct media *media = create(20000);
    collect(media, &run);
    stop(&run);
    number_frames(media);
    return media;
}

void media_destroy(struct media *media)
{
    if (!media)
        return;
    g_array_unref(media->packets);
    g_free(media);
}
