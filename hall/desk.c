#include "hall/desk.h"

#include <string.h>

#include "hall/audit.h"
#include "hall/ticket.h"
#include "hall/window.h"

void hall_desk_give_back(struct change *change, struct ticket *ticket, enum hall_life_event event,
                         const char *actor, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    g_autofree char *words = g_strdup_vprintf(format, args);
    va_end(args);
    hall_ticket_touch(change, ticket);
    ticket->window = 0;
    ticket->staff_no[0] = '\0';
    ticket->session = (struct id){{0}};
    ticket->deadline_at_us = 0;
    ticket->served_at_us = 0;
    ticket->returned = true;
    hall_ticket_move(change, ticket, event, actor, "%s", words);
}

void hall_desk_give_back_unanswered(struct change *change, struct ticket *ticket,
                                    enum hall_life_event event, const char *actor)
{
    hall_ticket_touch(change, ticket);
    ticket->ready = false;
    ticket->no_show_at_us = change->now_us + change->hall->timers.no_show_us;
    hall_desk_give_back(change, ticket, event, actor, "window=%u kept_until=%" G_GINT64_FORMAT,
                        ticket->window, ticket->no_show_at_us);
}

void hall_desk_keep(struct change *change, struct ticket *ticket)
{
    struct window *window = hall_find_window(change->hall, ticket->window);
    if (!window)
        return;
    hall_change_touch(change, window, sizeof *window);
    window->ticket = ticket;
    memcpy(window->staff_no, ticket->staff_no, sizeof window->staff_no);
    window->state_after = HALL_WINDOW_NOT_READY;
    hall_window_move(change, window, HALL_WINDOW_BUSY, "kept", HALL_ACTOR_SYSTEM);
}

void hall_desk_fail(struct change *change, struct ticket *ticket, const char *reason,
                    const char *actor)
{
    g_autofree char *word = hall_audit_word(reason);
    hall_ticket_touch(change, ticket);
    ticket->failures++;
    if (ticket->failures < HALL_MAX_TECH_FAILURES) {
        hall_desk_give_back(change, ticket, HALL_LIFE_TECH_FAILED, actor, "reason=%s failures=%u",
                            word, ticket->failures);
        return;
    }
    ticket->deadline_at_us = 0;
    ticket->finished_at_us = change->now_us;
    hall_ticket_move(change, ticket, HALL_LIFE_TECH_GAVE_UP, actor, "reason=%s failures=%u", word,
                     ticket->failures);
}

void hall_desk_finish(struct change *change, struct ticket *ticket, enum hall_life_event event,
                      const char *actor)
{
    hall_ticket_touch(change, ticket);
    ticket->deadline_at_us = 0;
    ticket->finished_at_us = change->now_us;
    hall_ticket_move(change, ticket, event, actor, "result=%s window=%u staff=%s",
                     *ticket->result.code ? ticket->result.code : "none", ticket->window,
                     ticket->staff_no);
    struct window *window = hall_find_window(change->hall, ticket->window);
    if (window && ticket->served_at_us)
        hall_window_serve(change, window, ticket->finished_at_us - ticket->served_at_us);
    hall_change_exec(change, "UPDATE session SET result = $1 WHERE id = $2",
                     HALL_VALUES(HALL_TEXT(ticket->result.code), HALL_TEXT(ticket->session.text)),
                     -1);
}
