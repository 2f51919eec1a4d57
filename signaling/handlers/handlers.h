/* The families of messages, one file each, and what arrives without a request. Control thread. */
#ifndef SIGNALING_HANDLERS_HANDLERS_H
#define SIGNALING_HANDLERS_HANDLERS_H

#include <jansson.h>
#include <stdint.h>

#include "hall/hall.h"
#include "signaling/wire/dispatch.h"

enum { SIG_CHAT_CHARS = 500 };

/* Tables that end with a row without name. */
extern const struct sig_message sig_queue_messages[];   /* a citizen's ticket */
extern const struct sig_message sig_clerk_messages[];   /* a window's tickets */
extern const struct sig_message sig_session_messages[]; /* hold, invite, end, chat */
extern const struct sig_message sig_media_messages[];
extern const struct sig_message sig_recording_messages[];
extern const struct sig_message sig_link_messages[];    /* token.refresh */
extern const struct sig_message sig_monitor_messages[]; /* a supervisor's */

/* The parameters of hello, which is in no table. */
extern const struct sig_param sig_hello_params[];

/* `hello` on a socket without a client. */
void sig_hello_handle(struct sig_daemon *daemon, struct sig_conn *conn, int64_t id,
                      const json_t *d);

/* What the hall tells by itself: hall_observer_fn with the daemon as user. */
void sig_hall_event(const struct hall_event *event, void *user);

/* Who asks, inside a session; NULL: nowhere, the request is refused. */
struct sig_participant *sig_request_seat(struct sig_request *request,
                                         const struct sig_client *client);

/* `ticket.accept` is the citizen's and the clerk's. */
void sig_ticket_accept_citizen(struct sig_request *request, struct sig_client *client);
void sig_ticket_accept_clerk(struct sig_request *request, struct sig_client *client,
                             const json_t *d);

#endif
