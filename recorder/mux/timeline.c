#include "recorder/mux/timeline.h"

#include <errno.h>
#include <jansson.h>
#include <math.h>
#include <string.h>
#include <sys/stat.h>

struct timeline {
    const struct rec_session *session;
    const struct rec_legs *legs;
    const struct rec_gaps *gaps;
    const char *folder;
};

static json_t *at_ms(const struct timeline *t, int64_t wall_us)
{
    return json_integer((wall_us - t->session->started_us) / 1000);
}

static json_t *text_or_null(const char *text)
{
    return text ? json_string(text) : json_null();
}

/* A journal's bytes may be no UTF-8 although the writer saw to it: they may be damaged. */
static json_t *text_of(const struct rec_pcapng_field *field)
{
    json_t *text = json_stringn(field->value, field->value_len);
    if (text)
        return text;
    g_autofree char *valid = g_utf8_make_valid(field->value, (gssize)field->value_len);
    return json_string(valid);
}

static json_t *participants(const struct timeline *t)
{
    json_t *list = json_array();
    for (guint i = 0; i < t->session->participants->len; i++) {
        const struct rec_participant *p = t->session->participants->pdata[i];
        json_t *entry = json_object();
        json_object_set_new(entry, "id", json_string(p->id));
        json_object_set_new(entry, "role", text_or_null(p->role));
        json_object_set_new(entry, "label", text_or_null(p->label));
        json_object_set_new(entry, "joined_ms",
                            p->joined_us ? at_ms(t, p->joined_us) : json_null());
        json_object_set_new(entry, "left_ms", p->left_us ? at_ms(t, p->left_us) : json_null());
        json_array_append_new(list, entry);
    }
    return list;
}

static json_int_t file_bytes(const struct timeline *t, const char *file)
{
    g_autofree char *path = g_build_filename(t->folder, file, NULL);
    struct stat st;
    return stat(path, &st) == 0 ? (json_int_t)st.st_size : 0;
}

static json_t *legs(const struct timeline *t)
{
    json_t *list = json_array();
    for (guint i = 0; i < t->legs->legs->len; i++) {
        const struct rec_leg *leg = t->legs->legs->pdata[i];
        json_t *entry = json_object();
        json_object_set_new(entry, "file", json_string(leg->file));
        json_object_set_new(entry, "participant", json_string(leg->participant->id));
        json_object_set_new(entry, "role", text_or_null(leg->participant->role));
        json_object_set_new(entry, "source", json_string(rec_source_name(leg->source)));
        json_object_set_new(entry, "codec", json_string(rec_codec_name(leg->codec)));
        json_object_set_new(entry, "audio", json_boolean(leg->audio->len));
        json_object_set_new(entry, "start_ms", at_ms(t, leg->start_us));
        json_object_set_new(entry, "end_ms", at_ms(t, leg->end_us));
        json_object_set_new(entry, "width", json_integer(leg->width));
        json_object_set_new(entry, "height", json_integer(leg->height));
        json_object_set_new(entry, "frames", json_integer(leg->video->len));
        json_object_set_new(entry, "video_packets", json_integer((json_int_t)leg->video_packets));
        json_object_set_new(entry, "audio_packets", json_integer((json_int_t)leg->audio_packets));
        json_object_set_new(entry, "lost", json_integer((json_int_t)leg->lost));
        json_object_set_new(entry, "repaired", json_integer((json_int_t)leg->repaired));
        json_object_set_new(entry, "bytes", json_integer(file_bytes(t, leg->file)));
        json_array_append_new(list, entry);
    }
    return list;
}

static json_t *gap_list(const struct timeline *t)
{
    json_t *list = json_array();
    for (guint i = 0; i < t->gaps->gaps->len; i++) {
        const struct rec_gap *gap = &g_array_index(t->gaps->gaps, struct rec_gap, i);
        json_t *entry = json_object();
        json_object_set_new(entry, "participant", json_string(gap->participant->id));
        json_object_set_new(entry, "source", json_string(rec_source_name(gap->source)));
        json_object_set_new(entry, "start_ms", at_ms(t, gap->start_us));
        json_object_set_new(entry, "end_ms", at_ms(t, gap->end_us));
        json_object_set_new(entry, "cause", json_string(rec_cause_name(gap->cause)));
        json_array_append_new(list, entry);
    }
    return list;
}

static json_t *event(const struct timeline *t, const struct rec_happening *happening)
{
    const struct rec_pcapng_entry *source = happening->entry;
    json_t *entry = json_object();
    json_object_set_new(entry, "at_ms", at_ms(t, happening->wall_us));
    json_object_set_new(entry, "type", text_of(&source->type));
    for (size_t i = 0; i < source->field_count; i++) {
        const struct rec_pcapng_field *field = &source->fields[i];
        g_autofree char *name = g_ascii_strdown(field->name, (gssize)field->name_len);
        if (g_utf8_validate(name, -1, NULL) && !json_object_get(entry, name))
            json_object_set_new(entry, name, text_of(field));
    }
    return entry;
}

static json_t *events(const struct timeline *t)
{
    json_t *list = json_array();
    for (guint i = 0; i < t->session->happenings->len; i++)
        json_array_append_new(
            list, event(t, &g_array_index(t->session->happenings, struct rec_happening, i)));
    return list;
}

/* What is there of what should be. Rounded down: only a whole recording is 100 %. */
static json_t *completeness(const struct rec_gaps *gaps)
{
    double share = gaps->expected_us > 0
                       ? 1 - MIN((double)gaps->missing_us / (double)gaps->expected_us, 1.0)
                       : 1;
    json_t *entry = json_object();
    json_object_set_new(entry, "percent", json_real(floor(share * 10000) / 100));
    json_object_set_new(entry, "missing_ms", json_integer(gaps->missing_us / 1000));
    return entry;
}

static json_t *head(const struct timeline *t)
{
    const struct rec_session *s = t->session;
    json_t *root = json_object();
    json_object_set_new(root, "version", json_integer(1));
    json_object_set_new(root, "session", text_or_null(s->id));
    json_object_set_new(root, "number", text_or_null(s->number));
    json_t *matter = json_object();
    json_object_set_new(matter, "code", text_or_null(s->matter));
    json_object_set_new(matter, "name", text_or_null(s->matter_name));
    json_object_set_new(root, "matter", matter);
    json_object_set_new(root, "window", text_or_null(s->window));
    json_object_set_new(root, "staff_no", text_or_null(s->staff_no));
    json_object_set_new(root, "started_at", json_integer(s->started_us / 1000));
    json_object_set_new(root, "ended_at", json_integer(s->ended_us / 1000));
    json_object_set_new(root, "duration_ms", json_integer((s->ended_us - s->started_us) / 1000));
    json_object_set_new(root, "end_reason", text_or_null(s->end_reason));
    json_object_set_new(root, "completeness", completeness(t->gaps));
    json_t *sync = json_object();
    json_object_set_new(sync, "max_ms", json_integer((t->legs->sync_worst_us + 999) / 1000));
    json_object_set_new(root, "sync", sync);
    return root;
}

int rec_timeline_write(const char *folder, const struct rec_session *session,
                       const struct rec_legs *all_legs, const struct rec_gaps *gaps)
{
    const struct timeline t = {session, all_legs, gaps, folder};
    json_t *root = head(&t);
    json_object_set_new(root, "participants", participants(&t));
    json_object_set_new(root, "legs", legs(&t));
    json_object_set_new(root, "gaps", gap_list(&t));
    json_object_set_new(root, "events", events(&t));
    g_autofree char *path = g_build_filename(folder, "timeline.json", NULL);
    int r = json_dump_file(root, path, JSON_INDENT(1)) < 0 ? -EIO : 0;
    json_decref(root);
    return r;
}
