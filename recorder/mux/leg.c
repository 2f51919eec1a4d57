#include "recorder/mux/leg.h"

#include "recorder/mux/causes.h"
#include "recorder/mux/track.h"

#include <string.h>

#define VIDEO_FRAME_US 33333 /* how long the last picture is shown */
#define PTS_STEP_US 1000     /* the least distance: WebM counts in milliseconds */

static struct rec_sample *sample_at(const GArray *samples, guint i)
{
    return &g_array_index(samples, struct rec_sample, i);
}

static void destroy_leg(void *data)
{
    struct rec_leg *leg = data;
    g_array_unref(leg->video);
    g_array_unref(leg->audio);
    g_free(leg->file);
    g_free(leg);
}

static struct rec_leg *add_leg(struct rec_legs *legs, const struct rec_participant *participant,
                               enum rec_source source, enum rec_codec codec)
{
    struct rec_leg *leg = g_new0(struct rec_leg, 1);
    leg->participant = participant;
    leg->source = source;
    leg->codec = codec;
    leg->video = g_array_new(FALSE, FALSE, sizeof(struct rec_sample));
    leg->audio = g_array_new(FALSE, FALSE, sizeof(struct rec_sample));
    g_ptr_array_add(legs->legs, leg);
    return leg;
}

static void add_sample(GArray *samples, const struct rec_frame *frame)
{
    const struct rec_sample sample = {.frame = frame};
    g_array_append_val(samples, sample);
}

/* ---- pictures ------------------------------------------------------------------------------------------ */

/* A change of codec begins the next leg; it comes with a key frame. */
static void add_pictures(struct rec_legs *legs, const struct rec_track *track)
{
    struct rec_leg *leg = NULL;
    for (guint r = 0; r < track->runs->len; r++) {
        const struct rec_frames *run = track->runs->pdata[r];
        for (guint i = 0; i < run->frames->len; i++) {
            const struct rec_frame *frame = &g_array_index(run->frames, struct rec_frame, i);
            if (!leg || leg->codec != (enum rec_codec)frame->codec)
                leg = add_leg(legs, track->participant, track->source, frame->codec);
            add_sample(leg->video, frame);
        }
    }
}

/* ---- voice ------------------------------------------------------------------------------------------- */

static int64_t first_picture_us(const struct rec_leg *leg)
{
    return sample_at(leg->video, 0)->frame->wall_us;
}

/* The camera's leg at a moment: the first one takes what was said before it, the last what came after.
 * `at` is where the search for the moment before ended. */
static guint leg_at(const GPtrArray *camera, int64_t wall_us, guint at)
{
    while (at + 1 < camera->len && first_picture_us(camera->pdata[at + 1]) <= wall_us)
        at++;
    return at;
}

static void add_voice(struct rec_legs *legs, const struct rec_track *track)
{
    g_autoptr(GPtrArray) camera = g_ptr_array_new();
    for (guint i = 0; i < legs->legs->len; i++) {
        struct rec_leg *leg = legs->legs->pdata[i];
        if (leg->participant == track->participant && leg->source == REC_SOURCE_CAMERA)
            g_ptr_array_add(camera, leg);
    }
    guint at = 0;
    for (guint r = 0; r < track->runs->len; r++) {
        const struct rec_frames *run = track->runs->pdata[r];
        for (guint i = 0; i < run->frames->len; i++) {
            const struct rec_frame *frame = &g_array_index(run->frames, struct rec_frame, i);
            if (!camera->len)
                g_ptr_array_add(camera,
                                add_leg(legs, track->participant, REC_SOURCE_MIC, REC_CODEC_OPUS));
            at = leg_at(camera, frame->wall_us, at);
            add_sample(((struct rec_leg *)camera->pdata[at])->audio, frame);
        }
    }
}

/* ---- times and figures --------------------------------------------------------------------------------- */

static int64_t start_of(const struct rec_leg *leg)
{
    int64_t start_us = INT64_MAX;
    if (leg->video->len)
        start_us = sample_at(leg->video, 0)->frame->wall_us;
    if (leg->audio->len)
        start_us = MIN(start_us, sample_at(leg->audio, 0)->frame->wall_us);
    return start_us;
}

static void stamp(GArray *samples, int64_t start_us)
{
    int64_t last_us = -PTS_STEP_US;
    for (guint i = 0; i < samples->len; i++) {
        struct rec_sample *sample = sample_at(samples, i);
        sample->pts_us = MAX(sample->frame->wall_us - start_us, last_us + PTS_STEP_US);
        last_us = sample->pts_us;
    }
}

static int64_t end_of(const GArray *samples, int64_t duration_us)
{
    return samples->len ? sample_at(samples, samples->len - 1)->pts_us + duration_us : 0;
}

static int64_t last_opus_us(const GArray *samples)
{
    if (!samples->len)
        return 0;
    const struct rec_frame *frame = sample_at(samples, samples->len - 1)->frame;
    const struct rec_media_packet *packet = rec_stream_packet(frame->stream, frame->first);
    return rec_opus_duration_us(packet->payload, packet->len);
}

static bool is_held(const struct rec_leg *leg, enum rec_source source, const GArray *causes,
                    int64_t start_us, int64_t end_us)
{
    for (guint i = 0; i < causes->len; i++) {
        const struct rec_gap *cause = &g_array_index(causes, struct rec_gap, i);
        if (cause->cause == REC_CAUSE_HOLD &&
            rec_cause_applies(cause, leg->participant, source, start_us, end_us))
            return true;
    }
    return false;
}

static void count_loss(struct rec_leg *leg, enum rec_source source, const GArray *causes,
                       const struct rec_media_packet *packet)
{
    const struct rec_media_packet *before = packet - 1;
    uint64_t lost = rec_stream_hole(before, packet);
    if (lost && !is_held(leg, source, causes, before->arrival_us, packet->arrival_us))
        leg->lost += lost;
}

/* Packets of the samples, and what is missing between neighbours of one stream. */
static uint64_t count_packets(struct rec_leg *leg, const GArray *samples, enum rec_source source,
                              const GArray *causes)
{
    uint64_t packets = 0;
    for (guint i = 0; i < samples->len; i++) {
        const struct rec_frame *frame = sample_at(samples, i)->frame;
        const struct rec_frame *before = i ? sample_at(samples, i - 1)->frame : NULL;
        guint end = frame->first + frame->count;
        bool same = before && before->stream == frame->stream;
        for (guint p = same ? before->first + before->count : frame->first; p < end; p++) {
            const struct rec_media_packet *packet = rec_stream_packet(frame->stream, p);
            packets += p >= frame->first;
            leg->repaired += p >= frame->first && packet->repaired;
            if (p > 0 && (same || p > frame->first))
                count_loss(leg, source, causes, packet);
        }
    }
    return packets;
}

static void measure(struct rec_leg *leg, const GArray *causes)
{
    leg->start_us = start_of(leg);
    stamp(leg->video, leg->start_us);
    stamp(leg->audio, leg->start_us);
    leg->end_us = leg->start_us + MAX(end_of(leg->video, VIDEO_FRAME_US),
                                      end_of(leg->audio, last_opus_us(leg->audio)));
    leg->video_packets = count_packets(leg, leg->video, leg->source, causes);
    leg->audio_packets = count_packets(leg, leg->audio, REC_SOURCE_MIC, causes);
    for (guint i = 0; i < leg->video->len; i++) {
        const struct rec_frame *frame = sample_at(leg->video, i)->frame;
        if ((uint32_t)frame->width * frame->height > (uint32_t)leg->width * leg->height) {
            leg->width = frame->width;
            leg->height = frame->height;
        }
    }
}

static gint compare_legs(gconstpointer a, gconstpointer b)
{
    const struct rec_leg *first = *(struct rec_leg *const *)a;
    const struct rec_leg *second = *(struct rec_leg *const *)b;
    if (first->start_us != second->start_us)
        return first->start_us < second->start_us ? -1 : 1;
    int r = strcmp(first->participant->id, second->participant->id);
    return r ? r : (int)first->source - (int)second->source;
}

/* A role comes from a journal: only what may stand in a file name stays of it. */
static char *file_name(const struct rec_leg *leg, guint number)
{
    g_autofree char *role =
        g_ascii_strdown(leg->participant->role ? leg->participant->role : "unknown", -1);
    g_strcanon(role, "abcdefghijklmnopqrstuvwxyz0123456789", '-');
    role[MIN(strlen(role), (size_t)32)] = '\0';
    return g_strdup_printf("%02u-%s-%s-%s.%s", number, role, rec_source_name(leg->source),
                           rec_codec_name(leg->codec),
                           leg->codec == REC_CODEC_H264 ? "mp4" : "webm");
}

void rec_legs_init(struct rec_legs *legs, const struct rec_session *session, const GArray *causes)
{
    *legs = (struct rec_legs){
        .tracks = g_ptr_array_new_with_free_func(rec_track_destroy),
        .legs = g_ptr_array_new_with_free_func(destroy_leg),
    };
    rec_tracks_collect(legs, session);
    for (guint i = 0; i < legs->tracks->len; i++) {
        const struct rec_track *track = legs->tracks->pdata[i];
        if (track->source != REC_SOURCE_MIC)
            add_pictures(legs, track);
    }
    for (guint i = 0; i < legs->tracks->len; i++) {
        const struct rec_track *track = legs->tracks->pdata[i];
        if (track->source == REC_SOURCE_MIC)
            add_voice(legs, track);
    }
    for (guint i = 0; i < legs->legs->len; i++)
        measure(legs->legs->pdata[i], causes);
    g_ptr_array_sort(legs->legs, compare_legs);
    for (guint i = 0; i < legs->legs->len; i++) {
        struct rec_leg *leg = legs->legs->pdata[i];
        leg->file = file_name(leg, i + 1);
    }
}

void rec_legs_finish(struct rec_legs *legs)
{
    g_ptr_array_unref(legs->legs);
    g_ptr_array_unref(legs->tracks);
}
