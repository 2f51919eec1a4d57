/* Hellos that wait for the hall, counted: while a newer one of the same person is on its way, an older page's end must
 * not take the window away behind it. Control thread. */
#ifndef SIGNALING_SESSION_GREETINGS_H
#define SIGNALING_SESSION_GREETINGS_H

#include <stdbool.h>

#include "signaling/session/auth.h"

struct sig_daemon;

void sig_greeting_begin(struct sig_daemon *daemon, const struct sig_identity *identity);
void sig_greeting_end(struct sig_daemon *daemon, const struct sig_identity *identity);

/* Of this person, at this window. */
bool sig_greeting_is_pending(struct sig_daemon *daemon, const struct sig_identity *identity);

#endif
