#include "recorder/mux/frame.h"

#include "recorder/mux/picture.h"

#include <string.h>

#define AUDIO_HOLE_US 100000

static void clear_frame(void *data)
{
    struct rec_frame *frame = data;
    g_free(frame->parameters);
}

void rec_frames_init(struct rec_frames *list)
{
    *list = (struct rec_frames){
        .frames = g_array_new(FALSE, FALSE, sizeof(struct rec_frame)),
        .holes = g_array_new(FALSE, FALSE, sizeof(struct rec_hole)),
    };
    g_array_set_clear_func(list->frames, clear_frame);
}

void rec_frames_finish(struct rec_frames *list)
{
    g_array_unref(list->frames);
    g_array_unref(list->holes);
}

static void add_hole(struct rec_frames *list, int64_t start_us, int64_t end_us)
{
    const struct rec_hole hole = {start_us, end_us};
    if (end_us > start_us)
        g_array_append_val(list->holes, hole);
}

/* ---- video ---------------------------------------------------------------------------------------- */

struct assembly {
    struct rec_frames *list;
    const struct rec_stream *stream;
    const struct rec_clock *clock;
    bool waiting; /* for a key frame */
    enum rec_codec codec;
    int64_t kept_us;                  /* of the last frame that was kept; 0: none */
    int64_t waiting_us;               /* since when nothing is kept; 0: something is */
    struct rec_parameters parameters; /* the last that were seen */
};

/* The packets of one RTP time. */
struct group {
    guint first, count;
    bool follows;  /* on the group before, without a hole */
    bool unbroken; /* no hole inside */
    bool ended;    /* its last packet is there */
    int64_t wall_us;
};

static struct group next_group(const struct assembly *a, guint first)
{
    const struct rec_stream *stream = a->stream;
    const struct rec_media_packet *head = rec_stream_packet(stream, first);
    struct group group = {.first = first, .unbroken = true};
    group.follows = first > 0 && rec_stream_packet(stream, first - 1)->seq + 1 == head->seq;
    group.wall_us = rec_clock_wall_us(a->clock, head->timestamp);
    guint i = first;
    for (; i < stream->packets->len; i++) {
        const struct rec_media_packet *packet = rec_stream_packet(stream, i);
        if (packet->timestamp != head->timestamp || packet->codec != head->codec)
            break;
        if (i > first && rec_stream_packet(stream, i - 1)->seq + 1 != packet->seq)
            group.unbroken = false;
        if (packet->len) /* padding behind the marker changes nothing */
            group.ended = packet->marker;
    }
    group.count = i - first;
    if (i < stream->packets->len)
        group.ended |=
            rec_stream_packet(stream, i - 1)->seq + 1 == rec_stream_packet(stream, i)->seq;
    return group;
}

static void look(const struct assembly *a, const struct group *group,
                 struct rec_picture *ret_picture)
{
    if (a->codec == REC_CODEC_H264)
        rec_h264_look(a->stream, group->first, group->count, ret_picture);
    else
        rec_vp8_look(a->stream, group->first, group->count, ret_picture);
}

static void remember_parameters(struct assembly *a, const struct rec_picture *picture)
{
    if (picture->sps) {
        a->parameters.sps = picture->sps;
        a->parameters.sps_len = picture->sps_len;
    }
    if (picture->pps) {
        a->parameters.pps = picture->pps;
        a->parameters.pps_len = picture->pps_len;
    }
}

/* A key frame of H.264 is one only together with its parameter sets: where they came earlier they are
 * put in front, so that the file can be entered there. False: they never came. */
static bool add_parameters(const struct assembly *a, struct rec_picture *picture,
                           struct rec_frame *frame)
{
    if (a->codec != REC_CODEC_H264 || (picture->sps && picture->pps))
        return true;
    if (!a->parameters.sps || !a->parameters.pps)
        return false;
    frame->parameters = g_memdup2(&a->parameters, sizeof a->parameters);
    (void)rec_sps_size(a->parameters.sps, a->parameters.sps_len, &picture->width, &picture->height);
    return true;
}

static void wait_for_keyframe(struct assembly *a, const struct group *group)
{
    a->waiting = true;
    if (!a->waiting_us)
        a->waiting_us = a->kept_us ? a->kept_us : group->wall_us;
}

static void keep(struct assembly *a, const struct group *group, struct rec_picture *picture)
{
    struct rec_frame frame = {
        .stream = a->stream,
        .wall_us = group->wall_us,
        .first = group->first,
        .count = group->count,
        .codec = (uint8_t)a->codec,
        .keyframe = picture->keyframe,
    };
    if (picture->keyframe && !add_parameters(a, picture, &frame)) {
        wait_for_keyframe(a, group);
        return;
    }
    frame.width = picture->width;
    frame.height = picture->height;
    if (a->waiting_us)
        add_hole(a->list, a->waiting_us, group->wall_us);
    a->waiting = false;
    a->waiting_us = 0;
    a->kept_us = group->wall_us;
    g_array_append_val(a->list->frames, frame);
}

static void handle_group(struct assembly *a, const struct group *group)
{
    struct rec_picture picture;
    look(a, group, &picture);
    if (picture.whole && group->unbroken)
        remember_parameters(a, &picture);
    bool complete =
        picture.whole && group->unbroken && group->ended && (picture.begins || group->follows);
    bool first = group->first == 0;
    if (picture.empty) {
        if (!group->follows && !first)
            wait_for_keyframe(a, group);
    } else if (!complete || (!picture.keyframe && (a->waiting || !group->follows))) {
        wait_for_keyframe(a, group);
    } else {
        keep(a, group, &picture);
    }
}

void rec_frames_add_video(struct rec_frames *list, const struct rec_stream *stream,
                          const struct rec_clock *clock)
{
    struct assembly a = {.list = list, .stream = stream, .clock = clock, .waiting = true};
    struct group group = {0};
    for (guint i = 0; i < stream->packets->len; i += group.count) {
        group = next_group(&a, i);
        enum rec_codec codec = rec_stream_packet(stream, i)->codec;
        if (codec != a.codec)
            a.waiting = true;
        a.codec = codec;
        if (codec == REC_CODEC_VP8 || codec == REC_CODEC_H264)
            handle_group(&a, &group);
    }
    if (a.waiting_us)
        add_hole(list, a.waiting_us, group.wall_us);
}

/* ---- audio ------------------------------------------------------------------------------------------ */

int64_t rec_opus_duration_us(const uint8_t *payload, size_t len)
{
    static const int64_t silk_us[] = {10000, 20000, 40000, 60000};
    if (len < 1)
        return 0;
    unsigned config = payload[0] >> 3;
    int64_t frame_us = config < 12   ? silk_us[config & 3]
                       : config < 16 ? 10000 << (config & 1)
                                     : INT64_C(2500) << (config & 3);
    unsigned code = payload[0] & 3;
    unsigned count = code == 0 ? 1 : code < 3 ? 2 : len > 1 ? payload[1] & 63 : 0;
    return count * frame_us <= 120000 ? count * frame_us : 0;
}

void rec_frames_add_audio(struct rec_frames *list, const struct rec_stream *stream,
                          const struct rec_clock *clock)
{
    const struct rec_media_packet *before = NULL;
    int64_t end_us = 0; /* of what was kept last */
    for (guint i = 0; i < stream->packets->len; i++) {
        const struct rec_media_packet *packet = rec_stream_packet(stream, i);
        bool after_loss = before && rec_stream_hole(before, packet) > 0;
        before = packet;
        int64_t duration_us = rec_opus_duration_us(packet->payload, packet->len);
        if (packet->codec != REC_CODEC_OPUS || !duration_us)
            continue;
        const struct rec_frame frame = {
            .stream = stream,
            .wall_us = rec_clock_wall_us(clock, packet->timestamp),
            .first = i,
            .count = 1,
            .codec = REC_CODEC_OPUS,
            .keyframe = true,
        };
        if (after_loss && end_us && frame.wall_us - end_us >= AUDIO_HOLE_US)
            add_hole(list, end_us, frame.wall_us);
        end_us = frame.wall_us + duration_us;
        g_array_append_val(list->frames, frame);
    }
}

/* ---- bytes ------------------------------------------------------------------------------------------ */

void rec_frame_bytes(const struct rec_frame *frame, GByteArray *ret_bytes)
{
    const struct rec_media_packet *packet = rec_stream_packet(frame->stream, frame->first);
    const struct rec_parameters *parameters = frame->parameters;
    switch ((enum rec_codec)frame->codec) {
    case REC_CODEC_VP8: rec_vp8_append(frame->stream, frame->first, frame->count, ret_bytes); break;
    case REC_CODEC_H264:
        if (parameters) {
            rec_h264_append_nal(parameters->sps, parameters->sps_len, ret_bytes);
            rec_h264_append_nal(parameters->pps, parameters->pps_len, ret_bytes);
        }
        rec_h264_append(frame->stream, frame->first, frame->count, ret_bytes);
        break;
    case REC_CODEC_OPUS: g_byte_array_append(ret_bytes, packet->payload, packet->len); break;
    case REC_CODEC_NONE: break;
    }
}
