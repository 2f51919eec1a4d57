/* Hold and loss of a running session. */
#include <string.h>

#include "hall/audit.h"
#include "hall/request.h"
#include "hall/session.h"
#include "hall/ticket.h"

/* Sets who is lost, with the time each has to come back. */
static void lost_set(struct session *session, bool citizen, bool clerk, bool is_lost,
                     const struct change *change)
{
    const struct hall_timers *timers = &change->hall->timers;
    if (citizen && session->lost_citizen != is_lost) {
        session->lost_citizen = is_lost;
        session->citizen_deadline_at_us = is_lost ? change->now_us + timers->citizen_lost_us : 0;
    }
    if (clerk && session->lost_clerk != is_lost) {
        session->lost_clerk = is_lost;
        session->clerk_deadline_at_us = is_lost ? change->now_us + timers->clerk_lost_us : 0;
    }
}

/* Whom a reason speaks of: "lost_clerk" and "clerk" of the clerk, nothing of both sides, "helper" of neither. */
struct parties {
    bool citizen, clerk;
};

static struct parties parties_of(const char *reason)
{
    return (struct parties){
        .citizen = !*reason || strstr(reason, "citizen"),
        .clerk = !*reason || strstr(reason, "clerk"),
    };
}

/* What the mark means to the ticket; false: it does not fit the session. */
static bool event_of(const struct session *session, enum hall_session_mark mark,
                     enum hall_life_event *ret_event)
{
    bool lost = session->lost_citizen || session->lost_clerk;
    switch (mark) {
    case HALL_SESSION_HOLD: *ret_event = HALL_LIFE_HELD; return !session->held;
    case HALL_SESSION_RESUME: *ret_event = HALL_LIFE_RESUMED; return session->held;
    case HALL_SESSION_LOST: *ret_event = HALL_LIFE_LOST; return true;
    case HALL_SESSION_BACK:
        *ret_event = session->held ? HALL_LIFE_BACK_HELD : HALL_LIFE_BACK;
        return lost;
    }
    return false;
}

/* Whether the ticket moves: not when the other side is still lost, nor for who is neither side. */
static bool session_apply(struct session *session, enum hall_session_mark mark, const char *reason,
                          const struct change *change)
{
    struct parties parties = parties_of(reason);
    switch (mark) {
    case HALL_SESSION_HOLD: session->held = true; return true;
    case HALL_SESSION_RESUME: session->held = false; return true;
    case HALL_SESSION_LOST:
        lost_set(session, parties.citizen, parties.clerk, true, change);
        return parties.citizen || parties.clerk;
    case HALL_SESSION_BACK:
        lost_set(session, parties.citizen, parties.clerk, false, change);
        return !session->lost_citizen && !session->lost_clerk;
    }
    return false;
}

/* What a restart has to know. */
static void hold_write(struct change *change, const struct session *session,
                       enum hall_session_mark mark, const char *reason)
{
    if (mark != HALL_SESSION_HOLD && mark != HALL_SESSION_RESUME)
        return;
    hall_change_exec(change, "UPDATE session SET held_at_us = $1, hold_reason = $2 WHERE id = $3",
                     HALL_VALUES(HALL_INT(session->held ? change->now_us : 0),
                                 HALL_TEXT(session->held ? reason : ""),
                                 HALL_TEXT(session->view.id.text)),
                     1);
}

static const char *mark_name(enum hall_session_mark mark)
{
    switch (mark) {
    case HALL_SESSION_HOLD: return "session.held";
    case HALL_SESSION_RESUME: return "session.resumed";
    case HALL_SESSION_LOST: return "session.lost";
    case HALL_SESSION_BACK: return "session.back";
    }
    return NULL;
}

static void mark_apply(struct hall *hall, struct session *session, enum hall_session_mark mark,
                       enum hall_life_event event, const struct request *request,
                       struct answer *answer)
{
    struct ticket *ticket = hall_find_ticket(hall, session->view.ticket.text);
    g_autofree char *reason = hall_audit_word(request->text);
    struct change change;
    hall_change_begin(&change, hall);
    hall_change_touch(&change, session, sizeof *session);
    bool moves = session_apply(session, mark, request->text, &change);
    hold_write(&change, session, mark, request->text);
    hall_audit_append(&change, HALL_ACTOR_SYSTEM, mark_name(mark), session->view.id.text,
                      "number=%s reason=%s", session->view.number, reason);
    if (ticket && moves)
        hall_ticket_move(&change, ticket, event, HALL_ACTOR_SYSTEM, "reason=%s", reason);
    int r = hall_change_commit(&change);
    if (r < 0) {
        hall_answer_store_failed(answer, r);
        return;
    }
    answer->has_session = true;
    answer->session = session->view;
    answer->ticket = ticket;
}

void hall_do_session_mark(struct hall *hall, const struct request *request, struct answer *answer)
{
    struct session *session = hall_find_session(hall, request->object);
    if (!session) {
        hall_answer_refuse(answer, "session.none", "no such session, or it has ended");
        return;
    }
    enum hall_session_mark mark = (enum hall_session_mark)request->mode;
    enum hall_life_event event;
    if (session->view.state != HALL_SESSION_ACTIVE || !event_of(session, mark, &event)) {
        hall_answer_refuse(answer, "session.state", "not in this state of the session");
        return;
    }
    mark_apply(hall, session, mark, event, request, answer);
}
