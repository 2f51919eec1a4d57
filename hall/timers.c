#include "hall/timers.h"

#include "hall/audit.h"
#include "hall/desk.h"
#include "hall/pulse.h"
#include "hall/ticket.h"
#include "hall/window.h"

/* How often the owner of an overdue session is reminded. */
#define OVERDUE_AGAIN_US (5 * (int64_t)G_USEC_PER_SEC)

/* When something happens to a ticket, and what. */
static int64_t ticket_deadline_us(const struct hall *hall, const struct ticket *ticket,
                                  enum hall_life_event *ret_event)
{
    const struct hall_timers *timers = &hall->timers;
    if (ticket->state == HALL_CALLED || ticket->state == HALL_WRAP_UP) {
        *ret_event =
            ticket->state == HALL_CALLED ? HALL_LIFE_RING_TIMEOUT : HALL_LIFE_WRAP_UP_TIMEOUT;
        return ticket->deadline_at_us;
    }
    if (ticket->state != HALL_WAITING)
        return INT64_MAX;
    int64_t at_us = INT64_MAX;
    if (ticket->no_show_at_us) {
        *ret_event = HALL_LIFE_NO_SHOW;
        at_us = ticket->no_show_at_us;
    }
    if (ticket->offline_at_us) {
        int64_t away_us = ticket->offline_at_us + timers->queue_offline_us +
                          (ticket->parked ? timers->park_us : 0);
        if (away_us < at_us) {
            *ret_event = ticket->parked ? HALL_LIFE_ABANDONED : HALL_LIFE_PARKED;
            at_us = away_us;
        }
    }
    return at_us;
}

/* When the owner of a session is told that it took too long, and why. */
static int64_t session_deadline_us(const struct session *session, const char **ret_cause)
{
    int64_t at_us = INT64_MAX;
    if (session->view.state == HALL_SESSION_CONNECTING) {
        *ret_cause = "connect_timeout";
        at_us = session->deadline_at_us;
    } else if (session->view.state == HALL_SESSION_ACTIVE) {
        if (session->lost_citizen) {
            *ret_cause = "lost_citizen";
            at_us = session->citizen_deadline_at_us;
        }
        if (session->lost_clerk && session->clerk_deadline_at_us < at_us) {
            *ret_cause = "lost_clerk";
            at_us = session->clerk_deadline_at_us;
        }
    }
    return at_us;
}

int64_t hall_timers_next_us(const struct hall *hall)
{
    int64_t next_us = hall_pulse_next_us(hall);
    for (guint i = 0; i < hall->tickets->len; i++) {
        enum hall_life_event event;
        next_us = MIN(next_us, ticket_deadline_us(hall, hall->tickets->pdata[i], &event));
    }
    for (guint i = 0; i < hall->windows->len; i++) {
        const struct window *window = hall->windows->pdata[i];
        if (window->offer)
            next_us = MIN(next_us, window->offer_deadline_at_us);
    }
    for (guint i = 0; i < hall->sessions->len; i++) {
        const char *cause;
        next_us = MIN(next_us, session_deadline_us(hall->sessions->pdata[i], &cause));
    }
    if (!hall->retry_at_us)
        return next_us;
    return hall->settle_needed ? hall->retry_at_us : MAX(next_us, hall->retry_at_us);
}

static void wrap_up_expire(struct change *change, struct ticket *ticket)
{
    struct window *window = hall_find_window(change->hall, ticket->window);
    hall_desk_finish(change, ticket, HALL_LIFE_WRAP_UP_TIMEOUT, HALL_ACTOR_SYSTEM);
    if (!window || window->ticket != ticket)
        return;
    hall_change_touch(change, window, sizeof *window);
    window->state_after = HALL_WINDOW_NOT_READY; /* nobody may be there */
    hall_window_release(change, window, "wrap_up_timeout", HALL_ACTOR_SYSTEM);
}

static int ticket_expire(struct hall *hall, struct ticket *ticket, enum hall_life_event event)
{
    struct change change;
    hall_change_begin(&change, hall);
    hall_ticket_touch(&change, ticket);
    if (event == HALL_LIFE_RING_TIMEOUT) {
        struct window *window = hall_find_window(hall, ticket->window);
        hall_desk_give_back_unanswered(&change, ticket, event, HALL_ACTOR_SYSTEM);
        if (window)
            hall_window_release(&change, window, "ring_timeout", HALL_ACTOR_SYSTEM);
    } else if (event == HALL_LIFE_WRAP_UP_TIMEOUT) {
        wrap_up_expire(&change, ticket);
    } else {
        ticket->parked = event == HALL_LIFE_PARKED;
        ticket->no_show_at_us = event == HALL_LIFE_PARKED ? ticket->no_show_at_us : 0;
        ticket->finished_at_us = event == HALL_LIFE_PARKED ? 0 : change.now_us;
        hall_ticket_move(&change, ticket, event, HALL_ACTOR_SYSTEM, "%s", "");
    }
    return hall_change_commit(&change);
}

static int offer_expire(struct hall *hall, struct window *window)
{
    struct ticket *ticket = window->offer;
    struct change change;
    hall_change_begin(&change, hall);
    hall_ticket_touch(&change, ticket);
    ticket->returned = true;
    hall_ticket_note(&change, ticket, "offer_timeout", HALL_ACTOR_SYSTEM, "window=%u", window->no);
    hall_window_offer_drop(&change, window, "offer_timeout", true, HALL_ACTOR_SYSTEM);
    return hall_change_commit(&change);
}

static void session_remind(struct session *session, const char *cause, int64_t now_us)
{
    session->overdue = cause;
    session->deadline_at_us = now_us + OVERDUE_AGAIN_US;
    session->citizen_deadline_at_us =
        MAX(session->citizen_deadline_at_us, now_us + OVERDUE_AGAIN_US);
    session->clerk_deadline_at_us = MAX(session->clerk_deadline_at_us, now_us + OVERDUE_AGAIN_US);
}

bool hall_timers_run_one(struct hall *hall, int64_t now_us, int *ret_error)
{
    *ret_error = 0;
    if (hall_pulse_next_us(hall) <= now_us) {
        *ret_error = hall_pulse_write(hall, now_us);
        return true;
    }
    for (guint i = 0; i < hall->tickets->len; i++) {
        struct ticket *ticket = hall->tickets->pdata[i];
        enum hall_life_event event;
        if (ticket_deadline_us(hall, ticket, &event) > now_us)
            continue;
        *ret_error = ticket_expire(hall, ticket, event);
        return true;
    }
    for (guint i = 0; i < hall->windows->len; i++) {
        struct window *window = hall->windows->pdata[i];
        if (!window->offer || window->offer_deadline_at_us > now_us)
            continue;
        *ret_error = offer_expire(hall, window);
        return true;
    }
    for (guint i = 0; i < hall->sessions->len; i++) {
        struct session *session = hall->sessions->pdata[i];
        const char *cause = "";
        if (session_deadline_us(session, &cause) > now_us)
            continue;
        session_remind(session, cause, now_us);
        return true;
    }
    return false;
}
