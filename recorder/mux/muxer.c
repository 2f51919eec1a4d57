#include "recorder/mux/muxer.h"

#include "recorder/mux/picture.h"

#include <errno.h>
#include <gst/app/gstappsrc.h>
#include <gst/gst.h>

enum { QUEUE_BYTES = 1 << 20, LAST_PICTURE_US = 33333 };

int rec_muxer_start(char **ret_what)
{
    static const char *const needed[] = {"appsrc", "webmmux", "mp4mux", "filesink"};
    g_autoptr(GError) error = NULL;
    if (!gst_init_check(NULL, NULL, &error)) {
        *ret_what = g_strdup_printf("GStreamer: %s", error ? error->message : "does not start");
        return -ENOTSUP;
    }
    for (size_t i = 0; i < G_N_ELEMENTS(needed); i++) {
        GstElementFactory *factory = gst_element_factory_find(needed[i]);
        if (!factory) {
            *ret_what = g_strdup_printf("GStreamer has no element %s", needed[i]);
            return -ENOTSUP;
        }
        gst_object_unref(factory);
    }
    return 0;
}

/* ---- one stream into the muxer -------------------------------------------------------------------- */

/* Feeds an appsrc from a list, on the appsrc's own thread. Both streams are asked whenever they run
 * dry, whatever the other does: a silent one cannot stall the file. */
struct feed {
    const GArray *samples;
    guint next;
    bool webm;
};

/* A WebM counts whole milliseconds: matroskamux rounds a block's time, but cuts off a cue's. */
static GstClockTime time_of(const struct feed *feed, const struct rec_sample *sample)
{
    int64_t us = feed->webm ? (sample->pts_us + 500) / 1000 * 1000 : sample->pts_us;
    return (GstClockTime)us * GST_USECOND;
}

static int64_t duration_us(const struct feed *feed, guint i)
{
    const struct rec_sample *sample = &g_array_index(feed->samples, struct rec_sample, i);
    const struct rec_frame *frame = sample->frame;
    if (frame->codec == REC_CODEC_OPUS) {
        const struct rec_media_packet *packet = rec_stream_packet(frame->stream, frame->first);
        return rec_opus_duration_us(packet->payload, packet->len);
    }
    if (i + 1 < feed->samples->len)
        return (sample + 1)->pts_us - sample->pts_us;
    return LAST_PICTURE_US;
}

static GstBuffer *make_buffer(const struct feed *feed, guint i)
{
    const struct rec_sample *sample = &g_array_index(feed->samples, struct rec_sample, i);
    GByteArray *bytes = g_byte_array_new();
    rec_frame_bytes(sample->frame, bytes);
    gsize len = 0;
    guint8 *data = g_byte_array_steal(bytes, &len);
    g_byte_array_unref(bytes);
    GstBuffer *buffer = gst_buffer_new_wrapped(data, len);
    GST_BUFFER_PTS(buffer) = GST_BUFFER_DTS(buffer) = time_of(feed, sample);
    /* A WebM picture without a length becomes a SimpleBlock, which says whether it is a key frame; with one, matroskamux
     * writes a BlockGroup without ReferenceBlock, and every player takes each picture for a key frame and seeks into the
     * middle of a prediction. */
    if (sample->frame->codec != REC_CODEC_VP8)
        GST_BUFFER_DURATION(buffer) = (GstClockTime)duration_us(feed, i) * GST_USECOND;
    if (sample->frame->codec != REC_CODEC_OPUS && !sample->frame->keyframe)
        GST_BUFFER_FLAG_SET(buffer, GST_BUFFER_FLAG_DELTA_UNIT);
    return buffer;
}

static void on_need_data(GstAppSrc *source, guint length, gpointer data)
{
    struct feed *feed = data;
    if (feed->next < feed->samples->len)
        gst_app_src_push_buffer(source, make_buffer(feed, feed->next++));
    else
        gst_app_src_end_of_stream(source);
}

/* ---- caps --------------------------------------------------------------------------------------------- */

/* AVCDecoderConfigurationRecord (ISO/IEC 14496-15 section 5.3.3.1) of the first picture. The sets are in
 * band too, at each key frame: avc3. */
static GstBuffer *avc_configuration(const struct rec_frame *frame)
{
    struct rec_picture picture;
    rec_h264_look(frame->stream, frame->first, frame->count, &picture);
    if (frame->parameters) {
        picture.sps = frame->parameters->sps;
        picture.sps_len = frame->parameters->sps_len;
        picture.pps = frame->parameters->pps;
        picture.pps_len = frame->parameters->pps_len;
    }
    if (picture.sps_len < 4)
        return NULL;
    GByteArray *bytes = g_byte_array_new();
    const uint8_t head[] = {1,
                            picture.sps[1],
                            picture.sps[2],
                            picture.sps[3],
                            0xff, /* 4-byte lengths */
                            0xe1,
                            (uint8_t)(picture.sps_len >> 8),
                            (uint8_t)picture.sps_len};
    const uint8_t middle[] = {1, (uint8_t)(picture.pps_len >> 8), (uint8_t)picture.pps_len};
    g_byte_array_append(bytes, head, sizeof head);
    g_byte_array_append(bytes, picture.sps, picture.sps_len);
    g_byte_array_append(bytes, middle, sizeof middle);
    g_byte_array_append(bytes, picture.pps, picture.pps_len);
    gsize len = bytes->len;
    return gst_buffer_new_wrapped(g_byte_array_free(bytes, FALSE), len);
}

static GstCaps *video_caps(const struct rec_leg *leg)
{
    bool h264 = leg->codec == REC_CODEC_H264;
    GstCaps *caps = gst_caps_new_simple(h264 ? "video/x-h264" : "video/x-vp8", "width", G_TYPE_INT,
                                        (int)leg->width, "height", G_TYPE_INT, (int)leg->height,
                                        "framerate", GST_TYPE_FRACTION, 0, 1, NULL);
    if (!h264)
        return caps;
    gst_caps_set_simple(caps, "stream-format", G_TYPE_STRING, "avc3", "alignment", G_TYPE_STRING,
                        "au", NULL);
    GstBuffer *configuration =
        avc_configuration(g_array_index(leg->video, struct rec_sample, 0).frame);
    if (configuration) {
        gst_caps_set_simple(caps, "codec_data", GST_TYPE_BUFFER, configuration, NULL);
        gst_buffer_unref(configuration);
    }
    return caps;
}

static GstCaps *audio_caps(void)
{
    return gst_caps_new_simple("audio/x-opus", "rate", G_TYPE_INT, 48000, "channels", G_TYPE_INT, 2,
                               "channel-mapping-family", G_TYPE_INT, 0, "stream-count", G_TYPE_INT,
                               1, "coupled-count", G_TYPE_INT, 1, NULL);
}

/* ---- the pipeline -------------------------------------------------------------------------------------- */

static void add_feed(GstElement *pipeline, GstElement *muxer, const char *pad, struct feed *feed,
                     GstCaps *caps)
{
    GstElement *source = gst_element_factory_make("appsrc", NULL);
    g_object_set(source, "format", GST_FORMAT_TIME, "max-bytes", (guint64)QUEUE_BYTES, NULL);
    gst_app_src_set_caps(GST_APP_SRC(source), caps);
    gst_caps_unref(caps);
    GstAppSrcCallbacks callbacks = {.need_data = on_need_data};
    gst_app_src_set_callbacks(GST_APP_SRC(source), &callbacks, feed, NULL);
    gst_bin_add(GST_BIN(pipeline), source);
    gst_element_link_pads(source, "src", muxer, pad);
}

static GstElement *make_muxer(const struct rec_leg *leg, const char *path)
{
    bool mp4 = leg->codec == REC_CODEC_H264;
    GstElement *muxer = gst_element_factory_make(mp4 ? "mp4mux" : "webmmux", NULL);
    if (mp4) { /* index in front, written through a file beside: /tmp may be small */
        g_autofree char *beside = g_strconcat(path, ".faststart", NULL);
        g_object_set(muxer, "faststart", TRUE, "faststart-file", beside, NULL);
    } else {
        g_object_set(muxer, "writing-app", "shipinban-recorder", NULL);
    }
    return muxer;
}

static int run_pipeline(GstElement *pipeline, char **ret_what)
{
    g_autoptr(GstBus) bus = gst_element_get_bus(pipeline);
    gst_element_set_state(pipeline, GST_STATE_PLAYING);
    g_autoptr(GstMessage) message =
        gst_bus_timed_pop_filtered(bus, GST_CLOCK_TIME_NONE, GST_MESSAGE_EOS | GST_MESSAGE_ERROR);
    int r = 0;
    if (GST_MESSAGE_TYPE(message) == GST_MESSAGE_ERROR) {
        g_autoptr(GError) error = NULL;
        g_autofree char *detail = NULL;
        gst_message_parse_error(message, &error, &detail);
        *ret_what = g_strdup_printf("%s (%s)", error->message, detail ? detail : "");
        r = -EIO;
    }
    gst_element_set_state(pipeline, GST_STATE_NULL);
    return r;
}

int rec_muxer_write(const struct rec_leg *leg, const char *path, char **ret_what)
{
    g_autoptr(GstElement) pipeline = gst_object_ref_sink(gst_pipeline_new(NULL));
    GstElement *muxer = make_muxer(leg, path);
    GstElement *sink = gst_element_factory_make("filesink", NULL);
    g_object_set(sink, "location", path, "sync", FALSE, "async", FALSE, NULL);
    gst_bin_add_many(GST_BIN(pipeline), muxer, sink, NULL);
    gst_element_link(muxer, sink);

    bool webm = leg->codec != REC_CODEC_H264;
    struct feed video = {.samples = leg->video, .webm = webm};
    struct feed audio = {.samples = leg->audio, .webm = webm};
    if (leg->video->len)
        add_feed(pipeline, muxer, "video_%u", &video, video_caps(leg));
    if (leg->audio->len)
        add_feed(pipeline, muxer, "audio_%u", &audio, audio_caps());
    return run_pipeline(pipeline, ret_what);
}
