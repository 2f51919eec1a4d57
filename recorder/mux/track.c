#include "recorder/mux/track.h"

#include "recorder/mux/layers.h"

static void destroy_run(void *data)
{
    struct rec_frames *run = data;
    rec_frames_finish(run);
    g_free(run);
}

void rec_track_destroy(void *data)
{
    struct rec_track *track = data;
    g_ptr_array_unref(track->runs);
    g_free(track);
}

struct rec_track *rec_track_find(const struct rec_legs *legs,
                                 const struct rec_participant *participant, enum rec_source source)
{
    for (guint i = 0; i < legs->tracks->len; i++) {
        struct rec_track *track = legs->tracks->pdata[i];
        if (track->participant == participant && track->source == source)
            return track;
    }
    return NULL;
}

static struct rec_track *get_track(struct rec_legs *legs, const struct rec_section *section)
{
    struct rec_track *track = rec_track_find(legs, section->participant, section->source);
    if (!track) {
        track = g_new0(struct rec_track, 1);
        track->participant = section->participant;
        track->source = section->source;
        track->runs = g_ptr_array_new_with_free_func(destroy_run);
        g_ptr_array_add(legs->tracks, track);
    }
    return track;
}

/* ---- the clock of a PeerConnection ------------------------------------------------------------------ */

/* Each PeerConnection once, from its first section on. */
static bool is_first_of_tag(const struct rec_session *session, guint index)
{
    const struct rec_section *section = session->sections->pdata[index];
    for (guint i = 0; i < index; i++)
        if (((const struct rec_section *)session->sections->pdata[i])->tag == section->tag)
            return false;
    return true;
}

static void translate_reports(const struct rec_session *session, uint32_t tag)
{
    g_autoptr(GPtrArray) streams = g_ptr_array_new();
    for (guint i = 0; i < session->sections->len; i++) {
        const struct rec_section *section = session->sections->pdata[i];
        for (guint s = 0; section->tag == tag && s < section->streams->len; s++)
            g_ptr_array_add(streams, section->streams->pdata[s]);
    }
    rec_clock_translate((struct rec_stream *const *)streams->pdata, streams->len);
}

/* ---- runs --------------------------------------------------------------------------------------------- */

static struct rec_frames *make_run(struct rec_legs *legs, const struct rec_section *section,
                                   const struct rec_stream *stream)
{
    struct rec_clock clock;
    rec_clock_init(&clock, stream);
    if (clock.from_reports)
        legs->sync_worst_us = MAX(legs->sync_worst_us, clock.worst_us);
    struct rec_frames *run = g_new0(struct rec_frames, 1);
    rec_frames_init(run);
    if (section->source == REC_SOURCE_MIC)
        rec_frames_add_audio(run, stream, &clock);
    else
        rec_frames_add_video(run, stream, &clock);
    rec_clock_finish(&clock);
    return run;
}

/* Of what was sent in several sizes the largest is one run with the others where it was away. */
static void add_runs(struct rec_legs *legs, const struct rec_section *section)
{
    struct rec_frames *last = NULL;
    for (int layer = 0; layer < REC_MAX_LAYERS; layer++) {
        struct rec_frames *above = last;
        for (guint s = 0; s < section->streams->len; s++) {
            const struct rec_stream *stream = section->streams->pdata[s];
            if (stream->layer != layer || !stream->packets->len)
                continue;
            struct rec_frames *run = make_run(legs, section, stream);
            if (above) {
                rec_layers_fill(above, run);
                destroy_run(run);
            } else {
                last = run;
                g_ptr_array_add(get_track(legs, section)->runs, run);
            }
        }
    }
}

static int64_t run_start_us(const struct rec_frames *run)
{
    return run->frames->len ? g_array_index(run->frames, struct rec_frame, 0).wall_us : INT64_MAX;
}

static gint compare_runs(gconstpointer a, gconstpointer b)
{
    int64_t first = run_start_us(*(struct rec_frames *const *)a);
    int64_t second = run_start_us(*(struct rec_frames *const *)b);
    return first < second ? -1 : first > second;
}

/* Where a new connection began before the old one fell silent the new one counts. */
static void cut_overlaps(struct rec_track *track)
{
    for (guint i = 0; i + 1 < track->runs->len; i++) {
        struct rec_frames *run = track->runs->pdata[i];
        int64_t next_us = run_start_us(track->runs->pdata[i + 1]);
        guint kept = run->frames->len;
        while (kept && g_array_index(run->frames, struct rec_frame, kept - 1).wall_us >= next_us)
            kept--;
        g_array_set_size(run->frames, kept);
    }
}

void rec_tracks_collect(struct rec_legs *legs, const struct rec_session *session)
{
    for (guint i = 0; i < session->sections->len; i++) {
        const struct rec_section *section = session->sections->pdata[i];
        if (is_first_of_tag(session, i))
            translate_reports(session, section->tag);
        add_runs(legs, section);
    }
    for (guint i = 0; i < legs->tracks->len; i++) {
        struct rec_track *track = legs->tracks->pdata[i];
        g_ptr_array_sort(track->runs, compare_runs);
        cut_overlaps(track);
    }
}
