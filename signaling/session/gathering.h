/* How people come into a session: the two of a ticket at once; those of the API's sessions, and helpers, one by one
 * with their hello. Control thread. */
#ifndef SIGNALING_SESSION_GATHERING_H
#define SIGNALING_SESSION_GATHERING_H

#include <stdbool.h>

#include "hall/hall.h"

struct sig_client;
struct sig_daemon;
struct sig_identity;
struct sig_participant;
struct sig_session;

/* The session of a ticket: citizen and clerk are in it from the start. Begun; 0, or as sig_session_begin() — then the
 * hall was told and it is gone. */
int sig_gathering_of_ticket(struct sig_daemon *daemon, const struct hall_ticket *ticket,
                            const struct hall_session *view, struct sig_session **ret_session);

/* A session of the API, with its two expected participants. `unrecorded`: nobody wants it recorded; it is all the same
 * where its matter requires it. */
struct sig_session *sig_gathering_of_api(struct sig_daemon *daemon, const struct hall_session *view,
                                         bool unrecorded);

/* Whether a helper's token finds no place any more. */
bool sig_gathering_is_full(struct sig_daemon *daemon, const struct sig_identity *identity);

/* The seat of who holds a token: a helper gets one when there is room. NULL: none. */
struct sig_participant *sig_gathering_seat(struct sig_daemon *daemon,
                                           const struct sig_identity *identity);

/* A client whose token names a session takes its seat (a helper gets one) before its welcome. */
void sig_gathering_join(struct sig_client *client);
/* After its welcome: the session begins when nobody is missing. */
void sig_gathering_look(struct sig_client *client);
/* Somebody came: the session begins when nobody is missing. 0; or as sig_session_begin(), then it has ended and is gone. */
int sig_gathering_step(struct sig_session *session);

#endif
