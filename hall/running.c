#include "hall/running.h"

#include <string.h>

#include "hall/audit.h"
#include "hall/desk.h"
#include "hall/people.h"
#include "hall/session.h"
#include "hall/ticket.h"

/* ---- out of the store -------------------------------------------------------------------------------------- */

static int running_read(const struct hall_store_row *row, void *user)
{
    struct hall *hall = user;
    struct hall_running running = {
        .session =
            {
                .matter = hall_matter_find(hall, hall_store_text(row, 3)),
                .recording_required = hall_store_int(row, 4),
                .state = strcmp(hall_store_text(row, 5), "active") ? HALL_SESSION_CONNECTING
                                                                   : HALL_SESSION_ACTIVE,
                .window = (unsigned)hall_store_int(row, 6),
                .created_at_us = hall_store_int(row, 8),
                .started_at_us = hall_store_int(row, 9),
                .unrecorded = hall_store_int(row, 10),
            },
        .held_at_us = hall_store_int(row, 11),
        .run = (unsigned)hall_store_int(row, 13),
    };
    hall_store_copy(row, 0, running.session.id.text, sizeof running.session.id.text);
    hall_store_copy(row, 1, running.session.ticket.text, sizeof running.session.ticket.text);
    hall_store_copy(row, 2, running.session.number, sizeof running.session.number);
    hall_store_copy(row, 7, running.session.staff_no, sizeof running.session.staff_no);
    hall_store_copy(row, 12, running.hold_reason, sizeof running.hold_reason);
    hall_store_copy(row, 14, running.session.notice_sha256, sizeof running.session.notice_sha256);
    g_array_append_val(hall->running, running);
    return 0;
}

static int people_load(struct hall *hall, struct hall_running *running)
{
    g_autoptr(GArray) people = g_array_new(FALSE, FALSE, sizeof(struct hall_person));
    int r = hall_people_read(hall, running->session.id.text, false, people);
    if (r < 0)
        return r;
    running->person_count = MIN(people->len, (guint)HALL_MAX_PEOPLE);
    for (size_t i = 0; i < running->person_count; i++)
        running->people[i] = g_array_index(people, struct hall_person, i);
    return 0;
}

int hall_running_load(struct hall *hall)
{
    int r =
        hall_store_query(hall->store,
                         "SELECT id, ticket, number, matter, recording_required, state, "
                         "window_no, staff_no, created_at_us, started_at_us, unrecorded, "
                         "held_at_us, hold_reason, runs, (SELECT notice_sha256 FROM ticket "
                         "WHERE ticket.id = session.ticket) FROM session WHERE state <> 'ended' "
                         "ORDER BY id",
                         HALL_NO_VALUES, running_read, hall);
    for (guint i = 0; r == 0 && i < hall->running->len; i++)
        r = people_load(hall, &g_array_index(hall->running, struct hall_running, i));
    return r;
}

/* ---- on, or not ---------------------------------------------------------------------------------------------- */

static struct ticket *ticket_of(struct hall *hall, const struct hall_session *view)
{
    struct ticket *ticket = hall_find_ticket(hall, view->ticket.text);
    return ticket && !strcmp(ticket->session.text, view->id.text) ? ticket : NULL;
}

static bool may_go_on(struct hall *hall, const struct hall_running *running)
{
    const struct hall_session *view = &running->session;
    const struct ticket *ticket = ticket_of(hall, view);
    bool is_ticket = *view->ticket.text;
    return view->matter && running->person_count && running->run < HALL_MAX_RUNS &&
           (!is_ticket || (ticket && hall_life_next(ticket->state, HALL_LIFE_REVIVED, NULL)));
}

static struct session *live_make(const struct change *change, const struct hall_running *running)
{
    const struct hall_timers *timers = &change->hall->timers;
    struct session *session = g_new0(struct session, 1);
    session->view = running->session;
    session->held = running->held_at_us;
    session->runs = running->run;
    if (running->session.state == HALL_SESSION_ACTIVE) {
        session->lost_citizen = session->lost_clerk = true;
        session->citizen_deadline_at_us = change->now_us + timers->citizen_lost_us;
        session->clerk_deadline_at_us = change->now_us + timers->clerk_lost_us;
    } else {
        session->deadline_at_us =
            hall_session_connect_by_us(change->hall, &running->session, change->now_us);
    }
    return session;
}

static void go_on(struct change *change, struct hall_running *running, int64_t down_us)
{
    struct hall *hall = change->hall;
    const char *id = running->session.id.text;
    struct ticket *ticket = ticket_of(hall, &running->session);
    running->run++;
    hall_session_adopt(hall, live_make(change, running));
    hall_change_exec(change, "UPDATE session SET runs = $1 WHERE id = $2",
                     HALL_VALUES(HALL_INT(running->run), HALL_TEXT(id)), 1);
    hall_audit_append(change, HALL_ACTOR_SYSTEM, "session.revived", id,
                      "number=%s run=%u down_ms=%" G_GINT64_FORMAT, running->session.number,
                      running->run, down_us / 1000);
    if (!ticket)
        return;
    hall_ticket_touch(change, ticket);
    ticket->online = ticket->parked = false;
    ticket->offline_at_us = change->now_us;
    hall_ticket_move(change, ticket, HALL_LIFE_REVIVED, HALL_ACTOR_SYSTEM, "session=%s", id);
    hall_desk_keep(change, ticket);
}

/* How far it had come, by who was there. */
static const char *phase_of(const struct hall_running *running)
{
    bool complete = running->person_count || *running->session.ticket.text;
    for (size_t i = 0; i < running->person_count; i++)
        complete = complete && running->people[i].present;
    if (running->session.state == HALL_SESSION_ACTIVE)
        return "active";
    return complete ? "connecting" : "gathering";
}

static void cut_off(struct change *change, const struct hall_running *running)
{
    struct hall_session view = running->session;
    view.state = HALL_SESSION_ENDED;
    view.ended_at_us = change->now_us;
    g_strlcpy(view.end_reason, "server_restart", sizeof view.end_reason);
    g_strlcpy(view.end_phase, phase_of(running), sizeof view.end_phase);
    hall_session_close_left(change, &view);
    g_array_append_val(change->hall->cut_off, view);
}

void hall_running_settle(struct change *change, bool alive, int64_t down_us)
{
    struct hall *hall = change->hall;
    for (guint i = 0; i < hall->running->len;) {
        struct hall_running *running = &g_array_index(hall->running, struct hall_running, i);
        if (alive && may_go_on(hall, running)) {
            go_on(change, running, down_us);
            i++;
        } else {
            cut_off(change, running);
            g_array_remove_index(hall->running, i);
        }
    }
}

const struct hall_running *hall_running(const struct hall *hall, size_t *ret_count)
{
    *ret_count = hall->running->len;
    return (const struct hall_running *)(void *)hall->running->data;
}

const struct hall_session *hall_cut_off(const struct hall *hall, size_t *ret_count)
{
    *ret_count = hall->cut_off->len;
    return (const struct hall_session *)(void *)hall->cut_off->data;
}

void hall_left_forget(struct hall *hall)
{
    g_array_set_size(hall->cut_off, 0);
    g_array_set_size(hall->running, 0);
    g_array_set_size(hall->pages, 0);
    g_array_set_size(hall->claims, 0);
}
