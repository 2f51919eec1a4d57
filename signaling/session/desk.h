/* What the hall told last about each window: consoles see it beside their own requests. Control thread. */
#ifndef SIGNALING_SESSION_DESK_H
#define SIGNALING_SESSION_DESK_H

#include <jansson.h>

#include "hall/hall.h"

struct sig_daemon;

/* A window and the ticket it serves; daemon.windows owns it. */
struct sig_window {
    unsigned no;
    struct hall_window view;
    struct hall_ticket ticket; /* of view.ticket, when it was told */
};

/* Takes note. `ticket` may be NULL. */
void sig_desk_window_seen(struct sig_daemon *daemon, const struct hall_window *window,
                          const struct hall_ticket *ticket);
void sig_desk_ticket_seen(struct sig_daemon *daemon, const struct hall_ticket *ticket);

/* NULL: never heard of. */
const struct sig_window *sig_desk_window(struct sig_daemon *daemon, unsigned no);

/* As docs/protocol.md, Window, with its ticket. */
json_t *sig_desk_view(const struct sig_window *window);

#endif
