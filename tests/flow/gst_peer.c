/* A standard client for the flow tests: GStreamer's webrtcbin, as a program that speaks no HTTP itself.
 *
 *   gst_peer publish vp8|h264 RRGGBB HERTZ     sends a picture of one colour and a tone
 *   gst_peer play vp8|h264                     receives and decodes
 *
 * Prints its offer and a line ".", reads the answer up to a line ".", then answers "count" with what it has decoded since the
 * last time: "decoded PICTURES RRGGBB SAMPLES HERTZ" (colour of the last picture's middle, pitch of the last piece of
 * sound). The end of standard input ends it. */
#include <signal.h>
#include <glib-unix.h>
#include <gst/gst.h>
#include <gst/sdp/sdp.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>

#define GST_USE_UNSTABLE_API
#include <gst/webrtc/webrtc.h>

enum { WIDTH = 320, HEIGHT = 240, RATE = 48000 };

struct peer {
    GMainLoop *loop;
    GstElement *pipeline, *rtc;
    const char *codec;
    GString *answer; /* lines of it so far; NULL: it was set */
    GMutex lock;     /* of what follows */
    unsigned pictures, colour, samples, hertz;
};

static void fail(const char *what)
{
    fprintf(stderr, "gst_peer: %s\n", what);
    exit(1);
}

/* ---- what was decoded ---- */

static GstPadProbeReturn picture_came(GstPad *pad, GstPadProbeInfo *info, gpointer data)
{
    struct peer *peer = data;
    GstMapInfo map;
    GstBuffer *buffer = GST_PAD_PROBE_INFO_BUFFER(info);
    if (!gst_buffer_map(buffer, &map, GST_MAP_READ))
        return GST_PAD_PROBE_OK;
    size_t middle = map.size / 6 * 3; /* RGB */
    g_mutex_lock(&peer->lock);
    peer->pictures++;
    if (middle + 2 < map.size)
        peer->colour = (unsigned)map.data[middle] << 16 | (unsigned)map.data[middle + 1] << 8 |
                       map.data[middle + 2];
    g_mutex_unlock(&peer->lock);
    gst_buffer_unmap(buffer, &map);
    return GST_PAD_PROBE_OK;
}

static unsigned pitch_of(const int16_t *samples, size_t count)
{
    size_t crossings = 0;
    for (size_t i = 1; i < count; i++)
        crossings += (samples[i - 1] < 0) != (samples[i] < 0);
    return count ? (unsigned)(crossings * RATE / 2 / count) : 0;
}

static GstPadProbeReturn sound_came(GstPad *pad, GstPadProbeInfo *info, gpointer data)
{
    struct peer *peer = data;
    GstMapInfo map;
    GstBuffer *buffer = GST_PAD_PROBE_INFO_BUFFER(info);
    if (!gst_buffer_map(buffer, &map, GST_MAP_READ))
        return GST_PAD_PROBE_OK;
    size_t count = map.size / sizeof(int16_t);
    g_mutex_lock(&peer->lock);
    peer->samples += (unsigned)count;
    peer->hertz = pitch_of((const int16_t *)(const void *)map.data, count);
    g_mutex_unlock(&peer->lock);
    gst_buffer_unmap(buffer, &map);
    return GST_PAD_PROBE_OK;
}

static void decode(struct peer *peer, GstPad *source, const char *description,
                   GstPadProbeCallback came)
{
    GError *error = NULL;
    GstElement *bin = gst_parse_bin_from_description(description, TRUE, &error);
    if (!bin)
        fail(error->message);
    GstElement *sink = gst_bin_get_by_name(GST_BIN(bin), "end");
    GstPad *end = gst_element_get_static_pad(sink, "sink");
    gst_pad_add_probe(end, GST_PAD_PROBE_TYPE_BUFFER, came, peer, NULL);
    gst_object_unref(end);
    gst_object_unref(sink);
    gst_bin_add(GST_BIN(peer->pipeline), bin);
    gst_element_sync_state_with_parent(bin);
    GstPad *begin = gst_element_get_static_pad(bin, "sink");
    if (gst_pad_link(source, begin) != GST_PAD_LINK_OK)
        fail("a decoder does not fit");
    gst_object_unref(begin);
}

static void stream_came(GstElement *rtc, GstPad *pad, gpointer data)
{
    struct peer *peer = data;
    if (GST_PAD_DIRECTION(pad) != GST_PAD_SRC)
        return;
    GstCaps *caps = gst_pad_get_current_caps(pad);
    const char *media = gst_structure_get_string(gst_caps_get_structure(caps, 0), "media");
    bool h264 = !strcmp(peer->codec, "h264");
    if (!g_strcmp0(media, "audio"))
        decode(peer, pad,
               "rtpopusdepay ! opusdec ! audioconvert ! audioresample ! "
               "audio/x-raw,format=S16LE,rate=48000,channels=1 ! fakesink name=end sync=false",
               sound_came);
    else
        decode(peer, pad,
               h264 ? "rtph264depay ! h264parse ! openh264dec ! videoconvert ! "
                      "video/x-raw,format=RGB ! fakesink name=end sync=false"
                    : "rtpvp8depay ! vp8dec ! videoconvert ! video/x-raw,format=RGB ! "
                      "fakesink name=end sync=false",
               picture_came);
    gst_caps_unref(caps);
}

/* ---- offer and answer ---- */

static void offer_made(GstPromise *promise, gpointer data)
{
    struct peer *peer = data;
    GstWebRTCSessionDescription *offer = NULL;
    const GstStructure *reply = gst_promise_get_reply(promise);
    gst_structure_get(reply, "offer", GST_TYPE_WEBRTC_SESSION_DESCRIPTION, &offer, NULL);
    if (!offer)
        fail("no offer");
    g_signal_emit_by_name(peer->rtc, "set-local-description", offer, NULL);
    char *text = gst_sdp_message_as_text(offer->sdp);
    printf("%s.\n", text);
    fflush(stdout);
    g_free(text);
    gst_webrtc_session_description_free(offer);
    gst_promise_unref(promise);
}

static void answer_set(struct peer *peer)
{
    GstSDPMessage *message = NULL;
    gst_sdp_message_new(&message);
    if (gst_sdp_message_parse_buffer((const guint8 *)peer->answer->str, (guint)peer->answer->len,
                                     message) != GST_SDP_OK)
        fail("the answer is no SDP");
    GstWebRTCSessionDescription *answer =
        gst_webrtc_session_description_new(GST_WEBRTC_SDP_TYPE_ANSWER, message);
    GstPromise *promise = gst_promise_new();
    g_signal_emit_by_name(peer->rtc, "set-remote-description", answer, promise);
    gst_promise_wait(promise);
    gst_promise_unref(promise);
    gst_webrtc_session_description_free(answer);
    g_string_free(peer->answer, TRUE);
    peer->answer = NULL;
}

static void count_say(struct peer *peer)
{
    g_mutex_lock(&peer->lock);
    printf("decoded %u %06x %u %u\n", peer->pictures, peer->colour, peer->samples, peer->hertz);
    peer->pictures = peer->samples = 0;
    g_mutex_unlock(&peer->lock);
    fflush(stdout);
}

static gboolean line_came(GIOChannel *channel, GIOCondition condition, gpointer data)
{
    struct peer *peer = data;
    char *line = NULL;
    if (g_io_channel_read_line(channel, &line, NULL, NULL, NULL) != G_IO_STATUS_NORMAL) {
        g_main_loop_quit(peer->loop);
        return G_SOURCE_REMOVE;
    }
    g_strchomp(line);
    if (peer->answer && strcmp(line, "."))
        g_string_append_printf(peer->answer, "%s\r\n", line);
    else if (peer->answer)
        answer_set(peer);
    else if (!strcmp(line, "count"))
        count_say(peer);
    g_free(line);
    return G_SOURCE_CONTINUE;
}

/* ---- what it is made of ---- */

static char *publisher(const char *codec, const char *colour, const char *hertz)
{
    bool h264 = !strcmp(codec, "h264");
    return g_strdup_printf(
        "webrtcbin name=rtc bundle-policy=max-bundle "
        "audiotestsrc is-live=true wave=sine freq=%s ! audio/x-raw,rate=48000,channels=1 ! "
        "opusenc ! rtpopuspay pt=97 ! "
        "application/x-rtp,media=audio,encoding-name=OPUS,payload=97,clock-rate=48000 ! rtc. "
        "videotestsrc is-live=true pattern=solid-color foreground-color=0xff%s ! "
        "video/x-raw,width=%d,height=%d,framerate=15/1 ! videoconvert ! %s ! rtc.",
        hertz, colour, WIDTH, HEIGHT,
        h264 ? "openh264enc gop-size=30 bitrate=400000 ! video/x-h264,profile=constrained-baseline "
               "! h264parse ! rtph264pay pt=96 config-interval=-1 aggregate-mode=zero-latency ! "
               "application/x-rtp,media=video,encoding-name=H264,payload=96,clock-rate=90000,"
               "packetization-mode=(string)1"
             : "vp8enc deadline=1 cpu-used=8 keyframe-max-dist=30 ! rtpvp8pay pt=96 ! "
               "application/x-rtp,media=video,encoding-name=VP8,payload=96,clock-rate=90000");
}

static void receiver_add(GstElement *rtc, const char *caps_text)
{
    GstWebRTCRTPTransceiver *transceiver = NULL;
    GstCaps *caps = gst_caps_from_string(caps_text);
    g_signal_emit_by_name(rtc, "add-transceiver", GST_WEBRTC_RTP_TRANSCEIVER_DIRECTION_RECVONLY,
                          caps, &transceiver);
    g_clear_pointer(&transceiver, gst_object_unref);
    gst_caps_unref(caps);
}

static void pipeline_make(struct peer *peer, char **argv)
{
    GError *error = NULL;
    bool publishes = !strcmp(argv[1], "publish");
    char *text = publishes ? publisher(argv[2], argv[3], argv[4])
                           : g_strdup("webrtcbin name=rtc bundle-policy=max-bundle");
    peer->pipeline = gst_parse_launch(text, &error);
    if (error)
        fail(error->message);
    if (!GST_IS_PIPELINE(peer->pipeline)) { /* one element alone is no pipeline */
        GstElement *alone = peer->pipeline;
        peer->pipeline = gst_pipeline_new(NULL);
        gst_bin_add(GST_BIN(peer->pipeline), alone);
    }
    g_free(text);
    peer->rtc = gst_bin_get_by_name(GST_BIN(peer->pipeline), "rtc");
    g_signal_connect(peer->rtc, "pad-added", G_CALLBACK(stream_came), peer);
    if (publishes)
        return;
    receiver_add(peer->rtc, "application/x-rtp,media=audio,encoding-name=OPUS,payload=97,"
                            "clock-rate=48000,encoding-params=(string)2");
    receiver_add(peer->rtc, !strcmp(peer->codec, "h264")
                                ? "application/x-rtp,media=video,encoding-name=H264,payload=96,"
                                  "clock-rate=90000,packetization-mode=(string)1,"
                                  "profile-level-id=(string)42e01f,rtcp-fb-nack-pli=true"
                                : "application/x-rtp,media=video,encoding-name=VP8,payload=96,"
                                  "clock-rate=90000,rtcp-fb-nack-pli=true");
}

/* Tests stay on loopback, which an agent leaves out by itself. */
static void loopback_use(GstElement *rtc)
{
    GObject *ice = NULL;
    gboolean added = FALSE;
    g_object_get(rtc, "ice-agent", &ice, NULL);
    g_signal_emit_by_name(ice, "add-local-ip-address", "127.0.0.1", &added);
    if (!added)
        fail("no loopback");
    g_object_unref(ice);
}

static gboolean trouble(GstBus *bus, GstMessage *message, gpointer data)
{
    GError *error = NULL;
    gst_message_parse_error(message, &error, NULL);
    fail(error->message);
    return G_SOURCE_REMOVE;
}

static gboolean begin(gpointer data)
{
    struct peer *peer = data;
    GstPromise *promise = gst_promise_new_with_change_func(offer_made, peer, NULL);
    g_signal_emit_by_name(peer->rtc, "create-offer", NULL, promise);
    return G_SOURCE_REMOVE;
}

int main(int argc, char **argv)
{
    prctl(PR_SET_PDEATHSIG, SIGKILL); /* a test that ends leaves nothing behind */
    gst_init(&argc, &argv);
    if (argc < 3 || (!strcmp(argv[1], "publish") && argc < 5))
        fail("publish CODEC RRGGBB HERTZ, or play CODEC");
    struct peer peer = {.codec = argv[2], .answer = g_string_new(NULL)};
    peer.loop = g_main_loop_new(NULL, FALSE);
    pipeline_make(&peer, argv);
    GstBus *bus = gst_element_get_bus(peer.pipeline);
    gst_bus_add_signal_watch(bus);
    g_signal_connect(bus, "message::error", G_CALLBACK(trouble), &peer);
    GIOChannel *input = g_io_channel_unix_new(0);
    g_io_add_watch(input, G_IO_IN | G_IO_HUP, line_came, &peer);
    loopback_use(peer.rtc);
    gst_element_set_state(peer.pipeline, GST_STATE_PLAYING);
    g_idle_add(begin, &peer);
    g_main_loop_run(peer.loop);
    gst_element_set_state(peer.pipeline, GST_STATE_NULL);
    gst_bus_remove_signal_watch(bus);
    gst_object_unref(bus);
    gst_object_unref(peer.rtc);
    gst_object_unref(peer.pipeline);
    g_io_channel_unref(input);
    g_main_loop_unref(peer.loop);
    return 0;
}
