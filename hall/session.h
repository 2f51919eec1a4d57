/* Sessions as the business sees them: their rows and their live objects. Hall thread. */
#ifndef HALL_SESSION_H
#define HALL_SESSION_H

#include "hall/change.h"

/* A new row, CONNECTING, for a ticket or (NULL) for the integrator; the caller owns it until the change is
 * committed and hall_session_adopt() gives it to the hall. */
struct session *hall_session_insert(struct change *change, const struct ticket *ticket,
                                    const struct hall_matter *matter, bool recording_required,
                                    const char *actor);
void hall_session_adopt(struct hall *hall, struct session *session);

/* ENDED in its row and its object; nothing where it is not live. */
void hall_session_close(struct change *change, const char *id, const char *reason,
                        const char *actor);

/* Before the thread starts: every session that a former run left open is ended, `server_restart`. */
void hall_sessions_close_left(struct change *change);

#endif
