#include "recorder/mux/causes.h"

#include <string.h>

/* What is going on for a participant at some point of the walk over the events; 0: nothing. */
struct state {
    const struct rec_participant *participant;
    int64_t since_us[REC_SOURCE_COUNT];
    enum rec_cause cause[REC_SOURCE_COUNT];
};

struct walk {
    GArray *causes;
    const struct rec_session *session;
    GArray *states; /* struct state */
    GArray *open;   /* struct rec_gap: interruptions that have begun */
    int64_t held_us;
};

static void add(GArray *causes, const struct rec_participant *participant, enum rec_source source,
                enum rec_cause cause, int64_t start_us, int64_t end_us)
{
    const struct rec_gap gap = {participant, source, cause, start_us, end_us, false};
    if (end_us > start_us)
        g_array_append_val(causes, gap);
}

static bool text_is(const struct rec_pcapng_field *field, const char *text)
{
    size_t len = strlen(text);
    return field && field->value_len == len && memcmp(field->value, text, len) == 0;
}

static const struct rec_participant *participant_of(const struct walk *walk,
                                                    const struct rec_pcapng_entry *event)
{
    const struct rec_pcapng_field *id = rec_pcapng_field(event, "PARTICIPANT");
    for (guint i = 0; id && i < walk->session->participants->len; i++) {
        const struct rec_participant *participant = walk->session->participants->pdata[i];
        if (text_is(id, participant->id))
            return participant;
    }
    int64_t tag = rec_pcapng_number(event, "TAG", -1);
    return tag < 0 ? NULL : g_hash_table_lookup(walk->session->tags, GUINT_TO_POINTER((guint)tag));
}

static struct state *state_of(struct walk *walk, const struct rec_participant *participant)
{
    for (guint i = 0; i < walk->states->len; i++) {
        struct state *state = &g_array_index(walk->states, struct state, i);
        if (state->participant == participant)
            return state;
    }
    const struct state state = {.participant = participant};
    g_array_append_val(walk->states, state);
    return &g_array_index(walk->states, struct state, walk->states->len - 1);
}

/* ---- mute and background ------------------------------------------------------------------------------ */

static enum rec_cause cause_of(const struct rec_pcapng_entry *event, enum rec_cause otherwise)
{
    const struct rec_pcapng_field *cause = rec_pcapng_field(event, "CAUSE");
    if (text_is(cause, "phone_call"))
        return REC_CAUSE_PHONE_CALL;
    return text_is(cause, "background") ? REC_CAUSE_BACKGROUND : otherwise;
}

static void end_source(struct walk *walk, struct state *state, enum rec_source source,
                       int64_t now_us)
{
    if (state->since_us[source])
        add(walk->causes, state->participant, source, state->cause[source], state->since_us[source],
            now_us);
    state->since_us[source] = 0;
}

static void set_source(struct walk *walk, struct state *state, enum rec_source source, bool off,
                       enum rec_cause cause, int64_t now_us)
{
    if (off && state->since_us[source] && state->cause[source] == cause)
        return;
    end_source(walk, state, source, now_us);
    if (off) {
        state->since_us[source] = now_us;
        state->cause[source] = cause;
    }
}

static void on_mute(struct walk *walk, const struct rec_pcapng_entry *event)
{
    const struct rec_participant *participant = participant_of(walk, event);
    if (!participant)
        return;
    struct state *state = state_of(walk, participant);
    enum rec_cause cause = cause_of(event, REC_CAUSE_MUTE);
    int64_t audio = rec_pcapng_number(event, "AUDIO", -1);
    int64_t video = rec_pcapng_number(event, "VIDEO", -1);
    if (audio >= 0)
        set_source(walk, state, REC_SOURCE_MIC, audio, cause, event->wall_us);
    if (video >= 0)
        set_source(walk, state, REC_SOURCE_CAMERA, video, cause, event->wall_us);
}

/* Nobody is muted any more when the daemon was brought back: pages say it anew. */
static void on_revived(struct walk *walk, const struct rec_pcapng_entry *event)
{
    for (guint i = 0; i < walk->states->len; i++)
        for (enum rec_source source = REC_SOURCE_MIC; source < REC_SOURCE_COUNT; source++)
            end_source(walk, &g_array_index(walk->states, struct state, i), source, event->wall_us);
}

/* ---- hold ---------------------------------------------------------------------------------------------- */

/* A hold keeps the citizen's side out of the recording; the window's microphone goes on. */
static void end_hold(struct walk *walk, int64_t now_us)
{
    for (guint i = 0; walk->held_us && i < walk->session->participants->len; i++) {
        const struct rec_participant *participant = walk->session->participants->pdata[i];
        bool outside = g_strcmp0(participant->role, "citizen") == 0 ||
                       g_strcmp0(participant->role, "helper") == 0;
        for (enum rec_source s = REC_SOURCE_MIC; outside && s < REC_SOURCE_COUNT; s++)
            add(walk->causes, participant, s, REC_CAUSE_HOLD, walk->held_us, now_us);
    }
    walk->held_us = 0;
}

static void on_state(struct walk *walk, const struct rec_pcapng_entry *event)
{
    if (!text_is(rec_pcapng_field(event, "STATE"), "held"))
        end_hold(walk, event->wall_us);
    else if (!walk->held_us)
        walk->held_us = event->wall_us;
}

/* ---- gaps that were told --------------------------------------------------------------------------------- */

static bool cause_named(const struct rec_pcapng_field *field, enum rec_cause *ret_cause)
{
    for (enum rec_cause cause = REC_CAUSE_HOLD; cause <= REC_CAUSE_RESTART; cause++) {
        if (text_is(field, rec_cause_name(cause))) {
            *ret_cause = cause;
            return true;
        }
    }
    return false;
}

/* Of one PeerConnection where the event names its tag, else the participant's newest of that number. */
static const struct rec_section *section_of(const struct walk *walk,
                                            const struct rec_participant *participant,
                                            const struct rec_pcapng_entry *event)
{
    int64_t tag = rec_pcapng_number(event, "TAG", -1);
    int64_t number = rec_pcapng_number(event, "SECTION", -1);
    for (guint i = walk->session->sections->len; i-- > 0;) {
        const struct rec_section *section = walk->session->sections->pdata[i];
        bool is_its = tag >= 0 ? section->tag == tag : section->participant == participant;
        if (is_its && section->number == number)
            return section;
    }
    return NULL;
}

static void on_gap(struct walk *walk, const struct rec_pcapng_entry *event)
{
    enum rec_cause cause = REC_CAUSE_NETWORK;
    if (!cause_named(rec_pcapng_field(event, "CAUSE"), &cause))
        return;
    int64_t start_us = rec_pcapng_number(event, "START_US", event->wall_us);
    /* One lost packet has no length of its own. */
    int64_t end_us = MAX(rec_pcapng_number(event, "END_US", event->wall_us), start_us + 1);
    const struct rec_participant *participant = participant_of(walk, event);
    const struct rec_section *section = section_of(walk, participant, event);
    if (section) {
        add(walk->causes, section->participant, section->source, cause, start_us, end_us);
        return;
    }
    for (enum rec_source source = REC_SOURCE_MIC; source < REC_SOURCE_COUNT; source++)
        add(walk->causes, participant, source, cause, start_us, end_us);
}

/* ---- interruptions -------------------------------------------------------------------------------------- */

static void add_hint(struct walk *walk, const struct rec_participant *participant,
                     enum rec_cause cause, int64_t start_us, int64_t end_us)
{
    for (enum rec_source source = REC_SOURCE_MIC; source < REC_SOURCE_COUNT; source++) {
        const struct rec_gap hint = {participant, source, cause, start_us, end_us, true};
        if (end_us > start_us)
            g_array_append_val(walk->causes, hint);
    }
}

static void forget_open(struct walk *walk, const struct rec_participant *participant,
                        enum rec_cause cause)
{
    for (guint i = walk->open->len; i-- > 0;) {
        const struct rec_gap *begun = &g_array_index(walk->open, struct rec_gap, i);
        if (begun->participant == participant && begun->cause == cause)
            g_array_remove_index_fast(walk->open, i);
    }
}

/* The end tells of both; a journal that breaks off has the beginning alone, and it lasted until then. */
static void on_interruption(struct walk *walk, const struct rec_pcapng_entry *event)
{
    enum rec_cause cause;
    const struct rec_participant *participant = participant_of(walk, event);
    if (!participant || !cause_named(rec_pcapng_field(event, "CAUSE"), &cause) ||
        cause == REC_CAUSE_NETWORK)
        return; /* a bad network shows in the media */
    int64_t start_us = rec_pcapng_number(event, "START_US", event->wall_us);
    if (text_is(rec_pcapng_field(event, "STATE"), "end")) {
        add_hint(walk, participant, cause, start_us,
                 rec_pcapng_number(event, "END_US", event->wall_us));
        forget_open(walk, participant, cause);
    } else {
        const struct rec_gap open = {participant, REC_SOURCE_MIC, cause, start_us, 0, true};
        g_array_append_val(walk->open, open);
    }
}

static void add_restarts(struct walk *walk)
{
    for (guint i = 0; i < walk->session->restarts->len; i++) {
        const struct rec_span *span = &g_array_index(walk->session->restarts, struct rec_span, i);
        for (enum rec_source source = REC_SOURCE_MIC; source < REC_SOURCE_COUNT; source++)
            add(walk->causes, NULL, source, REC_CAUSE_RESTART, span->start_us, span->end_us);
    }
}

/* ---- all together ----------------------------------------------------------------------------------------- */

static gint compare_causes(gconstpointer a, gconstpointer b)
{
    const struct rec_gap *first = a;
    const struct rec_gap *second = b;
    if (first->participant != second->participant)
        return first->participant < second->participant ? -1 : 1;
    if (first->source != second->source)
        return (int)first->source - (int)second->source;
    if (first->cause != second->cause)
        return (int)first->cause - (int)second->cause;
    if (first->hint != second->hint)
        return first->hint ? 1 : -1;
    return first->start_us < second->start_us ? -1 : first->start_us > second->start_us;
}

/* A mute is told when it begins, when it ends, and as a gap: one is enough. */
static void merge(GArray *causes)
{
    g_array_sort(causes, compare_causes);
    guint kept = 0;
    for (guint i = 0; i < causes->len; i++) {
        const struct rec_gap cause = g_array_index(causes, struct rec_gap, i);
        struct rec_gap *last = kept ? &g_array_index(causes, struct rec_gap, kept - 1) : NULL;
        if (last && last->participant == cause.participant && last->source == cause.source &&
            last->cause == cause.cause && last->hint == cause.hint &&
            cause.start_us <= last->end_us)
            last->end_us = MAX(last->end_us, cause.end_us);
        else
            g_array_index(causes, struct rec_gap, kept++) = cause;
    }
    g_array_set_size(causes, kept);
}

GArray *rec_causes_collect(const struct rec_session *session)
{
    g_autoptr(GArray) states = g_array_new(FALSE, FALSE, sizeof(struct state));
    GArray *causes = g_array_new(FALSE, FALSE, sizeof(struct rec_gap));
    g_autoptr(GArray) open = g_array_new(FALSE, FALSE, sizeof(struct rec_gap));
    struct walk walk = {.causes = causes, .session = session, .states = states, .open = open};
    for (guint i = 0; i < session->happenings->len; i++) {
        const struct rec_pcapng_entry *event =
            g_array_index(session->happenings, struct rec_happening, i).entry;
        if (rec_pcapng_is(event, "media.mute"))
            on_mute(&walk, event);
        else if (rec_pcapng_is(event, "session.revived"))
            on_revived(&walk, event);
        else if (rec_pcapng_is(event, "session.state"))
            on_state(&walk, event);
        else if (rec_pcapng_is(event, "interruption"))
            on_interruption(&walk, event);
        else if (rec_pcapng_is(event, "gap"))
            on_gap(&walk, event);
    }
    end_hold(&walk, session->ended_us);
    for (guint i = 0; i < open->len; i++) {
        const struct rec_gap *begun = &g_array_index(open, struct rec_gap, i);
        add_hint(&walk, begun->participant, begun->cause, begun->start_us, session->ended_us);
    }
    for (guint i = 0; i < states->len; i++)
        for (enum rec_source source = REC_SOURCE_MIC; source < REC_SOURCE_COUNT; source++)
            end_source(&walk, &g_array_index(states, struct state, i), source, session->ended_us);
    add_restarts(&walk);
    merge(causes);
    return causes;
}

bool rec_cause_is_of_people(enum rec_cause cause)
{
    return cause == REC_CAUSE_HOLD || cause == REC_CAUSE_MUTE || cause == REC_CAUSE_BACKGROUND ||
           cause == REC_CAUSE_PHONE_CALL;
}

bool rec_cause_is_intended(const struct rec_gap *cause)
{
    return !cause->hint && rec_cause_is_of_people(cause->cause);
}

bool rec_cause_applies(const struct rec_gap *cause, const struct rec_participant *participant,
                       enum rec_source source, int64_t start_us, int64_t end_us)
{
    return (!cause->participant || cause->participant == participant) && cause->source == source &&
           cause->start_us < end_us && cause->end_us > start_us;
}
