#include "recorder/mux/layers.h"

#include <string.h>

#define MISSING_US 2000000 /* so long the large picture is away before the small one is shown */
#define SAME_US 8000 /* two sizes of one picture: their clocks, by sender reports, differ by less */

static const char rid_uri[] = "urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id";
static const char repaired_uri[] = "urn:ietf:params:rtp-hdrext:sdes:repaired-rtp-stream-id";

/* ---- which is which ----------------------------------------------------------------------------------- */

/* "10=urn:…" */
static void describe_extension(struct rec_section *section, const char *text)
{
    char *uri = NULL;
    guint64 id = g_ascii_strtoull(text, &uri, 10);
    if (id < 1 || id > 255 || *uri != '=')
        return;
    if (strcmp(uri + 1, rid_uri) == 0)
        section->rid_id = (uint8_t)id;
    else if (strcmp(uri + 1, repaired_uri) == 0)
        section->repaired_rid_id = (uint8_t)id;
}

static char **field_split(const struct rec_pcapng_entry *event, const char *name)
{
    const struct rec_pcapng_field *field = rec_pcapng_field(event, name);
    g_autofree char *text = field ? g_strndup(field->value, field->value_len) : g_strdup("");
    return g_strsplit(text, " ", 32);
}

void rec_layers_describe(struct rec_section *section, const struct rec_pcapng_entry *event)
{
    g_auto(GStrv) rids = field_split(event, "RIDS"), extensions = field_split(event, "EXTMAP");
    if (!rids[0] || !*rids[0])
        return;
    g_strfreev(section->rids);
    section->rids = g_steal_pointer(&rids);
    for (char **extension = extensions; *extension; extension++)
        describe_extension(section, *extension);
}

static int layer_by_rid(const struct rec_section *section, const struct rec_rtp *rtp, uint8_t id)
{
    size_t len = 0;
    const uint8_t *rid = rec_rtp_element(rtp, id, &len);
    for (int i = 0; rid && section->rids[i] && i < REC_MAX_LAYERS; i++)
        if (strlen(section->rids[i]) == len && memcmp(section->rids[i], rid, len) == 0)
            return i;
    return -1;
}

int rec_layer_of(const struct rec_section *section, const struct rec_rtp *rtp)
{
    return section->rids ? layer_by_rid(section, rtp, section->rid_id) : 0;
}

struct rec_stream *rec_layer_repaired(const struct rec_section *section, const struct rec_rtp *rtp)
{
    int layer = layer_by_rid(section, rtp, section->repaired_rid_id);
    for (guint i = section->streams->len; i-- > 0;) {
        struct rec_stream *stream = section->streams->pdata[i];
        if (stream->rtx_ssrc == rtp->ssrc)
            return stream;
        if (layer < 0 || stream->layer != layer)
            continue;
        stream->rtx_ssrc = rtp->ssrc;
        return stream;
    }
    return NULL;
}

/* ---- one run of pictures -------------------------------------------------------------------------------- */

static struct rec_frame *frame_at(const struct rec_frames *list, guint i)
{
    return &g_array_index(list->frames, struct rec_frame, i);
}

struct merge {
    GArray *frames; /* struct rec_frame, what comes out */
    struct rec_frames *run, *smaller;
    guint at; /* of the smaller */
};

static void take(struct merge *merge, struct rec_frame *frame)
{
    g_array_append_val(merge->frames, *frame);
    frame->parameters = NULL; /* owned by the new list */
}

/* What of the holes is filled is none any more. */
static void holes_cut(struct rec_frames *run, int64_t start_us, int64_t end_us)
{
    for (guint i = 0; i < run->holes->len; i++) {
        struct rec_hole *hole = &g_array_index(run->holes, struct rec_hole, i);
        if (hole->start_us < end_us && hole->end_us > start_us)
            hole->end_us = MAX(hole->start_us, start_us);
    }
    for (guint i = run->holes->len; i-- > 0;) {
        const struct rec_hole *hole = &g_array_index(run->holes, struct rec_hole, i);
        if (hole->end_us <= hole->start_us)
            g_array_remove_index(run->holes, i);
    }
}

/* The small pictures between two moments, if they are far enough apart. */
static void fill(struct merge *merge, int64_t start_us, int64_t end_us)
{
    const GArray *small = merge->smaller->frames;
    int64_t first_us = 0;
    while (merge->at < small->len &&
           frame_at(merge->smaller, merge->at)->wall_us <= start_us + SAME_US)
        merge->at++;
    if (end_us - start_us <= MISSING_US)
        return;
    for (; merge->at < small->len; merge->at++) {
        struct rec_frame *frame = frame_at(merge->smaller, merge->at);
        if (frame->wall_us >= end_us - SAME_US)
            break;
        if (!first_us && !frame->keyframe)
            continue;
        first_us = first_us ? first_us : frame->wall_us;
        take(merge, frame);
    }
    if (first_us)
        holes_cut(merge->run, first_us, end_us);
}

void rec_layers_fill(struct rec_frames *run, struct rec_frames *smaller)
{
    if (!smaller->frames->len)
        return;
    struct merge merge = {.run = run, .smaller = smaller};
    int64_t before_us = frame_at(smaller, 0)->wall_us - SAME_US - 1;
    merge.frames = g_array_new(FALSE, FALSE, sizeof(struct rec_frame));
    for (guint i = 0; i < run->frames->len; i++) {
        struct rec_frame *frame = frame_at(run, i);
        if (frame->keyframe)
            fill(&merge, before_us, frame->wall_us);
        before_us = frame->wall_us;
        take(&merge, frame);
    }
    fill(&merge, before_us, frame_at(smaller, smaller->frames->len - 1)->wall_us + SAME_US + 1);
    g_array_set_size(run->frames, 0);
    g_array_append_vals(run->frames, merge.frames->data, merge.frames->len);
    g_array_unref(merge.frames);
}
