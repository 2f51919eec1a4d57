#include "recorder/mux/session.h"

#include "recorder/mux/section.h"

#include <errno.h>
#include <stddef.h>
#include <string.h>

enum { SECTIONS_MAX = 4096, PARTICIPANTS_MAX = 256 };
/* A segment that only became full is followed by the next one at once. */
#define RESTART_MIN_US 100000

const char *rec_source_name(enum rec_source source)
{
    static const char *const names[REC_SOURCE_COUNT] = {"mic", "camera", "document"};
    return names[source];
}

static void free_participant(void *data)
{
    struct rec_participant *participant = data;
    g_free(participant->id);
    g_free(participant->role);
    g_free(participant->label);
    g_free(participant);
}

static void clear_happening(void *data)
{
    struct rec_happening *happening = data;
    g_free(happening->entry);
}

void rec_session_init(struct rec_session *session)
{
    *session = (struct rec_session){
        .participants = g_ptr_array_new_with_free_func(free_participant),
        .sections = g_ptr_array_new_with_free_func(rec_section_destroy),
        .happenings = g_array_new(FALSE, FALSE, sizeof(struct rec_happening)),
        .restarts = g_array_new(FALSE, FALSE, sizeof(struct rec_span)),
        .tags = g_hash_table_new(NULL, NULL),
    };
    g_array_set_clear_func(session->happenings, clear_happening);
}

void rec_session_finish(struct rec_session *session)
{
    char *texts[] = {session->id,     session->number,   session->matter,    session->matter_name,
                     session->window, session->staff_no, session->end_reason};
    for (size_t i = 0; i < G_N_ELEMENTS(texts); i++)
        g_free(texts[i]);
    g_ptr_array_unref(session->participants);
    g_ptr_array_unref(session->sections);
    g_array_unref(session->happenings);
    g_array_unref(session->restarts);
    g_hash_table_unref(session->tags);
}

/* ---- who ------------------------------------------------------------------------------------------------ */

struct rec_participant *rec_session_participant(struct rec_session *session, const char *id,
                                                size_t len)
{
    for (guint i = 0; i < session->participants->len; i++) {
        struct rec_participant *participant = session->participants->pdata[i];
        if (strlen(participant->id) == len && memcmp(participant->id, id, len) == 0)
            return participant;
    }
    if (session->participants->len >= PARTICIPANTS_MAX)
        return session->participants->pdata[PARTICIPANTS_MAX - 1];
    struct rec_participant *participant = g_new0(struct rec_participant, 1);
    participant->id = g_strndup(id, len);
    g_ptr_array_add(session->participants, participant);
    return participant;
}

static struct rec_participant *participant_of_event(struct rec_session *session,
                                                    const struct rec_pcapng_entry *event)
{
    const struct rec_pcapng_field *id = rec_pcapng_field(event, "PARTICIPANT");
    return id && id->value_len ? rec_session_participant(session, id->value, id->value_len) : NULL;
}

static struct rec_participant *participant_of_tag(struct rec_session *session, uint32_t tag)
{
    struct rec_participant *participant = g_hash_table_lookup(session->tags, GUINT_TO_POINTER(tag));
    if (participant)
        return participant;
    g_autofree char *id = g_strdup_printf("unknown-%u", tag);
    participant = rec_session_participant(session, id, strlen(id));
    g_hash_table_insert(session->tags, GUINT_TO_POINTER(tag), participant);
    return participant;
}

static struct rec_section *find_section(const struct rec_session *session, uint32_t tag,
                                        unsigned number)
{
    for (guint i = session->sections->len; i-- > 0;) {
        struct rec_section *section = session->sections->pdata[i];
        if (section->tag == tag && section->number == number)
            return section;
    }
    return NULL;
}

/* ---- what happened ------------------------------------------------------------------------------------- */

static void take_text(const struct rec_pcapng_entry *event, const char *name, char **ret_text)
{
    const struct rec_pcapng_field *field = rec_pcapng_field(event, name);
    if (!field || !field->value_len)
        return;
    g_free(*ret_text);
    *ret_text = g_strndup(field->value, field->value_len);
}

static void on_info(struct rec_session *session, const struct rec_pcapng_block *block)
{
    const struct rec_pcapng_entry *event = &block->event;
    take_text(event, "MATTER", &session->matter);
    take_text(event, "MATTER_NAME", &session->matter_name);
    take_text(event, "NUMBER", &session->number);
    take_text(event, "WINDOW", &session->window);
    take_text(event, "STAFF_NO", &session->staff_no);
}

static void on_start(struct rec_session *session, const struct rec_pcapng_block *block)
{
    take_text(&block->event, "SESSION", &session->id);
    g_clear_pointer(&session->end_reason, g_free); /* it went on: that was not the end */
}

static void on_joined(struct rec_session *session, const struct rec_pcapng_block *block)
{
    struct rec_participant *participant = participant_of_event(session, &block->event);
    if (!participant)
        return;
    take_text(&block->event, "ROLE", &participant->role);
    take_text(&block->event, "LABEL", &participant->label);
    if (!participant->joined_us)
        participant->joined_us = block->event.wall_us;
    participant->left_us = 0;
}

static void on_left(struct rec_session *session, const struct rec_pcapng_block *block)
{
    struct rec_participant *participant = participant_of_event(session, &block->event);
    if (participant)
        participant->left_us = block->event.wall_us;
}

static uint32_t tag_of_event(const struct rec_pcapng_entry *event)
{
    return (uint32_t)(rec_pcapng_number(event, "TAG", 0) & 0xffffff);
}

static void on_peer(struct rec_session *session, const struct rec_pcapng_block *block)
{
    struct rec_participant *participant = participant_of_event(session, &block->event);
    if (participant)
        g_hash_table_insert(session->tags, GUINT_TO_POINTER(tag_of_event(&block->event)),
                            participant);
}

static void on_section(struct rec_session *session, const struct rec_pcapng_block *block)
{
    uint32_t tag = tag_of_event(&block->event);
    int64_t number = rec_pcapng_number(&block->event, "SECTION", -1);
    if (number < 0 || number >= 1000)
        return;
    struct rec_section *section = find_section(session, tag, (unsigned)number);
    if (!section) {
        if (session->sections->len >= SECTIONS_MAX)
            return;
        section = rec_section_create(tag, (unsigned)number);
        section->participant = participant_of_tag(session, tag);
        g_ptr_array_add(session->sections, section);
    }
    rec_section_describe(section, &block->event);
}

static void on_end(struct rec_session *session, const struct rec_pcapng_block *block)
{
    take_text(&block->event, "REASON", &session->end_reason);
}

static void on_state(struct rec_session *session, const struct rec_pcapng_block *block)
{
    const struct rec_pcapng_field *state = rec_pcapng_field(&block->event, "STATE");
    if (state && state->value_len == 5 && memcmp(state->value, "ended", 5) == 0)
        take_text(&block->event, "REASON", &session->end_reason);
}

/* `shown`: goes into the timeline. The rest is how the journal is made. */
static const struct {
    const char *type;
    void (*handle)(struct rec_session *session, const struct rec_pcapng_block *block);
    bool shown;
} event_types[] = {
    {"segment.start", on_start, false},      {"chain", NULL, false},
    {"media.section", on_section, false},    {"peer.open", on_peer, false},
    {"session.info", on_info, true},         {"session.state", on_state, true},
    {"participant.joined", on_joined, true}, {"participant.left", on_left, true},
    {"journal.end", on_end, true},
};

static void keep_happening(struct rec_session *session, const struct rec_pcapng_block *block)
{
    /* Only the fields that are there: a session has thousands of events. */
    size_t used = offsetof(struct rec_pcapng_entry, fields) +
                  block->event.field_count * sizeof block->event.fields[0];
    const struct rec_happening happening = {
        .wall_us = block->event.wall_us,
        .entry = g_memdup2(&block->event, used),
    };
    g_array_append_val(session->happenings, happening);
}

static void on_event(struct rec_session *session, const struct rec_pcapng_block *block)
{
    bool shown = true;
    for (size_t i = 0; i < G_N_ELEMENTS(event_types); i++) {
        if (!rec_pcapng_is(&block->event, event_types[i].type))
            continue;
        shown = event_types[i].shown;
        if (event_types[i].handle)
            event_types[i].handle(session, block);
    }
    if (shown)
        keep_happening(session, block);
}

/* ---- the walk ------------------------------------------------------------------------------------------- */

static void on_packet(struct rec_session *session, const struct rec_pcapng_rtp *packet)
{
    struct rec_section *section = find_section(session, packet->tag, packet->section);
    struct rec_rtp rtp;
    struct rec_sender_report report;
    bool mapped = false;
    if (section && packet->rtcp) {
        mapped = rec_sender_report_parse(packet->data, packet->len, &report);
        if (mapped)
            rec_section_report(section, &report, packet->wall_us);
    } else if (section && rec_rtp_parse(packet->data, packet->len, &rtp)) {
        mapped = rec_section_rtp(section, &rtp, packet->wall_us);
    }
    session->unmapped_packets += !mapped;
}

struct walk {
    struct rec_session *session;
    unsigned segment;
};

/* A daemon that goes on after a crash begins a new segment: what lies between is named. */
static void note_time(struct walk *walk, unsigned segment, int64_t wall_us)
{
    struct rec_session *session = walk->session;
    if (!session->started_us || wall_us < session->started_us)
        session->started_us = wall_us;
    if (segment != walk->segment && wall_us - session->ended_us > RESTART_MIN_US) {
        const struct rec_span span = {session->ended_us, wall_us};
        g_array_append_val(session->restarts, span);
    }
    walk->segment = segment;
    session->ended_us = MAX(session->ended_us, wall_us);
}

static void on_block(void *data, unsigned segment, const struct rec_pcapng_block *block)
{
    struct walk *walk = data;
    switch (block->kind) {
    case REC_PCAPNG_PACKET:
        note_time(walk, segment, block->packet.wall_us);
        on_packet(walk->session, &block->packet);
        break;
    case REC_PCAPNG_EVENT:
        note_time(walk, segment, block->event.wall_us);
        on_event(walk->session, block);
        break;
    case REC_PCAPNG_OTHER: break;
    }
}

int rec_session_read(struct rec_session *session, struct rec_segments *segments)
{
    struct walk walk = {.session = session};
    int r = rec_segments_read(segments, on_block, &walk);
    if (r == 0 && !session->started_us)
        r = -ENODATA;
    session->cut = !segments->ended;
    if (session->cut && !session->end_reason)
        session->end_reason = g_strdup("server_restart");
    for (guint i = 0; r == 0 && i < session->sections->len; i++) {
        struct rec_section *section = session->sections->pdata[i];
        section->participant = participant_of_tag(session, section->tag);
        for (guint s = 0; s < section->streams->len; s++)
            rec_stream_sort(section->streams->pdata[s]);
    }
    return r;
}
