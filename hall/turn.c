#include "hall/turn.h"

#include "base/clock.h"
#include "base/log.h"
#include "hall/hours.h"
#include "hall/offer.h"
#include "hall/queue.h"
#include "hall/request.h"
#include "hall/ticket.h"
#include "hall/wait.h"
#include "hall/window.h"

#define RETRY_US ((int64_t)G_USEC_PER_SEC)

/* What a newcomer with a matter of the usual length would wait. */
static void outlook_write(struct hall *hall)
{
    unsigned works = 0, ready = 0, waiting = 0;
    double pace_us = 0;
    for (guint i = 0; i < hall->windows->len; i++) {
        const struct window *window = hall->windows->pdata[i];
        works += hall_window_works(window);
        ready += window->state == HALL_WINDOW_READY && !window->offer;
    }
    for (guint i = 0; i < hall->tickets->len; i++)
        waiting += hall_queue_stands(hall->tickets->pdata[i]);
    for (size_t i = 0; i < hall->matter_count; i++)
        pace_us += hall->paces[i].mean_us / (double)hall->matter_count;
    struct hall_wait wait = hall_wait_range(waiting, works, ready, pace_us);
    atomic_store(&hall->outlook_windows, works);
    atomic_store(&hall->outlook_waiting, waiting);
    atomic_store(&hall->outlook_wait_min_us, wait.min_us);
    atomic_store(&hall->outlook_wait_max_us, wait.max_us);
}

void hall_outlook_read(const struct hall *hall, struct hall_outlook *ret_outlook)
{
    *ret_outlook = (struct hall_outlook){
        .open = hall_hours_are_open(hall, clock_wall_us(), NULL),
        .windows_open = atomic_load(&hall->outlook_windows),
        .waiting = atomic_load(&hall->outlook_waiting),
        .wait_min_us = atomic_load(&hall->outlook_wait_min_us),
        .wait_max_us = atomic_load(&hall->outlook_wait_max_us),
    };
}

void hall_turn_settle(struct hall *hall)
{
    if (!hall->settle_needed)
        return;
    hall_windows_day(hall, hall_day_of(clock_wall_us()));
    int r = hall_offers_settle(hall);
    hall->settle_needed = r < 0;
    if (r < 0) {
        log_debug("hall", "offers wait: %s", g_strerror(-r));
        hall->retry_at_us = clock_wall_us() + RETRY_US;
    }
    hall_queue_place(hall);
    outlook_write(hall);
}

static struct outbound *event_new(enum hall_event_type type, const char *cause)
{
    struct outbound *outbound = g_new0(struct outbound, 1);
    outbound->event.type = type;
    outbound->event.cause = cause;
    return outbound;
}

static void tickets_tell(struct hall *hall)
{
    for (guint i = 0; i < hall->tickets->len; i++) {
        struct ticket *ticket = hall->tickets->pdata[i];
        if (!ticket->cause)
            continue;
        struct outbound *outbound = event_new(HALL_EVENT_TICKET, ticket->cause);
        hall_ticket_view(ticket, &outbound->ticket);
        outbound->event.ticket = &outbound->ticket;
        outbound->event.session = ticket->session;
        ticket->cause = NULL;
        hall_outbound_send(hall, outbound);
    }
}

static void windows_tell(struct hall *hall)
{
    for (guint i = 0; i < hall->windows->len; i++) {
        struct window *window = hall->windows->pdata[i];
        if (window->cause) {
            struct outbound *outbound = event_new(HALL_EVENT_WINDOW, window->cause);
            hall_window_view(window, &outbound->window);
            outbound->event.window = &outbound->window;
            window->cause = NULL;
            hall_outbound_send(hall, outbound);
        }
        if (window->offer_is_new && window->offer) {
            struct outbound *outbound = event_new(HALL_EVENT_OFFERED, hall_offer_reason(window));
            hall_window_view(window, &outbound->window);
            hall_ticket_view(window->offer, &outbound->ticket);
            outbound->event.window = &outbound->window;
            outbound->event.ticket = &outbound->ticket;
            outbound->event.deadline_at_us = window->offer_deadline_at_us;
            hall_outbound_send(hall, outbound);
        }
        window->offer_is_new = false;
    }
}

static void sessions_tell(struct hall *hall)
{
    for (guint i = 0; i < hall->sessions->len; i++) {
        struct session *session = hall->sessions->pdata[i];
        if (!session->overdue)
            continue;
        struct outbound *outbound = event_new(HALL_EVENT_SESSION_OVERDUE, session->overdue);
        outbound->event.session = session->view.id;
        session->overdue = NULL;
        hall_outbound_send(hall, outbound);
    }
}

void hall_turn_end(struct hall *hall)
{
    tickets_tell(hall);
    windows_tell(hall);
    sessions_tell(hall);
    for (guint i = hall->tickets->len; i-- > 0;) {
        if (hall_life_is_over(((struct ticket *)hall->tickets->pdata[i])->state))
            g_ptr_array_remove_index(hall->tickets, i);
    }
    for (guint i = hall->sessions->len; i-- > 0;) {
        if (((struct session *)hall->sessions->pdata[i])->view.state == HALL_SESSION_ENDED)
            g_ptr_array_remove_index(hall->sessions, i);
    }
}
