#include "hall/ticket.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "hall/audit.h"
#include "hall/window.h"

int hall_day_of(int64_t at_us)
{
    g_autoptr(GDateTime) time = g_date_time_new_from_unix_local(at_us / G_USEC_PER_SEC);
    return g_date_time_get_year(time) * 10000 + g_date_time_get_month(time) * 100 +
           g_date_time_get_day_of_month(time);
}

void hall_ticket_touch(struct change *change, struct ticket *ticket)
{
    hall_change_touch(change, ticket, sizeof *ticket);
}

/* Compare-and-set: the row must still be as this ticket was read or written last. */
static void row_update(struct change *change, struct ticket *ticket, enum hall_ticket_state from)
{
    hall_change_exec(
        change,
        "UPDATE ticket SET state = $1, revision = $2, ready = $3, online = $4, parked = $5, requeued = $6, "
        "returned = $7, failures = $8, due_at_us = $9, since_at_us = $10, offline_at_us = $11, no_show_at_us = $12, "
        "deadline_at_us = $13, served_at_us = $14, finished_at_us = $15, window_no = $16, target_window_no = $17, "
        "staff_no = $18, session = $19, result_code = $20, result_note = $21, "
        "transfer_note = $22 WHERE id = $23 AND state = $24 AND revision = $25",
        HALL_VALUES(
            HALL_TEXT(hall_ticket_state_name(ticket->state)), HALL_INT(ticket->revision + 1),
            HALL_INT(ticket->ready), HALL_INT(ticket->online), HALL_INT(ticket->parked),
            HALL_INT(ticket->requeued), HALL_INT(ticket->returned), HALL_INT(ticket->failures),
            HALL_INT(ticket->due_at_us), HALL_INT(ticket->since_at_us),
            HALL_INT(ticket->offline_at_us), HALL_INT(ticket->no_show_at_us),
            HALL_INT(ticket->deadline_at_us), HALL_INT(ticket->served_at_us),
            HALL_INT(ticket->finished_at_us), HALL_INT(ticket->window),
            HALL_INT(ticket->target_window), HALL_TEXT(ticket->staff_no),
            HALL_TEXT(ticket->session.text), HALL_TEXT(ticket->result.code),
            HALL_TEXT(ticket->result.note), HALL_TEXT(ticket->note), HALL_TEXT(ticket->id.text),
            HALL_TEXT(hall_ticket_state_name(from)), HALL_INT(ticket->revision)),
        1);
    ticket->revision++;
}

/* Nobody may be offered a ticket that is over: it is freed at the turn's end. In the same transaction, since a
 * later one may fail. */
static void offers_withdraw(struct change *change, const struct ticket *ticket)
{
    const GPtrArray *windows = change->hall->windows;
    for (guint i = 0; i < windows->len; i++) {
        struct window *window = windows->pdata[i];
        if (window->offer == ticket)
            hall_window_offer_drop(change, window, "offer_withdrawn", false, HALL_ACTOR_SYSTEM);
    }
}

void hall_ticket_move(struct change *change, struct ticket *ticket, enum hall_life_event event,
                      const char *actor, const char *format, ...)
{
    if (change->error)
        return;
    hall_ticket_touch(change, ticket);
    enum hall_ticket_state from = ticket->state;
    if (!hall_life_next(from, event, &ticket->state)) {
        change->error = -EINVAL;
        return;
    }
    if (ticket->state != from)
        ticket->since_at_us = change->now_us;
    row_update(change, ticket, from);

    const char *name = hall_life_event_name(event);
    g_autofree char *action = g_strdup_printf("ticket.%s", name);
    va_list args;
    va_start(args, format);
    g_autofree char *words = g_strdup_vprintf(format, args);
    va_end(args);
    hall_audit_append(change, actor, action, ticket->id.text, "number=%s from=%s to=%s%s%s",
                      ticket->number, hall_ticket_state_name(from),
                      hall_ticket_state_name(ticket->state), *words ? " " : "", words);
    log_debug("hall", "ticket %s: %s -> %s (%s)", ticket->number, hall_ticket_state_name(from),
              hall_ticket_state_name(ticket->state), name);
    ticket->cause = name;
    if (hall_life_is_over(ticket->state))
        offers_withdraw(change, ticket);
}

void hall_ticket_note(struct change *change, struct ticket *ticket, const char *action,
                      const char *actor, const char *format, ...)
{
    if (change->error)
        return;
    hall_ticket_touch(change, ticket);
    row_update(change, ticket, ticket->state);
    g_autofree char *what = g_strdup_printf("ticket.%s", action);
    va_list args;
    va_start(args, format);
    g_autofree char *words = g_strdup_vprintf(format, args);
    va_end(args);
    hall_audit_append(change, actor, what, ticket->id.text, "number=%s%s%s", ticket->number,
                      *words ? " " : "", words);
    ticket->cause = action;
}

void hall_ticket_insert(struct change *change, struct ticket *ticket)
{
    ticket->revision = 1;
    hall_change_exec(
        change,
        "INSERT INTO ticket (id, citizen, day, number, matter, notice_sha256, state, revision, ready, online, "
        "priority, parked, requeued, returned, failures, created_at_us, due_at_us, since_at_us, offline_at_us, "
        "no_show_at_us, deadline_at_us, served_at_us, finished_at_us, window_no, target_window_no, staff_no, session, "
        "result_code, result_note) VALUES ($1, $2, $3, $4, $5, $6, $7, 1, 0, $8, $9, 0, 0, 0, 0, $10, $11, $12, $13, "
        "0, 0, 0, 0, 0, 0, '', '', '', '')",
        HALL_VALUES(HALL_TEXT(ticket->id.text), HALL_TEXT(ticket->citizen.text),
                    HALL_INT(ticket->day), HALL_TEXT(ticket->number),
                    HALL_TEXT(ticket->matter->code), HALL_TEXT(ticket->notice_sha256),
                    HALL_TEXT(hall_ticket_state_name(ticket->state)), HALL_INT(ticket->online),
                    HALL_INT(ticket->priority), HALL_INT(ticket->created_at_us),
                    HALL_INT(ticket->due_at_us), HALL_INT(ticket->since_at_us),
                    HALL_INT(ticket->offline_at_us)),
        1);
    hall_audit_append(
        change, HALL_ACTOR_CITIZEN, "ticket.created", ticket->id.text,
        "number=%s day=%d matter=%s citizen=%s notice=%s priority=%d due=%" G_GINT64_FORMAT,
        ticket->number, ticket->day, ticket->matter->code, ticket->citizen.text,
        ticket->notice_sha256, ticket->priority, ticket->due_at_us);
}

void hall_ticket_adopt(struct hall *hall, struct ticket *ticket)
{
    g_ptr_array_add(hall->tickets, ticket);
}

void hall_ticket_write_missing(struct change *change, const struct ticket *ticket)
{
    hall_change_exec(change, "DELETE FROM ticket_missing WHERE ticket = $1",
                     HALL_VALUES(HALL_TEXT(ticket->id.text)), -1);
    for (unsigned i = 0; i < ticket->result.missing_count; i++)
        hall_change_exec(change,
                         "INSERT INTO ticket_missing (ticket, place, name) VALUES ($1, $2, $3)",
                         HALL_VALUES(HALL_TEXT(ticket->id.text), HALL_INT(i + 1),
                                     HALL_TEXT(ticket->result.missing[i])),
                         1);
}

static int counter_read(const struct hall_store_row *row, void *user)
{
    *(int64_t *)user = hall_store_int(row, 0);
    return 0;
}

void hall_number_draw(struct change *change, char letter, int day,
                      char ret_number[HALL_NUMBER_BYTES])
{
    const char text[2] = {letter};
    int64_t last = 0;
    if (change->error)
        return;
    change->error = hall_store_query(
        change->hall->store, "SELECT last FROM ticket_counter WHERE day = $1 AND letter = $2",
        HALL_VALUES(HALL_INT(day), HALL_TEXT(text)), counter_read, &last);
    if (last)
        hall_change_exec(change,
                         "UPDATE ticket_counter SET last = $1 WHERE day = $2 AND letter = $3",
                         HALL_VALUES(HALL_INT(last + 1), HALL_INT(day), HALL_TEXT(text)), 1);
    else
        hall_change_exec(change,
                         "INSERT INTO ticket_counter (day, letter, last) VALUES ($1, $2, 1)",
                         HALL_VALUES(HALL_INT(day), HALL_TEXT(text)), 1);
    snprintf(ret_number, HALL_NUMBER_BYTES, "%c%03u", letter, (unsigned)(last + 1));
}

void hall_ticket_view(const struct ticket *ticket, struct hall_ticket *ret_view)
{
    *ret_view = (struct hall_ticket){
        .id = ticket->id,
        .citizen = ticket->citizen,
        .matter = ticket->matter,
        .state = ticket->state,
        .ready = ticket->ready,
        .online = ticket->online,
        .priority = ticket->priority,
        .created_at_us = ticket->created_at_us,
        .due_at_us = ticket->due_at_us,
        .since_at_us = ticket->since_at_us,
        .deadline_at_us = ticket->deadline_at_us,
        .window = ticket->window,
        .session = ticket->session,
        .result = ticket->result,
        .transferred = ticket->target_window != 0,
    };
    memcpy(ret_view->note, ticket->note, sizeof ret_view->note);
    memcpy(ret_view->number, ticket->number, sizeof ret_view->number);
    memcpy(ret_view->staff_no, ticket->staff_no, sizeof ret_view->staff_no);
    if (ticket->state == HALL_WAITING) {
        ret_view->ahead = ticket->ahead;
        ret_view->wait_min_us = ticket->wait_min_us;
        ret_view->wait_max_us = ticket->wait_max_us;
        ret_view->deadline_at_us = ticket->no_show_at_us;
    }
}

bool hall_ticket_is_for(const struct hall_ticket *ticket, unsigned window)
{
    for (unsigned i = 0; i < ticket->window_count; i++)
        if (ticket->windows[i] == window)
            return true;
    return false;
}
