#include "hall/recovery.h"

#include <string.h>

#include "base/clock.h"
#include "hall/audit.h"
#include "hall/claim.h"
#include "hall/desk.h"
#include "hall/page.h"
#include "hall/pulse.h"
#include "hall/running.h"
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

/* The clerk who called it may come back with the page that he had, and nobody else sits there meanwhile; where no page
 * of his is known, nobody would ever leave that window. */
static bool may_ring_on(const struct hall *hall, const struct ticket *ticket)
{
    if (ticket->state != HALL_CALLED || !hall_find_window(hall, ticket->window))
        return false;
    for (guint i = 0; i < hall->pages->len; i++) {
        const struct hall_identity *who = &g_array_index(hall->pages, struct hall_page, i).who;
        if (who->role == HALL_CLERK && who->window == ticket->window &&
            !strcmp(who->subject, ticket->staff_no))
            return true;
    }
    return false;
}

/* Nobody heard the ring while the daemon was dead: it begins anew, at the same window. */
static void ring_on(struct change *change, struct ticket *ticket)
{
    hall_ticket_touch(change, ticket);
    page_forget(change, ticket);
    ticket->deadline_at_us = change->now_us + change->hall->timers.ring_us;
    hall_ticket_move(change, ticket, HALL_LIFE_REVIVED, HALL_ACTOR_SYSTEM, "window=%u",
                     ticket->window);
    hall_desk_keep(change, ticket);
}

static bool goes_on(const struct hall *hall, const struct ticket *ticket)
{
    return hall_find_session(hall, ticket->session.text);
}

static int left_load(struct hall *hall, bool alive, int64_t now_us)
{
    int r = hall_ticket_load_live(hall, hall->tickets);
    if (r == 0)
        r = hall_running_load(hall);
    if (r == 0)
        r = hall_pages_load(hall, alive);
    return r == 0 ? hall_claims_load(hall, now_us) : r;
}

int hall_recover(struct hall *hall)
{
    int64_t broken_seq = 0, last_us = 0, now_us = clock_wall_us();
    int r = hall_audit_verify(hall->store, &hall->audit, &broken_seq);
    if (r == 0)
        r = hall_pulse_last(hall, &last_us);
    bool alive = last_us && now_us - last_us <= hall->timers.revive_us;
    if (r == 0)
        r = left_load(hall, alive, now_us);
    if (r < 0)
        return r;

    struct change change;
    hall_change_begin(&change, hall);
    if (broken_seq)
        hall_audit_append(&change, HALL_ACTOR_SYSTEM, "audit.broken", "audit",
                          "row=%" G_GINT64_FORMAT, broken_seq);
    hall_audit_append(&change, HALL_ACTOR_SYSTEM, "hall.started", "hall", "tickets=%u",
                      hall->tickets->len);
    hall_running_settle(&change, alive, MAX(0, now_us - last_us));
    for (guint i = 0; i < hall->tickets->len; i++) {
        struct ticket *ticket = hall->tickets->pdata[i];
        if (alive && may_ring_on(hall, ticket))
            ring_on(&change, ticket);
        else if (!goes_on(hall, ticket))
            ticket_recover(&change, ticket);
    }
    return hall_change_commit(&change);
}
