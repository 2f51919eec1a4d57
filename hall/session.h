/* Sessions as the business sees them: their rows and their live objects. Hall thread. */
#ifndef HALL_SESSION_H
#define HALL_SESSION_H

#include "hall/change.h"

/* A new row, CONNECTING, for a ticket or (NULL) for the integrator; the caller owns it until the change is
 * committed and hall_session_adopt() gives it to the hall. */
struct session *hall_session_insert(struct change *change, const struct ticket *ticket,
                                    const struct hall_matter *matter, enum hall_recording recording,
                                    const char *actor);
void hall_session_adopt(struct hall *hall, struct session *session);

/* ENDED in its row and its object; nothing where it is not live. `phase` "": active when it had started, else
 * connecting. */
void hall_session_close(struct change *change, const char *id, const char *reason,
                        const char *phase, const char *actor);

/* A session that a former run left open, with nothing live of it, is ended in its row: reason, phase and time are
 * those of `view`. Before the thread starts. */
void hall_session_close_left(struct change *change, const struct hall_session *view);

/* Until when one that is made, or goes on, at `from_us` has to be connected. */
int64_t hall_session_connect_by_us(const struct hall *hall, const struct hall_session *view,
                                   int64_t from_us);

#endif
