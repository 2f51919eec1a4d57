#include "recorder/mux/gaps.h"

#include "recorder/mux/causes.h"

#include <string.h>

/* Longer than a sender with nothing to say stays quiet: Opus in DTX speaks every 400 ms, a browser
 * repeats a still picture of a camera about once a second. A document that does not change, or is shown
 * no longer, sends nothing for as long as it likes. */
static const int64_t silence_us[REC_SOURCE_COUNT] = {1000000, 2500000, INT64_MAX};
/* Where the journal tells of a fault so much silence is its doing. Less is what a decoder conceals. */
#define TOLD_SILENCE_US 100000
/* What is left over at the edges of an explained gap belongs to it: a picture comes back with the next
 * key frame, not at the moment a hold ends. */
#define REST_MIN_US 1000000
/* A camera that was off has to start first. */
#define CAMERA_REST_US 2500000
/* A document that was seen so short a time before is still being shown. */
#define DOCUMENT_SHOWN_US 10000000

const char *rec_cause_name(enum rec_cause cause)
{
    static const char *const names[] = {"HOLD",    "MUTE",     "BACKGROUND", "PHONE_CALL",
                                        "NETWORK", "HANDOVER", "OVERFLOW",   "RESTART"};
    return names[cause];
}

struct search {
    struct rec_gaps *gaps;
    const GArray *causes; /* struct rec_gap */
    const struct rec_track *track;
};

static void add(struct search *search, enum rec_cause cause, int64_t start_us, int64_t end_us)
{
    const struct rec_gap gap = {
        search->track->participant, search->track->source, cause, start_us, end_us, false};
    g_array_append_val(search->gaps->gaps, gap);
}

static void add_missing(struct search *search, enum rec_cause cause, int64_t start_us,
                        int64_t end_us)
{
    add(search, cause, start_us, end_us);
    search->gaps->missing_us += end_us - start_us;
}

static bool applies(const struct search *search, const struct rec_gap *cause, int64_t start_us,
                    int64_t end_us)
{
    return rec_cause_applies(cause, search->track->participant, search->track->source, start_us,
                             end_us);
}

static int64_t rest_us(const struct rec_gap *cause)
{
    return cause->source == REC_SOURCE_CAMERA && cause->cause != REC_CAUSE_HOLD ? CAMERA_REST_US
                                                                                : REST_MIN_US;
}

static bool is_intended(const struct rec_gap *cause)
{
    return rec_cause_is_intended(cause);
}

static bool is_ours(const struct rec_gap *cause)
{
    return cause->cause == REC_CAUSE_OVERFLOW || cause->cause == REC_CAUSE_RESTART;
}

static bool is_hint(const struct rec_gap *cause)
{
    return cause->hint;
}

/* The first of a kind that explains something of this time; NULL: none. */
static const struct rec_gap *find_cause(const struct search *search,
                                        bool (*fits)(const struct rec_gap *cause), int64_t start_us,
                                        int64_t end_us)
{
    for (guint i = 0; i < search->causes->len; i++) {
        const struct rec_gap *cause = &g_array_index(search->causes, struct rec_gap, i);
        if (fits(cause) && applies(search, cause, start_us, end_us))
            return cause;
    }
    return NULL;
}

/* What people did on purpose is taken out of a hole (it is in the list on its own): a fault in its midst took nothing
 * away. Of the rest, what a fault of ours explains is that fault's from end to end, then what a hint explains, else it is
 * the network's. A phone call and the background are missed by nobody. */
static void explain(struct search *search, int64_t start_us, int64_t end_us)
{
    const struct rec_gap *cause = find_cause(search, is_intended, start_us, end_us);
    if (cause) {
        if (cause->start_us - start_us >= REST_MIN_US)
            explain(search, start_us, cause->start_us);
        if (end_us - cause->end_us >= rest_us(cause))
            explain(search, cause->end_us, end_us);
        return;
    }
    cause = find_cause(search, is_ours, start_us, end_us);
    if (!cause)
        cause = find_cause(search, is_hint, start_us, end_us);
    if (cause && rec_cause_is_of_people(cause->cause))
        add(search, cause->cause, start_us, end_us);
    else
        add_missing(search, cause ? cause->cause : REC_CAUSE_NETWORK, start_us, end_us);
}

static bool is_in_hole(const struct rec_frames *run, int64_t start_us, int64_t end_us)
{
    for (guint i = 0; i < run->holes->len; i++) {
        const struct rec_hole *hole = &g_array_index(run->holes, struct rec_hole, i);
        if (hole->start_us < end_us && hole->end_us > start_us)
            return true;
    }
    return false;
}

/* A fault that the journal tells of within that time, or NULL. */
static const struct rec_gap *find_fault(const struct search *search, int64_t start_us,
                                        int64_t end_us)
{
    for (guint i = 0; i < search->causes->len; i++) {
        const struct rec_gap *cause = &g_array_index(search->causes, struct rec_gap, i);
        if (!rec_cause_is_of_people(cause->cause) && applies(search, cause, start_us, end_us))
            return cause;
    }
    return NULL;
}

/* Of a document's silence only what faults explain is missing. Nothing is left beside a fault that reaches beyond it. */
static void explain_document(struct search *search, int64_t start_us, int64_t end_us)
{
    const struct rec_gap *fault = start_us < end_us ? find_fault(search, start_us, end_us) : NULL;
    if (!fault)
        return;
    int64_t from_us = MAX(fault->start_us, start_us);
    int64_t until_us = MIN(fault->end_us, end_us);
    if (until_us - from_us >= TOLD_SILENCE_US)
        explain(search, from_us, until_us);
    explain_document(search, start_us, from_us);
    explain_document(search, until_us, end_us);
}

static void explain_silence(struct search *search, int64_t start_us, int64_t end_us)
{
    if (end_us - start_us < TOLD_SILENCE_US)
        return;
    if (search->track->source == REC_SOURCE_DOCUMENT)
        explain_document(search, start_us, end_us);
    else if (end_us - start_us > silence_us[search->track->source] ||
             find_fault(search, start_us, end_us))
        explain(search, start_us, end_us);
}

static void find_silence(struct search *search, const struct rec_frames *run, int64_t *last_us)
{
    for (guint i = 0; i < run->frames->len; i++) {
        int64_t at_us = g_array_index(run->frames, struct rec_frame, i).wall_us;
        if (*last_us && !is_in_hole(run, *last_us, at_us))
            explain_silence(search, *last_us, at_us);
        *last_us = at_us;
    }
    for (guint i = 0; i < run->holes->len; i++) {
        const struct rec_hole *hole = &g_array_index(run->holes, struct rec_hole, i);
        explain(search, hole->start_us, hole->end_us);
    }
}

/* Those on purpose, as far as the track reaches. */
static void add_intended(struct search *search, int64_t start_us, int64_t end_us)
{
    for (guint i = 0; i < search->causes->len; i++) {
        const struct rec_gap *cause = &g_array_index(search->causes, struct rec_gap, i);
        if (rec_cause_is_intended(cause) && applies(search, cause, start_us, end_us))
            add(search, cause->cause, MAX(cause->start_us, start_us), MIN(cause->end_us, end_us));
    }
}

/* Until when something should have come. A document that sends no more is shown no more. */
static int64_t expected_until_us(const struct search *search, const struct rec_session *session,
                                 int64_t last_us)
{
    int64_t left_us = search->track->participant->left_us;
    if (search->track->source == REC_SOURCE_DOCUMENT)
        return last_us;
    return MAX(last_us, left_us ? left_us : session->ended_us);
}

/* The daemon died and nobody went on: nothing is known of what came after, not even how long it was. */
static void add_cut(struct search *search, const struct rec_session *session, int64_t last_us)
{
    bool shown = search->track->source != REC_SOURCE_DOCUMENT ||
                 session->ended_us - last_us < DOCUMENT_SHOWN_US;
    if (session->cut && shown && !search->track->participant->left_us)
        add(search, REC_CAUSE_RESTART, session->ended_us, session->ended_us);
}

static void search_track(struct search *search, const struct rec_session *session)
{
    const struct rec_track *track = search->track;
    int64_t first_us = 0, last_us = 0;
    for (guint r = 0; r < track->runs->len; r++) {
        const struct rec_frames *run = track->runs->pdata[r];
        if (!first_us && run->frames->len)
            first_us = g_array_index(run->frames, struct rec_frame, 0).wall_us;
        find_silence(search, run, &last_us);
    }
    if (!first_us)
        return;
    int64_t end_us = expected_until_us(search, session, last_us);
    explain_silence(search, last_us, end_us);
    add_intended(search, first_us, end_us);
    add_cut(search, session, last_us);
    search->gaps->expected_us += end_us - first_us;
}

static gint compare_gaps(gconstpointer a, gconstpointer b)
{
    const struct rec_gap *first = a;
    const struct rec_gap *second = b;
    if (first->start_us != second->start_us)
        return first->start_us < second->start_us ? -1 : 1;
    int r = strcmp(first->participant->id, second->participant->id);
    return r ? r : (int)first->source - (int)second->source;
}

void rec_gaps_init(struct rec_gaps *gaps, const struct rec_session *session,
                   const struct rec_legs *legs, const GArray *causes)
{
    *gaps = (struct rec_gaps){.gaps = g_array_new(FALSE, FALSE, sizeof(struct rec_gap))};
    for (guint i = 0; i < legs->tracks->len; i++) {
        struct search search = {.gaps = gaps, .causes = causes, .track = legs->tracks->pdata[i]};
        search_track(&search, session);
    }
    g_array_sort(gaps->gaps, compare_gaps);
}

void rec_gaps_finish(struct rec_gaps *gaps)
{
    g_array_unref(gaps->gaps);
}
