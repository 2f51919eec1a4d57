/* Tickets out of the store. */
#include <string.h>

#include "hall/matter.h"
#include "hall/ticket.h"

#define TICKET_COLUMNS                                                                                            \
    "SELECT id, citizen, day, number, matter, notice_sha256, state, revision, ready, online, priority, parked, "  \
    "requeued, returned, failures, created_at_us, due_at_us, since_at_us, offline_at_us, no_show_at_us, "         \
    "deadline_at_us, served_at_us, finished_at_us, window_no, target_window_no, staff_no, session, result_code, " \
    "result_note, transfer_note FROM ticket "

struct loading {
    struct hall *hall;
    GPtrArray *tickets;
};

static void text_columns_read(const struct hall_store_row *row, struct ticket *ticket)
{
    hall_store_copy(row, 0, ticket->id.text, sizeof ticket->id.text);
    hall_store_copy(row, 1, ticket->citizen.text, sizeof ticket->citizen.text);
    hall_store_copy(row, 3, ticket->number, sizeof ticket->number);
    hall_store_copy(row, 5, ticket->notice_sha256, sizeof ticket->notice_sha256);
    hall_store_copy(row, 25, ticket->staff_no, sizeof ticket->staff_no);
    hall_store_copy(row, 26, ticket->session.text, sizeof ticket->session.text);
    hall_store_copy(row, 27, ticket->result.code, sizeof ticket->result.code);
    hall_store_copy(row, 28, ticket->result.note, sizeof ticket->result.note);
    hall_store_copy(row, 29, ticket->note, sizeof ticket->note);
}

static int ticket_read(const struct hall_store_row *row, void *user)
{
    struct loading *loading = user;
    enum hall_ticket_state state;
    const struct hall_matter *matter = hall_matter_find(loading->hall, hall_store_text(row, 4));
    if (!matter || !hall_life_state_parse(hall_store_text(row, 6), &state))
        return -EUCLEAN;

    struct ticket *ticket = g_new(struct ticket, 1);
    *ticket = (struct ticket){
        .day = (int)hall_store_int(row, 2),
        .matter = matter,
        .letter = hall_matter_letter(loading->hall, matter),
        .state = state,
        .revision = hall_store_int(row, 7),
        .ready = hall_store_int(row, 8),
        .online = hall_store_int(row, 9),
        .priority = hall_store_int(row, 10),
        .parked = hall_store_int(row, 11),
        .requeued = hall_store_int(row, 12),
        .returned = hall_store_int(row, 13),
        .failures = (unsigned)hall_store_int(row, 14),
        .created_at_us = hall_store_int(row, 15),
        .due_at_us = hall_store_int(row, 16),
        .since_at_us = hall_store_int(row, 17),
        .offline_at_us = hall_store_int(row, 18),
        .no_show_at_us = hall_store_int(row, 19),
        .deadline_at_us = hall_store_int(row, 20),
        .served_at_us = hall_store_int(row, 21),
        .finished_at_us = hall_store_int(row, 22),
        .window = (unsigned)hall_store_int(row, 23),
        .target_window = (unsigned)hall_store_int(row, 24),
    };
    text_columns_read(row, ticket);
    g_ptr_array_add(loading->tickets, ticket);
    return 0;
}

int hall_ticket_load_live(struct hall *hall, GPtrArray *ret_tickets)
{
    struct loading loading = {hall, ret_tickets};
    return hall_store_query(
        hall->store,
        TICKET_COLUMNS "WHERE state IN ('TICKETED', 'WAITING', 'CALLED', 'RINGING', 'CONNECTING', "
                       "'IN_SESSION', 'HELD', 'RECONNECTING', 'WRAP_UP') ORDER BY created_at_us",
        HALL_NO_VALUES, ticket_read, &loading);
}

/* The first of what a query found, or NULL. */
static int first_take(int r, GPtrArray *tickets, struct ticket **ret_ticket)
{
    g_ptr_array_set_free_func(tickets, g_free);
    if (r == 0)
        *ret_ticket = tickets->len ? g_ptr_array_steal_index(tickets, 0) : NULL;
    g_ptr_array_free(tickets, TRUE);
    return r;
}

int hall_ticket_load(struct hall *hall, const char *id, struct ticket **ret_ticket)
{
    struct loading loading = {hall, g_ptr_array_new()};
    int r = hall_store_query(hall->store, TICKET_COLUMNS "WHERE id = $1",
                             HALL_VALUES(HALL_TEXT(id)), ticket_read, &loading);
    return first_take(r, loading.tickets, ret_ticket);
}

int hall_ticket_load_newest(struct hall *hall, const char *citizen, int day,
                            struct ticket **ret_ticket)
{
    struct loading loading = {hall, g_ptr_array_new()};
    int r = hall_store_query(hall->store,
                             TICKET_COLUMNS
                             "WHERE citizen = $1 AND day = $2 ORDER BY created_at_us DESC LIMIT 1",
                             HALL_VALUES(HALL_TEXT(citizen), HALL_INT(day)), ticket_read, &loading);
    return first_take(r, loading.tickets, ret_ticket);
}
