#include "tests/unit/recorder/mux/scene.h"

#include "base/bytes.h"
#include "base/clock.h"
#include "recorder/mux/render.h"
#include "tests/harness/temp.h"
#include "tests/harness/wait.h"
#include "tests/unit/recorder/fake_room.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/timerfd.h>
#include <unistd.h>

#define TIMEOUT_US INT64_C(20000000)
#define LOOK_EVERY 256 /* packets: far less than half a ring */
#define REPORT_EVERY_US INT64_C(1000000)

struct delivery {
    int64_t arrival_us; /* from the scene's zero */
    guint order;        /* of two at one time */
    uint32_t tag;
    unsigned section;
    enum sfu_codec codec;
    bool rtcp;
    uint8_t *data;
    size_t len;
};

static void clear_delivery(void *data)
{
    g_free(((struct delivery *)data)->data);
}

/* ---- the recorder -------------------------------------------------------------------------------------- */

static struct rec_event next_event(struct scene *scene)
{
    struct rec_event event;
    while (!rec_next_event(scene->rec, &event))
        g_assert_true(wait_readable(rec_event_fd(scene->rec), TIMEOUT_US));
    return event;
}

void scene_init(struct scene *scene)
{
    scene_init_in(scene, temp_dir(), id_random().text);
}

void scene_init_in(struct scene *scene, const char *spool, const char *session)
{
    *scene = (struct scene){.spool = spool, .archive = temp_dir()};
    g_strlcpy(scene->session.text, session, sizeof scene->session.text);
    scene->deliveries = g_array_new(FALSE, FALSE, sizeof(struct delivery));
    g_array_set_clear_func(scene->deliveries, clear_delivery);
    const struct rec_config config = {.spool_dir = scene->spool,
                                      .workers = 1,
                                      .ring_bytes = 64 << 20,
                                      .sync_interval_ms = 200,
                                      .max_journals = 4};
    g_assert_cmpint(rec_create(&config, &scene->rec, NULL), ==, 0);
    g_assert_cmpint(rec_journal_open(scene->rec, scene->session.text, &scene->journal), ==, 0);
    g_assert_cmpint(next_event(scene).type, ==, REC_EVENT_DURABLE);
    g_assert_cmpint(rec_tap_attach(scene->rec, scene->journal, fake_sfu(), FAKE_ROOM), ==, 0);
    scene->base_us = clock_now_us();
}

void scene_end(struct scene *scene)
{
    if (!scene->rec)
        return;
    fake_room_close();
    g_assert_cmpint(rec_journal_close(scene->rec, scene->journal, "finished"), ==, 0);
    struct rec_event event = next_event(scene);
    g_assert_cmpint(event.type, ==, REC_EVENT_CLOSED);
    rec_destroy(scene->rec);
    scene->rec = NULL;
}

void scene_finish(struct scene *scene)
{
    scene_end(scene);
    g_array_unref(scene->deliveries);
}

void scene_event(struct scene *scene, const char *type, ...)
{
    struct rec_field fields[16];
    size_t count = 0;
    va_list list;
    va_start(list, type);
    for (const char *name; (name = va_arg(list, const char *)); count++)
        fields[count] = (struct rec_field){name, va_arg(list, const char *)};
    va_end(list);
    g_assert_cmpint(rec_journal_event(scene->rec, scene->journal, type, fields, count), ==, 0);
}

void scene_joins(struct scene *scene, const char *participant, const char *role, uint32_t tag)
{
    char text[16];
    snprintf(text, sizeof text, "%u", tag);
    scene_event(scene, "participant.joined", "PARTICIPANT", participant, "ROLE", role, "LABEL",
                role, NULL);
    scene_event(scene, "peer.open", "PARTICIPANT", participant, "TAG", text, NULL);
}

void scene_section(struct scene *scene, uint32_t tag, unsigned section, const char *source,
                   const char *payloads)
{
    char tag_text[16], section_text[16];
    snprintf(tag_text, sizeof tag_text, "%u", tag);
    snprintf(section_text, sizeof section_text, "%u", section);
    scene_event(scene, "media.section", "TAG", tag_text, "SECTION", section_text, "SOURCE", source,
                "KIND", strcmp(source, "mic") ? "video" : "audio", "PAYLOADS", payloads, NULL);
}

/* ---- streams --------------------------------------------------------------------------------------------- */

static unsigned clock_hz(const struct scene_stream *stream)
{
    return stream->codec == MEDIA_OPUS ? 48000 : 90000;
}

static enum sfu_codec codec_of(const struct scene_stream *stream)
{
    static const enum sfu_codec codecs[] = {
        [MEDIA_VP8] = SFU_CODEC_VP8, [MEDIA_H264] = SFU_CODEC_H264, [MEDIA_OPUS] = SFU_CODEC_OPUS};
    return codecs[stream->codec];
}

static uint32_t timestamp_at(const struct scene_stream *stream, int64_t media_us)
{
    return stream->first_timestamp +
           (uint32_t)((media_us - stream->from_us) * clock_hz(stream) / G_USEC_PER_SEC);
}

static struct delivery *deliver(struct scene *scene, const struct scene_stream *stream,
                                int64_t arrival_us, const void *data, size_t len)
{
    const struct delivery delivery = {.arrival_us = arrival_us,
                                      .order = scene->deliveries->len,
                                      .tag = stream->tag,
                                      .section = stream->section,
                                      .codec = codec_of(stream),
                                      .data = g_memdup2(data, len),
                                      .len = len};
    g_array_append_val(scene->deliveries, delivery);
    return &g_array_index(scene->deliveries, struct delivery, scene->deliveries->len - 1);
}

/* RFC 8285, one element of one letter. */
static void put_rid(struct bytes_writer *w, const char *rid, bool repair)
{
    bytes_put_u32(w, 0xbede0001);
    bytes_put_u8(w, repair ? 11 << 4 : 10 << 4);
    bytes_put_u8(w, (uint8_t)*rid);
    bytes_put_u16(w, 0);
}

static void deliver_packet(struct scene *scene, const struct scene_stream *stream,
                           const struct media_packet *packet, uint16_t seq, bool repair,
                           int64_t arrival_us)
{
    uint8_t data[1500];
    struct bytes_writer w = bytes_writer(data, sizeof data);
    bool has_rid = stream->rid && (repair || (uint16_t)(seq - stream->first_seq) < 5);
    bytes_put_u8(&w, has_rid ? 0x90 : 0x80);
    bytes_put_u8(&w,
                 (uint8_t)((packet->marker ? 0x80 : 0) | (repair ? stream->rtx_pt : stream->pt)));
    bytes_put_u16(&w, repair ? (uint16_t)(seq * 7) : seq); /* RTX counts on its own */
    bytes_put_u32(&w, timestamp_at(stream, packet->capture_us));
    bytes_put_u32(&w, repair ? stream->ssrc + 1 : stream->ssrc);
    if (has_rid)
        put_rid(&w, stream->rid, repair);
    if (repair)
        bytes_put_u16(&w, seq);
    bytes_put(&w, packet->payload, packet->len);
    g_assert_false(w.bad);
    deliver(scene, stream, arrival_us, data, w.at);
}

static bool happens(unsigned every, unsigned nth)
{
    return every && nth % every == every - 1;
}

static void send(struct scene *scene, const struct scene_stream *stream,
                 const struct media_packet *packet, unsigned nth, uint16_t seq)
{
    int64_t arrival_us =
        stream->start_us + packet->capture_us - stream->from_us + stream->delay_us + nth % 4 * 100;
    if (happens(stream->swap_every, nth))
        arrival_us += 3000; /* the next ones pass it */
    if (!happens(stream->lose_every, nth))
        deliver_packet(scene, stream, packet, seq, false, arrival_us);
    else if (stream->repair_us)
        deliver_packet(scene, stream, packet, seq, true, arrival_us + stream->repair_us);
    if (happens(stream->repeat_every, nth))
        deliver_packet(scene, stream, packet, seq, false, arrival_us + 5000);
}

/* RFC 3550 section 6.4.1: the sender's clock and the RTP time of one moment. */
static void send_report(struct scene *scene, const struct scene_stream *stream, int64_t media_us)
{
    int64_t capture_us = stream->start_us + media_us - stream->from_us;
    int64_t wall_us = clock_wall_us() - clock_now_us() + scene->base_us + capture_us;
    uint8_t data[28];
    struct bytes_writer w = bytes_writer(data, sizeof data);
    bytes_put_u32(&w, 0x80c80006);
    bytes_put_u32(&w, stream->ssrc);
    bytes_put_u64(&w, clock_wall_us_to_ntp(wall_us + stream->sender_clock_us));
    bytes_put_u32(&w, timestamp_at(stream, media_us));
    bytes_put_u64(&w, 0);
    deliver(scene, stream, capture_us + 15000, data, w.at)->rtcp = true;
}

struct scene_end scene_stream(struct scene *scene, const struct scene_stream *stream)
{
    uint16_t seq = stream->first_seq;
    int64_t report_us = stream->from_us, last_us = stream->from_us;
    unsigned nth = 0;
    for (guint i = 0; i < stream->media->packets->len; i++) {
        const struct media_packet *packet =
            &g_array_index(stream->media->packets, struct media_packet, i);
        if (packet->capture_us < stream->from_us ||
            (stream->until_us && packet->capture_us >= stream->until_us))
            continue;
        send(scene, stream, packet, nth++, seq++);
        last_us = packet->capture_us;
        if (packet->capture_us >= report_us && !stream->no_reports) {
            send_report(scene, stream, packet->capture_us);
            report_us += REPORT_EVERY_US;
        }
    }
    return (struct scene_end){seq, timestamp_at(stream, last_us + stream->media->frame_us)};
}

static gint compare_deliveries(gconstpointer a, gconstpointer b)
{
    const struct delivery *first = a, *second = b;
    if (first->arrival_us != second->arrival_us)
        return first->arrival_us < second->arrival_us ? -1 : 1;
    return first->order < second->order ? -1 : 1;
}

static void play(struct scene *scene, const struct delivery *d)
{
    const struct sfu_sink_packet packet = {
        .peer = d->tag,
        .tag = d->tag,
        .section = d->section,
        .codec = d->rtcp ? SFU_CODEC_NONE : d->codec,
        .arrival_us = scene->base_us + d->arrival_us,
        .data = d->data,
        .len = d->len,
    };
    if (d->rtcp)
        fake_room_sender_report(&packet);
    else
        fake_room_rtp(&packet);
}

static bool has_room(void *data)
{
    const struct scene *scene = data;
    struct rec_stats stats;
    rec_stats_read(scene->rec, &stats);
    return stats.ring_used_bytes < stats.ring_capacity_bytes / 2;
}

void scene_play(struct scene *scene)
{
    g_array_sort(scene->deliveries, compare_deliveries);
    for (guint i = 0; i < scene->deliveries->len; i++) {
        if (i % LOOK_EVERY == 0)
            g_assert_true(wait_until(NULL, has_room, scene, TIMEOUT_US));
        play(scene, &g_array_index(scene->deliveries, struct delivery, i));
    }
    g_array_set_size(scene->deliveries, 0);
}

/* Blocks until the clock says so. */
static void wait_for_time(int timer_fd, int64_t at_us)
{
    const struct itimerspec when = {
        .it_value = {.tv_sec = at_us / G_USEC_PER_SEC, .tv_nsec = at_us % G_USEC_PER_SEC * 1000}};
    g_assert_cmpint(timerfd_settime(timer_fd, TFD_TIMER_ABSTIME, &when, NULL), ==, 0);
    uint64_t expirations = 0;
    g_assert_cmpint(read(timer_fd, &expirations, sizeof expirations), ==, sizeof expirations);
}

void scene_play_live(struct scene *scene, int64_t until_us)
{
    int timer_fd = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC);
    scene->base_us = clock_now_us();
    g_array_sort(scene->deliveries, compare_deliveries);
    for (guint i = 0; i < scene->deliveries->len; i++) {
        const struct delivery *d = &g_array_index(scene->deliveries, struct delivery, i);
        if (d->arrival_us > until_us)
            break;
        if (scene->base_us + d->arrival_us > clock_now_us())
            wait_for_time(timer_fd, scene->base_us + d->arrival_us);
        play(scene, d);
    }
    close(timer_fd);
}

/* ---- the recording -------------------------------------------------------------------------------------- */

char *scene_spool_path(const struct scene *scene)
{
    return g_build_filename(scene->spool, scene->session.text, NULL);
}

char *scene_archive_path(const struct scene *scene, const char *file)
{
    return g_build_filename(scene->archive, scene->session.text, file, NULL);
}

void scene_render(struct scene *scene)
{
    scene_end(scene);
    g_autofree char *folder = scene_spool_path(scene);
    g_autofree char *text = NULL;
    enum rec_render_result result = rec_render(folder, scene->archive, &text);
    g_test_message("%s", text);
    g_assert_cmpint(result, ==, REC_RENDER_DONE);
}
