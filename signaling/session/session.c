#include "signaling/session/session.h"

#include <errno.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "signaling/session/ending.h"
#include "signaling/session/errands.h"
#include "signaling/session/hold.h"
#include "signaling/session/peer.h"
#include "signaling/session/recording.h"
#include "signaling/session/reports.h"
#include "signaling/session/slots.h"
#include "signaling/session/view.h"
#include "signaling/trim.h"

#define NEVER (-1)

/* [state][event] -> the state it leads to. */
static const int transitions[][SIG_EVENT_END + 1] = {
    /*                            COMPLETE                READY               HOLD              RESUME              END */
    [SIG_SESSION_GATHERING] = {SIG_SESSION_CONNECTING, NEVER, NEVER, NEVER, SIG_SESSION_ENDED},
    [SIG_SESSION_CONNECTING] = {NEVER, SIG_SESSION_ACTIVE, NEVER, NEVER, SIG_SESSION_ENDED},
    [SIG_SESSION_ACTIVE] = {NEVER, NEVER, SIG_SESSION_HELD, NEVER, SIG_SESSION_ENDED},
    [SIG_SESSION_HELD] = {NEVER, NEVER, NEVER, SIG_SESSION_ACTIVE, SIG_SESSION_ENDED},
    [SIG_SESSION_ENDED] = {NEVER, NEVER, NEVER, NEVER, NEVER},
};

static const char *const event_names[] = {"complete", "ready", "hold", "resume", "end"};
static const char *const state_names[] = {"gathering", "connecting", "active", "held", "ended"};

int sig_session_step(struct sig_session *session, enum sig_session_event event)
{
    int next = transitions[session->state][event];
    if (next == NEVER)
        return -EINVAL;
    const struct log_ids ids = {.session = session->id.text};
    log_about(LOG_AT_INFO, "session", ids, "%s -> %s (%s)", state_names[session->state],
              state_names[next], event_names[event]);
    session->state = (enum sig_session_state)next;
    return 0;
}

const char *sig_session_state_name(enum sig_session_state state)
{
    return state_names[state];
}

struct sig_session *sig_session_create(struct sig_daemon *daemon, const struct hall_session *view)
{
    struct sig_session *session = g_new0(struct sig_session, 1);
    daemon->tally.created++;
    session->daemon = daemon;
    session->id = view->id;
    session->ticket = view->ticket;
    session->matter = view->matter;
    session->window = view->window;
    session->recording_required = view->recording_required;
    session->recording = SIG_RECORDING_PREPARING;
    session->started_at_us = view->created_at_us ? view->created_at_us : clock_wall_us();
    g_strlcpy(session->number, view->number, sizeof session->number);
    g_strlcpy(session->notice_sha256, view->notice_sha256, sizeof session->notice_sha256);
    g_strlcpy(session->staff_no, view->staff_no, sizeof session->staff_no);
    g_hash_table_insert(daemon->sessions, session->id.text, session);
    return session;
}

void sig_session_destroy(struct sig_session *session)
{
    g_clear_handle_id(&session->hold_timer, g_source_remove);
    g_clear_handle_id(&session->connect_timer, g_source_remove);
    for (unsigned i = 0; i < SIG_MAX_PARTICIPANTS; i++)
        if (session->participants[i])
            sig_participant_destroy(session->participants[i]);
    g_hash_table_remove(session->daemon->sessions, session->id.text);
    sig_trim_request(session->daemon);
    g_free(session);
}

struct sig_session *sig_session_find(struct sig_daemon *daemon, const char *id)
{
    return g_hash_table_lookup(daemon->sessions, id);
}

struct sig_session *sig_session_by_ticket(struct sig_daemon *daemon, const char *ticket)
{
    GHashTableIter iter;
    gpointer value;
    g_hash_table_iter_init(&iter, daemon->sessions);
    while (g_hash_table_iter_next(&iter, NULL, &value)) {
        struct sig_session *session = value;
        if (*session->ticket.text && !strcmp(session->ticket.text, ticket))
            return session;
    }
    return NULL;
}

struct sig_session *sig_session_by_room(struct sig_daemon *daemon, sfu_room_id room)
{
    GHashTableIter iter;
    gpointer value;
    g_hash_table_iter_init(&iter, daemon->sessions);
    while (g_hash_table_iter_next(&iter, NULL, &value)) {
        struct sig_session *session = value;
        if (session->room && session->room == room)
            return session;
    }
    return NULL;
}

struct sig_session *sig_session_by_journal(struct sig_daemon *daemon, rec_journal_id journal)
{
    GHashTableIter iter;
    gpointer value;
    g_hash_table_iter_init(&iter, daemon->sessions);
    while (g_hash_table_iter_next(&iter, NULL, &value)) {
        struct sig_session *session = value;
        if (journal && (session->journal == journal || session->failed_journal == journal))
            return session;
    }
    return NULL;
}

int sig_session_room_open(struct sig_session *session)
{
    int r = session->room ? 0 : sfu_room_open(session->daemon->sfu, &session->room);
    if (r == 0)
        return 0;
    const struct log_ids ids = {.session = session->id.text};
    log_about(LOG_AT_WARNING, "session", ids, "no room: %s", g_strerror(-r));
    return -EAGAIN;
}

int sig_session_begin(struct sig_session *session)
{
    int r = sig_session_room_open(session);
    if (r < 0)
        return r;
    r = session->recording == SIG_RECORDING_OFF ? 0 : sig_recording_open(session);
    if (r < 0 && session->recording_required)
        return -EIO;
    sig_recording_describe(session);
    sig_session_step(session, SIG_EVENT_COMPLETE);
    for (unsigned i = 0; i < SIG_MAX_PARTICIPANTS; i++) {
        struct sig_participant *participant = session->participants[i];
        if (!participant)
            continue;
        sig_peer_gate(participant); /* who came by WHIP waited for this */
        sig_participant_event(
            participant, "session.started",
            json_pack("{s:o}", "session", sig_view_session(session, participant)));
    }
    return 0;
}

void sig_sessions_end(struct sig_daemon *daemon, enum sig_reason reason)
{
    GHashTableIter iter;
    gpointer session;
    for (;;) {
        g_hash_table_iter_init(&iter, daemon->sessions);
        if (!g_hash_table_iter_next(&iter, NULL, &session))
            return;
        sig_session_end(session, reason, NULL);
    }
}

static gboolean media_is_late(gpointer data)
{
    struct sig_session *session = data;
    session->connect_timer = 0;
    sig_session_end(session, SIG_REASON_CONNECT_TIMEOUT, NULL);
    return G_SOURCE_REMOVE;
}

void sig_session_await_media(struct sig_session *session)
{
    session->connect_timer =
        g_timeout_add(session->daemon->config->hall.connect_ms, media_is_late, session);
    sig_session_look(session); /* what came by WHIP may be there already */
}

/* Every party that a session cannot do without sends something. */
static bool media_flows(const struct sig_session *session)
{
    for (unsigned i = 0; i < SIG_MAX_PARTICIPANTS; i++) {
        const struct sig_participant *participant = session->participants[i];
        if (participant && sig_participant_is_party(participant) &&
            (!participant->publisher || !participant->publisher->media))
            return false;
    }
    return true;
}

void sig_session_look(struct sig_session *session)
{
    bool recorded =
        session->recording == SIG_RECORDING_DURABLE || session->recording == SIG_RECORDING_OFF ||
        (!session->recording_required && session->recording == SIG_RECORDING_UNAVAILABLE);
    if (session->state != SIG_SESSION_CONNECTING || !recorded || !media_flows(session))
        return;
    sig_session_step(session, SIG_EVENT_READY);
    session->daemon->tally.joins++;
    g_clear_handle_id(&session->connect_timer, g_source_remove);
    sig_report_started(session->daemon, session->id.text);
    sig_session_state_tell(session, NULL, NULL, false);
}

void sig_session_state_tell(struct sig_session *session, const char *reason,
                            const struct sig_participant *by, bool warn)
{
    const char *state = sig_session_state_name(session->state);
    sig_recording_write(session, "session.state", "STATE", state, "REASON", reason, "PARTICIPANT",
                        by ? by->id.text : NULL, NULL);
    json_t *d = json_pack("{s:s, s:s*, s:s*, s:I}", "state", state, "reason", reason, "ended_by",
                          by ? by->id.text : NULL, "at", (json_int_t)(clock_wall_us() / 1000));
    if (warn)
        json_object_set_new(d, "warn", json_true());
    sig_hold_view(session, d);
    sig_session_event(session, NULL, "session.state", d);
}

static void media_close(struct sig_session *session, const char *reason)
{
    for (unsigned i = 0; i < SIG_MAX_PARTICIPANTS; i++) {
        struct sig_participant *participant = session->participants[i];
        if (!participant)
            continue;
        sig_participant_lost_gap_write(participant);
        sig_interruption_end(participant);
        if (participant->present)
            sig_recording_person(participant, "participant.left", reason);
        sig_peers_forget(participant); /* the room takes them with it */
    }
    if (session->room)
        sig_errand_room_close(session->daemon, session->room);
    session->room = 0;
    sig_recording_close(session, reason);
}

void sig_session_end(struct sig_session *session, enum sig_reason reason,
                     const struct sig_participant *by)
{
    struct sig_ending ending = sig_ending_of(session, reason, by);
    sig_hold_gaps_write(session);
    if (sig_session_step(session, SIG_EVENT_END) < 0)
        return;
    sig_ending_tell(session, &ending);
    media_close(session, sig_reason_name(ending.reason));
    sig_report_ended(session->daemon, session->id.text, sig_reason_name(ending.reason),
                     sig_phase_name(ending.phase));
    sig_session_destroy(session);
}

void sig_session_event(struct sig_session *session, const struct sig_participant *except,
                       const char *name, json_t *d)
{
    for (unsigned i = 0; i < SIG_MAX_PARTICIPANTS; i++)
        if (session->participants[i] && session->participants[i] != except)
            sig_participant_event(session->participants[i], name, json_incref(d));
    json_decref(d);
}
