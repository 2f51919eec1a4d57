/* What the hall tells by itself, on its way to the pages that it concerns. */
#include <string.h>

#include "signaling/daemon.h"
#include "signaling/handlers/console.h"
#include "signaling/handlers/handlers.h"
#include "signaling/session/client.h"
#include "signaling/session/desk.h"
#include "signaling/session/reports.h"
#include "signaling/session/session.h"
#include "signaling/session/view.h"

static json_t *ticket_body(const struct hall_ticket *ticket)
{
    return json_pack("{s:o}", "ticket", sig_view_ticket(ticket));
}

static void called_tell(struct sig_client *client, const struct hall_ticket *ticket)
{
    const struct sig_window *window = sig_desk_window(client->daemon, ticket->window);
    json_t *d = ticket_body(ticket);
    json_object_set_new(d, "window",
                        window ? sig_view_window_ref(&window->view)
                               : json_pack("{s:i, s:s, s:s}", "no", (int)ticket->window, "name", "",
                                           "staff_no", ticket->staff_no));
    json_object_set_new(d, "deadline_at",
                        json_integer((json_int_t)(ticket->deadline_at_us / 1000)));
    sig_client_event(client, "ticket.called", d);
}

static void expired_tell(struct sig_client *client, const struct hall_ticket *ticket,
                         const char *reason)
{
    json_t *d = ticket_body(ticket);
    json_object_set_new(d, "reason", json_string(reason));
    sig_client_event(client, "ticket.expired", d);
}

static void citizen_tell(struct sig_client *client, const struct hall_ticket *ticket)
{
    bool same =
        client->ticket_state == ticket->state && !strcmp(client->ticket.text, ticket->id.text);
    client->ticket = ticket->id;
    client->ticket_state = ticket->state;
    switch (ticket->state) {
    case HALL_TICKETED:
    case HALL_WAITING: sig_client_event(client, "queue.position", ticket_body(ticket)); return;
    case HALL_CALLED:
    case HALL_RINGING:
        if (!same) {
            called_tell(client, ticket);
            return;
        }
        break;
    case HALL_NO_SHOW: expired_tell(client, ticket, "no_show"); return;
    case HALL_ABANDONED: expired_tell(client, ticket, "timeout"); return;
    case HALL_EXPIRED: expired_tell(client, ticket, "closed"); return;
    case HALL_CONNECTING:
    case HALL_IN_SESSION:
    case HALL_HELD:
    case HALL_RECONNECTING:
    case HALL_WRAP_UP:
    case HALL_FINISHED:
    case HALL_CANCELLED:
    case HALL_FAILED_TECH: break;
    }
    sig_client_event(client, "ticket.updated", ticket_body(ticket));
}

static void ticket_changed(struct sig_daemon *daemon, const struct hall_ticket *ticket)
{
    struct sig_client *citizen = sig_client_of(daemon, HALL_CITIZEN, ticket->citizen.text);
    struct sig_client *clerk = ticket->window ? sig_client_at_window(daemon, ticket->window) : NULL;
    sig_desk_ticket_seen(daemon, ticket);
    if (citizen)
        citizen_tell(citizen, ticket);
    if (clerk)
        sig_client_event(clerk, "ticket.updated",
                         json_pack("{s:o}", "ticket", sig_view_ticket_staff(ticket)));
    sig_console_stir(daemon);
}

static void window_changed(struct sig_daemon *daemon, const struct hall_window *window)
{
    struct sig_client *clerk = sig_client_at_window(daemon, window->no);
    sig_desk_window_seen(daemon, window, NULL);
    sig_console_stir(daemon); /* who sits where decides what was transferred may be called by */
    sig_drain_window_seen(daemon, window);
    if (clerk)
        sig_client_event(
            clerk, "window.state",
            json_pack("{s:o}", "window", sig_desk_view(sig_desk_window(daemon, window->no))));
}

static void offered(struct sig_daemon *daemon, const struct hall_event *event)
{
    struct sig_client *clerk =
        event->window ? sig_client_at_window(daemon, event->window->no) : NULL;
    if (!clerk || !event->ticket || daemon->draining)
        return;
    sig_client_event(clerk, "ticket.offered",
                     json_pack("{s:o, s:s, s:I}", "ticket", sig_view_ticket_staff(event->ticket),
                               "why", event->cause ? event->cause : "due", "deadline_at",
                               (json_int_t)(event->deadline_at_us / 1000)));
}

/* The hall waits for a session's start or end. It may have missed what was told before. */
static void session_overdue(struct sig_daemon *daemon, const char *id, const char *cause)
{
    struct sig_session *session = sig_session_find(daemon, id);
    enum sig_reason reason = SIG_REASON_CLOSED;
    (void)sig_reason_parse(cause, &reason);
    if (!session)
        sig_report_ended(daemon, id, cause, NULL);
    else if (!strcmp(cause, "connect_timeout") &&
             (session->state == SIG_SESSION_ACTIVE || session->state == SIG_SESSION_HELD))
        sig_report_started(daemon, id);
    else
        sig_session_end(session, reason, NULL);
}

void sig_hall_event(const struct hall_event *event, void *user)
{
    struct sig_daemon *daemon = user;
    switch (event->type) {
    case HALL_EVENT_TICKET: ticket_changed(daemon, event->ticket); break;
    case HALL_EVENT_OFFERED: offered(daemon, event); break;
    case HALL_EVENT_WINDOW: window_changed(daemon, event->window); break;
    case HALL_EVENT_SESSION_OVERDUE:
        session_overdue(daemon, event->session.text, event->cause ? event->cause : "closed");
        break;
    }
}
