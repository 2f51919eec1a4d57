#include "hall/offer.h"

#include "hall/audit.h"
#include "hall/queue.h"
#include "hall/window.h"

void hall_offer_log_passed_over(struct change *change, const GPtrArray *passed_over,
                                const struct window *window)
{
    for (guint i = 0; i < passed_over->len; i++) {
        const struct ticket *ticket = passed_over->pdata[i];
        hall_audit_append(change, HALL_ACTOR_SYSTEM, "ticket.not_ready", ticket->id.text,
                          "number=%s window=%u", ticket->number, window->no);
    }
}

const char *hall_offer_reason(const struct window *window)
{
    if (window->offer->target_window == window->no)
        return "transfer";
    return window->offer->returned ? "head" : "due";
}

static int offer_withdraw(struct hall *hall, struct window *window)
{
    struct change change;
    hall_change_begin(&change, hall);
    hall_window_offer_drop(&change, window, "offer_withdrawn", false, HALL_ACTOR_SYSTEM);
    return hall_change_commit(&change);
}

static int offer_make(struct hall *hall, struct window *window)
{
    g_autoptr(GPtrArray) passed_over = g_ptr_array_new();
    struct ticket *ticket = hall_queue_pick(hall, window, passed_over);
    if (!ticket)
        return 0;
    struct change change;
    hall_change_begin(&change, hall);
    hall_offer_log_passed_over(&change, passed_over, window);
    hall_change_touch(&change, window, sizeof *window);
    window->offer = ticket;
    window->offer_deadline_at_us = change.now_us + hall->timers.offer_us;
    window->offer_is_new = true;
    hall_audit_append(&change, HALL_ACTOR_SYSTEM, "ticket.offered", ticket->id.text,
                      "number=%s window=%u why=%s", ticket->number, window->no,
                      hall_offer_reason(window));
    return hall_change_commit(&change);
}

/* Who has been ready longest is asked first. */
static gint ready_compare(gconstpointer a, gconstpointer b)
{
    const struct window *left = *(struct window *const *)a, *right = *(struct window *const *)b;
    if (left->since_at_us != right->since_at_us)
        return left->since_at_us < right->since_at_us ? -1 : 1;
    return left->no < right->no ? -1 : left->no > right->no;
}

int hall_offers_settle(struct hall *hall)
{
    int r = 0;
    g_autoptr(GPtrArray) ready = g_ptr_array_new();
    for (guint i = 0; i < hall->windows->len; i++) {
        struct window *window = hall->windows->pdata[i];
        if (window->offer && !hall_queue_is_callable(window->offer) && r == 0)
            r = offer_withdraw(hall, window);
        if (window->state == HALL_WINDOW_READY && !window->offer)
            g_ptr_array_add(ready, window);
    }
    g_ptr_array_sort(ready, ready_compare);
    for (guint i = 0; i < ready->len && r == 0; i++)
        r = offer_make(hall, ready->pdata[i]);
    return r;
}
