/* Replies and events on their way to the control thread. */
#include <stdio.h>

#include "hall/request.h"
#include "hall/ticket.h"
#include "hall/window.h"

void hall_answer_refuse(struct answer *answer, const char *code, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    vsnprintf(answer->message, sizeof answer->message, format, args);
    va_end(args);
    answer->code = code;
}

void hall_answer_store_failed(struct answer *answer, int error)
{
    hall_answer_refuse(answer, "store.failed", "nothing was changed: %s", g_strerror(-error));
    answer->retry_us = G_USEC_PER_SEC;
}

void hall_outbound_free(struct outbound *outbound)
{
    if (!outbound)
        return;
    if (outbound->tickets)
        g_array_free(outbound->tickets, TRUE);
    if (outbound->sessions)
        g_array_free(outbound->sessions, TRUE);
    if (outbound->people)
        g_array_free(outbound->people, TRUE);
    g_free(outbound);
}

/* The flag is raised before the second try: either that finds room, or the control thread, taking what
 * fills the outbox, sees the flag and posts REQUEST_ROOM. */
void hall_outbound_flush(struct hall *hall)
{
    while (!g_queue_is_empty(&hall->backlog)) {
        struct outbound *outbound = g_queue_peek_head(&hall->backlog);
        if (mailbox_post(hall->outbox, &outbound) < 0) {
            atomic_store(&hall->backlogged, true);
            if (mailbox_post(hall->outbox, &outbound) < 0)
                return;
        }
        g_queue_pop_head(&hall->backlog);
    }
    atomic_store(&hall->backlogged, false);
}

void hall_outbound_send(struct hall *hall, struct outbound *outbound)
{
    g_queue_push_tail(&hall->backlog, outbound);
    hall_outbound_flush(hall);
}

static void lists_move(struct outbound *outbound, struct answer *answer)
{
    if (answer->tickets) {
        outbound->tickets = g_steal_pointer(&answer->tickets);
        outbound->reply.tickets = (const struct hall_ticket *)(void *)outbound->tickets->data;
        outbound->reply.ticket_count = outbound->tickets->len;
    }
    if (answer->sessions) {
        outbound->sessions = g_steal_pointer(&answer->sessions);
        outbound->reply.sessions = (const struct hall_session *)(void *)outbound->sessions->data;
        outbound->reply.session_count = outbound->sessions->len;
        outbound->reply.session_total = answer->session_total;
    }
    if (answer->people) {
        outbound->people = g_steal_pointer(&answer->people);
        outbound->reply.people = (const struct hall_person *)(void *)outbound->people->data;
        outbound->reply.person_count = outbound->people->len;
    }
}

void hall_answer_send(struct hall *hall, const struct request *request, struct answer *answer)
{
    struct outbound *outbound = g_new0(struct outbound, 1);
    outbound->fn = request->fn;
    outbound->user = request->user;
    g_strlcpy(outbound->message, answer->message, sizeof outbound->message);
    outbound->reply.code = answer->code;
    outbound->reply.message = outbound->message;
    outbound->reply.retry_us = answer->retry_us;
    outbound->reply.deadline_at_us = answer->deadline_at_us;
    if (answer->ticket) {
        hall_ticket_view(answer->ticket, &outbound->ticket);
        outbound->reply.ticket = &outbound->ticket;
    }
    if (answer->window) {
        hall_window_view(answer->window, &outbound->window);
        outbound->reply.window = &outbound->window;
    }
    if (answer->has_session) {
        outbound->session = answer->session;
        outbound->reply.session = &outbound->session;
    }
    if (answer->has_staff) {
        outbound->staff = answer->staff;
        outbound->reply.staff = &outbound->staff;
    }
    if (answer->has_diag) {
        outbound->diag = answer->diag;
        outbound->reply.diag = &outbound->diag;
    }
    lists_move(outbound, answer);
    if (outbound->fn)
        hall_outbound_send(hall, outbound);
    else
        hall_outbound_free(outbound);
}
