/* How a ticket came out, as the clerk says it. */
#include <string.h>

#include "hall/audit.h"
#include "hall/desk.h"
#include "hall/matter.h"
#include "hall/request.h"
#include "hall/session.h"
#include "hall/ticket.h"
#include "hall/window.h"

static const struct result_code {
    const char *code;
    bool needs_missing, needs_note;
} result_codes[] = {
    {"ANSWERED"},
    {"ACCEPTED"},
    {"SUPPLEMENT", .needs_missing = true},
    {"NOT_ACCEPTED", .needs_note = true},
    {"BOOKED_ONSITE"},
    {"TRANSFERRED_DEPT"},
    {"TO_12345"},
    {"CALLBACK"},
    {"FAILED_TECH"},
    {"ABORTED"},
};

/* NULL, or what is wrong with it. */
static const char *result_fault(const struct hall_result *result)
{
    for (size_t i = 0; i < G_N_ELEMENTS(result_codes); i++) {
        const struct result_code *row = &result_codes[i];
        if (strcmp(row->code, result->code))
            continue;
        if (row->needs_note && !*result->note)
            return "the ground is missing (note)";
        if (row->needs_missing && !result->missing_count)
            return "the list of what is missing is empty (missing)";
        for (unsigned n = 0; n < result->missing_count; n++) {
            if (!*result->missing[n])
                return "an entry of what is missing is empty (missing)";
        }
        return NULL;
    }
    return "no such code";
}

static void ticket_finish(struct hall *hall, struct window *window, struct ticket *ticket,
                          const struct hall_result *result, struct answer *answer)
{
    char actor[HALL_ACTOR_BYTES];
    hall_audit_staff(window->staff_no, actor);
    struct change change;
    hall_change_begin(&change, hall);
    hall_session_close(&change, ticket->session.text, "finished", "", actor);
    hall_ticket_touch(&change, ticket);
    ticket->result = *result;
    hall_ticket_write_missing(&change, ticket);
    hall_desk_finish(&change, ticket, HALL_LIFE_FINISHED, actor);
    hall_window_release(&change, window, "finished", actor);
    int r = hall_change_commit(&change);
    if (r < 0) {
        hall_answer_store_failed(answer, r);
        return;
    }
    if (ticket->served_at_us)
        hall_matter_pace_add(hall, ticket->matter, ticket->finished_at_us - ticket->served_at_us);
    answer->ticket = ticket;
    answer->window = window;
}

/* Wrap-up ran out before the clerk gave the result: it may still be given, once, by the same window. */
static void result_add(struct hall *hall, struct window *window, const struct request *request,
                       struct answer *answer)
{
    struct ticket *ticket = NULL;
    int r = hall_ticket_load(hall, request->ticket, &ticket);
    if (r < 0) {
        hall_answer_store_failed(answer, r);
        return;
    }
    if (!ticket || ticket->window != window->no) {
        g_free(ticket);
        hall_answer_refuse(answer, "ticket.unknown", "window %u does not have this ticket",
                           window->no);
        return;
    }
    hall_ticket_adopt(hall, ticket); /* it is over: the turn's end drops it */
    if (ticket->state != HALL_FINISHED || *ticket->result.code) {
        hall_answer_refuse(answer, "ticket.state", "ticket %s is %s", ticket->number,
                           hall_ticket_state_name(ticket->state));
        return;
    }
    char actor[HALL_ACTOR_BYTES];
    struct change change;
    hall_change_begin(&change, hall);
    hall_ticket_touch(&change, ticket);
    ticket->result = request->result;
    hall_ticket_write_missing(&change, ticket);
    hall_ticket_move(&change, ticket, HALL_LIFE_RESULT_LATE,
                     hall_audit_staff(window->staff_no, actor), "result=%s window=%u staff=%s",
                     ticket->result.code, window->no, window->staff_no);
    hall_change_exec(&change, "UPDATE session SET result = $1 WHERE id = $2",
                     HALL_VALUES(HALL_TEXT(ticket->result.code), HALL_TEXT(ticket->session.text)),
                     -1);
    r = hall_change_commit(&change);
    if (r < 0) {
        hall_answer_store_failed(answer, r);
        return;
    }
    answer->ticket = ticket;
    answer->window = window;
}

void hall_do_ticket_finish(struct hall *hall, const struct request *request, struct answer *answer)
{
    struct window *window = hall_find_window(hall, request->window);
    if (!window || window->state == HALL_WINDOW_CLOSED) {
        hall_answer_refuse(answer, "window.none", "window %u is not open", request->window);
        return;
    }
    const char *fault = result_fault(&request->result);
    if (fault) {
        hall_answer_refuse(answer, "result.invalid", "%s", fault);
        return;
    }
    struct ticket *ticket = window->ticket;
    if (!ticket || strcmp(ticket->id.text, request->ticket))
        result_add(hall, window, request, answer);
    else if (!hall_life_next(ticket->state, HALL_LIFE_FINISHED, NULL))
        hall_answer_refuse(answer, "ticket.state", "ticket %s is %s", ticket->number,
                           hall_ticket_state_name(ticket->state));
    else
        ticket_finish(hall, window, ticket, &request->result, answer);
}
