#include "hall/session.h"

#include <string.h>

#include "hall/audit.h"
#include "hall/desk.h"
#include "hall/request.h"
#include "hall/ticket.h"
#include "hall/window.h"

/* How long the participants of an integrator's session have to come. */
#define OPENED_WAIT_US (30 * 60 * (int64_t)G_USEC_PER_SEC)

/* The participants of an integrator's session have longer, but once. */
int64_t hall_session_connect_by_us(const struct hall *hall, const struct hall_session *view,
                                   int64_t from_us)
{
    return *view->ticket.text ? from_us + hall->timers.connect_us
                              : view->created_at_us + OPENED_WAIT_US;
}

static bool is_required(const struct hall_matter *matter, enum hall_recording recording)
{
    return matter->recording_required || recording == HALL_RECORDING_REQUIRED;
}

struct session *hall_session_insert(struct change *change, const struct ticket *ticket,
                                    const struct hall_matter *matter, enum hall_recording recording,
                                    const char *actor)
{
    struct session *session = g_new0(struct session, 1);
    struct hall_session *view = &session->view;
    view->id = id_random();
    view->matter = matter;
    view->recording_required = is_required(matter, recording);
    view->unrecorded = recording == HALL_RECORDING_NONE && !view->recording_required;
    view->state = HALL_SESSION_CONNECTING;
    view->created_at_us = change->now_us;
    if (ticket) {
        view->ticket = ticket->id;
        memcpy(view->number, ticket->number, sizeof view->number);
        view->window = ticket->window;
        memcpy(view->staff_no, ticket->staff_no, sizeof view->staff_no);
        memcpy(view->notice_sha256, ticket->notice_sha256, sizeof view->notice_sha256);
    }
    session->deadline_at_us = hall_session_connect_by_us(change->hall, view, change->now_us);
    hall_change_exec(
        change,
        "INSERT INTO session (id, ticket, number, matter, recording_required, state, window_no, staff_no, "
        "created_at_us, started_at_us, ended_at_us, end_reason, result, unrecorded) "
        "VALUES ($1, $2, $3, $4, $5, 'connecting', $6, $7, $8, 0, 0, '', '', $9)",
        HALL_VALUES(HALL_TEXT(view->id.text), HALL_TEXT(view->ticket.text), HALL_TEXT(view->number),
                    HALL_TEXT(matter->code), HALL_INT(view->recording_required),
                    HALL_INT(view->window), HALL_TEXT(view->staff_no),
                    HALL_INT(view->created_at_us), HALL_INT(view->unrecorded)),
        1);
    hall_audit_append(change, actor, "session.created", view->id.text,
                      "ticket=%s number=%s matter=%s recording=%d window=%u staff=%s",
                      view->ticket.text, view->number, matter->code, view->recording_required,
                      view->window, view->staff_no);
    return session;
}

void hall_session_adopt(struct hall *hall, struct session *session)
{
    g_ptr_array_add(hall->sessions, session);
}

static void end_write(struct change *change, const struct hall_session *view, const char *actor)
{
    hall_change_exec(
        change,
        "UPDATE session SET state = 'ended', ended_at_us = $1, end_reason = $2, end_phase = $3 "
        "WHERE id = $4 AND state <> 'ended'",
        HALL_VALUES(HALL_INT(view->ended_at_us), HALL_TEXT(view->end_reason),
                    HALL_TEXT(view->end_phase), HALL_TEXT(view->id.text)),
        1);
    g_autofree char *word = hall_audit_word(view->end_reason);
    hall_audit_append(change, actor, "session.ended", view->id.text, "number=%s reason=%s phase=%s",
                      view->number, word, view->end_phase);
}

void hall_session_close(struct change *change, const char *id, const char *reason,
                        const char *phase, const char *actor)
{
    struct session *session = hall_find_session(change->hall, id);
    if (!session)
        return;
    hall_change_touch(change, session, sizeof *session);
    session->view.state = HALL_SESSION_ENDED;
    session->view.ended_at_us = change->now_us;
    g_strlcpy(session->view.end_reason, reason, sizeof session->view.end_reason);
    if (!*phase)
        phase = session->view.started_at_us ? "active" : "connecting";
    g_strlcpy(session->view.end_phase, phase, sizeof session->view.end_phase);
    end_write(change, &session->view, actor);
}

void hall_session_close_left(struct change *change, const struct hall_session *view)
{
    end_write(change, view, HALL_ACTOR_SYSTEM);
}

/* The session of a request where it is live, or NULL and a refusal. */
static struct session *live_session(struct hall *hall, const struct request *request,
                                    struct answer *answer)
{
    struct session *session = hall_find_session(hall, request->object);
    if (!session)
        hall_answer_refuse(answer, "session.none", "no such session, or it has ended");
    return session;
}

/* The ticket that is in this session now, or NULL. */
static struct ticket *ticket_in(struct hall *hall, const struct session *session)
{
    struct ticket *ticket = hall_find_ticket(hall, session->view.ticket.text);
    return ticket && !strcmp(ticket->session.text, session->view.id.text) ? ticket : NULL;
}

static void change_finish(struct change *change, struct session *session, struct ticket *ticket,
                          struct answer *answer)
{
    int r = hall_change_commit(change);
    if (r < 0) {
        hall_answer_store_failed(answer, r);
        return;
    }
    answer->has_session = true;
    answer->session = session->view;
    answer->ticket = ticket;
}

void hall_do_session_started(struct hall *hall, const struct request *request,
                             struct answer *answer)
{
    struct session *session = live_session(hall, request, answer);
    if (!session)
        return;
    if (session->view.state != HALL_SESSION_CONNECTING) {
        answer->has_session = true;
        answer->session = session->view;
        return;
    }
    struct ticket *ticket = ticket_in(hall, session);
    struct change change;
    hall_change_begin(&change, hall);
    hall_change_touch(&change, session, sizeof *session);
    session->view.state = HALL_SESSION_ACTIVE;
    session->view.started_at_us = change.now_us;
    session->deadline_at_us = 0;
    hall_change_exec(&change,
                     "UPDATE session SET state = 'active', started_at_us = $1 WHERE id = $2 AND "
                     "state = 'connecting'",
                     HALL_VALUES(HALL_INT(change.now_us), HALL_TEXT(session->view.id.text)), 1);
    hall_audit_append(&change, HALL_ACTOR_SYSTEM, "session.started", session->view.id.text,
                      "number=%s", session->view.number);
    if (ticket) {
        hall_ticket_touch(&change, ticket);
        ticket->served_at_us = change.now_us;
        hall_ticket_move(&change, ticket, HALL_LIFE_STARTED, HALL_ACTOR_SYSTEM, "session=%s",
                         session->view.id.text);
    }
    change_finish(&change, session, ticket, answer);
}

static bool reason_is_technical(const char *reason)
{
    static const char *const reasons[] = {"connect_timeout", "recording_failed", "server_restart",
                                          "lost_clerk"};
    for (size_t i = 0; i < G_N_ELEMENTS(reasons); i++) {
        if (!strcmp(reasons[i], reason))
            return true;
    }
    return false;
}

/* The ticket's way after its session, and the window's. */
static void ticket_leave(struct change *change, struct session *session, struct ticket *ticket,
                         const char *reason)
{
    struct window *window = hall_find_window(change->hall, ticket->window);
    if (session->view.started_at_us == 0 || reason_is_technical(reason)) {
        hall_desk_fail(change, ticket, reason, HALL_ACTOR_SYSTEM);
        if (!window)
            return;
        hall_change_touch(change, window, sizeof *window);
        if (!strcmp(reason, "lost_clerk"))
            window->state_after =
                HALL_WINDOW_NOT_READY; /* nothing is offered to who is not there */
        hall_window_release(change, window, "session_failed", HALL_ACTOR_SYSTEM);
        return;
    }
    g_autofree char *word = hall_audit_word(reason);
    hall_ticket_touch(change, ticket);
    ticket->deadline_at_us = change->now_us + change->hall->timers.wrap_up_us;
    hall_ticket_move(change, ticket, HALL_LIFE_ENDED, HALL_ACTOR_SYSTEM, "reason=%s", word);
    if (window && window->state != HALL_WINDOW_CLOSED)
        hall_window_move(change, window, HALL_WINDOW_WRAP_UP, "wrap_up", HALL_ACTOR_SYSTEM);
}

void hall_do_session_ended(struct hall *hall, const struct request *request, struct answer *answer)
{
    struct session *session = hall_find_session(hall, request->object);
    if (!session) {
        hall_do_session_get(hall, request,
                            answer); /* ended before: by its ticket's end, or asked twice */
        return;
    }
    struct ticket *ticket = ticket_in(hall, session);
    struct change change;
    hall_change_begin(&change, hall);
    hall_session_close(&change, session->view.id.text, request->text, request->phase,
                       HALL_ACTOR_SYSTEM);
    if (ticket)
        ticket_leave(&change, session, ticket, request->text);
    change_finish(&change, session, ticket, answer);
}

void hall_do_session_open(struct hall *hall, const struct request *request, struct answer *answer)
{
    const struct hall_matter *matter = hall_matter_find(hall, request->matter);
    if (!matter) {
        hall_answer_refuse(answer, "matter.unknown", "no matter \"%s\"", request->matter);
        return;
    }
    struct change change;
    hall_change_begin(&change, hall);
    struct session *session = hall_session_insert(&change, NULL, matter,
                                                  (enum hall_recording)request->mode, "integrator");
    int r = hall_change_commit(&change);
    if (r < 0) {
        g_free(session);
        hall_answer_store_failed(answer, r);
        return;
    }
    hall_session_adopt(hall, session);
    answer->has_session = true;
    answer->session = session->view;
}
