/* What a window does with tickets. */
#include <string.h>

#include "hall/audit.h"
#include "hall/desk.h"
#include "hall/matter.h"
#include "hall/offer.h"
#include "hall/queue.h"
#include "hall/request.h"
#include "hall/session.h"
#include "hall/ticket.h"
#include "hall/window.h"

/* The open window of a request, or NULL and a refusal. */
static struct window *window_of(struct hall *hall, const struct request *request,
                                struct answer *answer)
{
    struct window *window = hall_find_window(hall, request->window);
    if (window && window->state != HALL_WINDOW_CLOSED)
        return window;
    hall_answer_refuse(answer, "window.none", "window %u is not open", request->window);
    return NULL;
}

/* The window's ticket where it is the one that is asked for and `event` may happen to it, or NULL and a
 * refusal. */
static struct ticket *served_ticket(struct window *window, const struct request *request,
                                    enum hall_life_event event, struct answer *answer)
{
    struct ticket *ticket = window->ticket;
    if (!ticket || strcmp(ticket->id.text, request->ticket)) {
        hall_answer_refuse(answer, "ticket.unknown", "window %u does not have this ticket",
                           window->no);
        return NULL;
    }
    if (!hall_life_next(ticket->state, event, NULL)) {
        hall_answer_refuse(answer, "ticket.state", "ticket %s is %s", ticket->number,
                           hall_ticket_state_name(ticket->state));
        return NULL;
    }
    return ticket;
}

static void change_finish(struct change *change, struct answer *answer, struct ticket *ticket,
                          struct window *window)
{
    int r = hall_change_commit(change);
    if (r < 0) {
        hall_answer_store_failed(answer, r);
        return;
    }
    answer->ticket = ticket;
    answer->window = window;
}

static gint rows_compare(gconstpointer a, gconstpointer b)
{
    const struct ticket *left = *(struct ticket *const *)a, *right = *(struct ticket *const *)b;
    bool left_waits = left->state == HALL_WAITING, right_waits = right->state == HALL_WAITING;
    if (left_waits != right_waits)
        return left_waits ? 1 : -1;
    if (left_waits && left->letter == right->letter && left->ahead != right->ahead)
        return left->ahead < right->ahead ? -1 : 1;
    return hall_queue_compare(left, right);
}

void hall_do_queue_read(struct hall *hall, const struct request *request, struct answer *answer)
{
    if (!hall_find_window(hall, request->window)) {
        hall_answer_refuse(answer, "window.none", "there is no window %u", request->window);
        return;
    }
    g_autoptr(GPtrArray) live = g_ptr_array_new();
    for (guint i = 0; i < hall->tickets->len; i++) {
        if (!hall_life_is_over(((struct ticket *)hall->tickets->pdata[i])->state))
            g_ptr_array_add(live, hall->tickets->pdata[i]);
    }
    g_ptr_array_sort(live, rows_compare);
    answer->tickets = g_array_sized_new(FALSE, FALSE, sizeof(struct hall_ticket), live->len);
    for (guint i = 0; i < live->len; i++) {
        struct hall_ticket view;
        hall_ticket_view(live->pdata[i], &view);
        hall_queue_windows(hall, live->pdata[i], &view);
        g_array_append_val(answer->tickets, view);
    }
}

/* WAITING → CALLED at this window. */
static void ticket_call(struct change *change, struct window *window, struct ticket *ticket,
                        const char *via, const char *actor)
{
    struct hall *hall = change->hall;
    hall_change_touch(change, hall->streaks, sizeof hall->streaks);
    hall_ticket_touch(change, ticket);
    ticket->window = window->no;
    memcpy(ticket->staff_no, window->staff_no, sizeof ticket->staff_no);
    ticket->deadline_at_us = change->now_us + hall->timers.ring_us;
    ticket->target_window = 0;
    hall_ticket_move(change, ticket, HALL_LIFE_CALLED, actor, "window=%u staff=%s via=%s",
                     window->no, window->staff_no, via);
    hall_window_take(change, window, ticket, actor);
    hall_queue_count_call(hall, ticket);
}

void hall_do_ticket_next(struct hall *hall, const struct request *request, struct answer *answer)
{
    struct window *window = window_of(hall, request, answer);
    if (!window)
        return;
    if (window->ticket) {
        hall_answer_refuse(answer, "window.busy", "ticket %s is at window %u",
                           window->ticket->number, window->no);
        return;
    }
    g_autoptr(GPtrArray) passed_over = g_ptr_array_new();
    const char *via = window->offer ? "offer" : "next";
    struct ticket *ticket =
        window->offer ? window->offer : hall_queue_pick(hall, window, passed_over);
    if (!ticket)
        return;
    char actor[HALL_ACTOR_BYTES];
    struct change change;
    hall_change_begin(&change, hall);
    hall_offer_log_passed_over(&change, passed_over, window);
    ticket_call(&change, window, ticket, via, hall_audit_staff(window->staff_no, actor));
    change_finish(&change, answer, ticket, window);
}

void hall_do_ticket_take(struct hall *hall, const struct request *request, struct answer *answer)
{
    struct window *window = window_of(hall, request, answer);
    if (!window)
        return;
    struct ticket *ticket = window->offer;
    if (!ticket || strcmp(ticket->id.text, request->ticket)) {
        hall_answer_refuse(answer, "ticket.state", "this ticket is not on offer at window %u",
                           window->no);
        return;
    }
    char actor[HALL_ACTOR_BYTES];
    struct change change;
    hall_change_begin(&change, hall);
    ticket_call(&change, window, ticket, "offer", hall_audit_staff(window->staff_no, actor));
    change_finish(&change, answer, ticket, window);
}

static void offer_reject(struct window *window, const struct request *request, struct hall *hall,
                         struct answer *answer)
{
    struct ticket *ticket = window->offer;
    char actor[HALL_ACTOR_BYTES];
    hall_audit_staff(window->staff_no, actor);
    g_autofree char *reason = hall_audit_word(request->text);
    struct change change;
    hall_change_begin(&change, hall);
    hall_ticket_touch(&change, ticket);
    ticket->returned = true;
    hall_ticket_note(&change, ticket, "offer_rejected", actor, "window=%u reason=%s", window->no,
                     reason);
    hall_window_offer_drop(&change, window, "offer_rejected", true, actor);
    change_finish(&change, answer, ticket, window);
}

void hall_do_ticket_reject(struct hall *hall, const struct request *request, struct answer *answer)
{
    struct window *window = window_of(hall, request, answer);
    if (!window)
        return;
    if (window->offer && !strcmp(window->offer->id.text, request->ticket)) {
        offer_reject(window, request, hall, answer);
        return;
    }
    struct ticket *ticket = served_ticket(window, request, HALL_LIFE_REJECTED, answer);
    if (!ticket)
        return;
    char actor[HALL_ACTOR_BYTES];
    hall_audit_staff(window->staff_no, actor);
    g_autofree char *reason = hall_audit_word(request->text);
    struct change change;
    hall_change_begin(&change, hall);
    hall_desk_give_back(&change, ticket, HALL_LIFE_REJECTED, actor, "window=%u reason=%s",
                        window->no, reason);
    hall_change_touch(&change, window, sizeof *window);
    window->state_after = HALL_WINDOW_NOT_READY;
    hall_window_release(&change, window, "rejected", actor);
    change_finish(&change, answer, ticket, window);
}

void hall_do_ticket_noshow(struct hall *hall, const struct request *request, struct answer *answer)
{
    struct window *window = window_of(hall, request, answer);
    struct ticket *ticket =
        window ? served_ticket(window, request, HALL_LIFE_MISSED, answer) : NULL;
    if (!ticket)
        return;
    char actor[HALL_ACTOR_BYTES];
    hall_audit_staff(window->staff_no, actor);
    struct change change;
    hall_change_begin(&change, hall);
    hall_desk_give_back_unanswered(&change, ticket, HALL_LIFE_MISSED, actor);
    hall_window_release(&change, window, "missed", actor);
    change_finish(&change, answer, ticket, window);
}

void hall_do_ticket_transfer(struct hall *hall, const struct request *request,
                             struct answer *answer)
{
    struct window *window = window_of(hall, request, answer);
    struct ticket *ticket =
        window ? served_ticket(window, request, HALL_LIFE_TRANSFERRED, answer) : NULL;
    if (!ticket)
        return;
    const struct window *target = hall_find_window(hall, request->to_window);
    if (!target || target == window || target->state == HALL_WINDOW_CLOSED) {
        hall_answer_refuse(answer, "window.none", "window %u cannot take it over",
                           request->to_window);
        return;
    }
    char actor[HALL_ACTOR_BYTES];
    hall_audit_staff(window->staff_no, actor);
    g_autofree char *note = hall_audit_word(request->text);
    struct change change;
    hall_change_begin(&change, hall);
    hall_session_close(&change, ticket->session.text, "transferred", "", actor);
    hall_ticket_touch(&change, ticket);
    ticket->target_window = target->no;
    ticket->ready = false; /* asked anew: 我在 was said to another window */
    g_strlcpy(ticket->note, request->text, sizeof ticket->note);
    hall_desk_give_back(&change, ticket, HALL_LIFE_TRANSFERRED, actor,
                        "window=%u to_window=%u note=%s", window->no, target->no, note);
    hall_window_release(&change, window, "transferred", actor);
    change_finish(&change, answer, ticket, window);
}

void hall_do_wrap_up_extend(struct hall *hall, const struct request *request, struct answer *answer)
{
    struct window *window = window_of(hall, request, answer);
    if (!window)
        return;
    struct ticket *ticket = window->ticket;
    if (!ticket || ticket->state != HALL_WRAP_UP) {
        hall_answer_refuse(answer, "ticket.state", "window %u has nothing to wrap up", window->no);
        return;
    }
    char actor[HALL_ACTOR_BYTES];
    struct change change;
    hall_change_begin(&change, hall);
    hall_ticket_touch(&change, ticket);
    ticket->deadline_at_us += hall->timers.wrap_up_us;
    hall_ticket_move(&change, ticket, HALL_LIFE_EXTENDED, hall_audit_staff(window->staff_no, actor),
                     "deadline=%" G_GINT64_FORMAT, ticket->deadline_at_us);
    hall_window_move(&change, window, window->state, "extended", actor);
    change_finish(&change, answer, ticket, window);
    answer->deadline_at_us = answer->code ? 0 : ticket->deadline_at_us;
}
