#include "signaling/session/desk.h"

#include <glib.h>
#include <string.h>

#include "signaling/daemon.h"
#include "signaling/session/view.h"

static struct sig_window *window_of(struct sig_daemon *daemon, unsigned no)
{
    struct sig_window *window = g_hash_table_lookup(daemon->windows, GUINT_TO_POINTER(no));
    if (!window) {
        window = g_new0(struct sig_window, 1);
        window->no = no;
        g_hash_table_insert(daemon->windows, GUINT_TO_POINTER(no), window);
    }
    return window;
}

void sig_desk_window_seen(struct sig_daemon *daemon, const struct hall_window *window,
                          const struct hall_ticket *ticket)
{
    struct sig_window *seen = window_of(daemon, window->no);
    seen->view = *window;
    if (ticket)
        seen->ticket = *ticket;
}

void sig_desk_ticket_seen(struct sig_daemon *daemon, const struct hall_ticket *ticket)
{
    if (ticket->window)
        window_of(daemon, ticket->window)->ticket = *ticket;
}

const struct sig_window *sig_desk_window(struct sig_daemon *daemon, unsigned no)
{
    const struct sig_window *window = g_hash_table_lookup(daemon->windows, GUINT_TO_POINTER(no));
    return window && window->view.no ? window : NULL;
}

json_t *sig_desk_view(const struct sig_window *window)
{
    bool serves =
        *window->view.ticket.text && !strcmp(window->view.ticket.text, window->ticket.id.text);
    return sig_view_window(&window->view, serves ? &window->ticket : NULL);
}
