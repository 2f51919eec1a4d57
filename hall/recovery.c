#include "hall/recovery.h"

#include "base/clock.h"
#include "hall/audit.h"
#include "hall/desk.h"
#include "hall/session.h"
#include "hall/ticket.h"
#include "hall/window.h"

/* No page is connected yet: the time to come back begins now. */
static void page_forget(const struct change *change, struct ticket *ticket)
{
    ticket->online = false;
    ticket->parked = false;
    ticket->offline_at_us = change->now_us;
}

static void ticket_recover(struct change *change, struct ticket *ticket)
{
    hall_ticket_touch(change, ticket);
    page_forget(change, ticket);
    if (hall_life_next(ticket->state, HALL_LIFE_RESTARTED, NULL)) {
        hall_desk_give_back(change, ticket, HALL_LIFE_RESTARTED, HALL_ACTOR_SYSTEM, "window=%u",
                            ticket->window);
    } else if (ticket->state == HALL_TICKETED) {
        hall_ticket_move(change, ticket, HALL_LIFE_QUEUED, HALL_ACTOR_SYSTEM,
                         "matter=%s due=%" G_GINT64_FORMAT, ticket->matter->code,
                         ticket->due_at_us);
    } else {
        hall_ticket_note(change, ticket, "offline", HALL_ACTOR_SYSTEM, "reason=restart");
    }
    struct window *window = hall_find_window(change->hall, ticket->window);
    if (window && ticket->state == HALL_WRAP_UP)
        window->ticket = ticket;
}

int hall_recover(struct hall *hall)
{
    int64_t broken_seq = 0;
    int r = hall_audit_verify(hall->store, &hall->audit, &broken_seq);
    if (r == 0)
        r = hall_ticket_load_live(hall, hall->tickets);
    if (r < 0)
        return r;

    struct change change;
    hall_change_begin(&change, hall);
    if (broken_seq)
        hall_audit_append(&change, HALL_ACTOR_SYSTEM, "audit.broken", "audit",
                          "row=%" G_GINT64_FORMAT, broken_seq);
    hall_audit_append(&change, HALL_ACTOR_SYSTEM, "hall.started", "hall", "tickets=%u",
                      hall->tickets->len);
    hall_sessions_close_left(&change);
    for (guint i = 0; i < hall->tickets->len; i++)
        ticket_recover(&change, hall->tickets->pdata[i]);
    return hall_change_commit(&change);
}
