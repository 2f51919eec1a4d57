/* The live objects. */
#include <string.h>

#include "hall/core.h"

struct ticket *hall_find_ticket(const struct hall *hall, const char *id)
{
    for (guint i = 0; *id && i < hall->tickets->len; i++) {
        struct ticket *ticket = hall->tickets->pdata[i];
        if (!strcmp(ticket->id.text, id))
            return ticket;
    }
    return NULL;
}

struct ticket *hall_find_ticket_of(const struct hall *hall, const char *citizen)
{
    for (guint i = 0; *citizen && i < hall->tickets->len; i++) {
        struct ticket *ticket = hall->tickets->pdata[i];
        if (!strcmp(ticket->citizen.text, citizen) && !hall_life_is_over(ticket->state))
            return ticket;
    }
    return NULL;
}

struct window *hall_find_window(const struct hall *hall, unsigned no)
{
    for (guint i = 0; i < hall->windows->len; i++) {
        struct window *window = hall->windows->pdata[i];
        if (window->no == no)
            return window;
    }
    return NULL;
}

struct session *hall_find_session(const struct hall *hall, const char *id)
{
    for (guint i = 0; *id && i < hall->sessions->len; i++) {
        struct session *session = hall->sessions->pdata[i];
        if (!strcmp(session->view.id.text, id) && session->view.state != HALL_SESSION_ENDED)
            return session;
    }
    return NULL;
}
