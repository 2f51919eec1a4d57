/* What windows and sessions do alike with the ticket they have. Hall thread. */
#ifndef HALL_DESK_H
#define HALL_DESK_H

#include "hall/change.h"

/* The ticket waits again at its own due, and belongs to no window and no session; the window is released by
 * the caller. `event` leads to WAITING. */
void hall_desk_give_back(struct change *change, struct ticket *ticket, enum hall_life_event event,
                         const char *actor, const char *format, ...) G_GNUC_PRINTF(5, 6);

/* Nobody came: as hall_desk_give_back(), the place is kept for a while. */
void hall_desk_give_back_unanswered(struct change *change, struct ticket *ticket,
                                    enum hall_life_event event, const char *actor);

/* After a restart: the window is its clerk's, and busy with this ticket, until he comes back or his time is over; nobody
 * else sits down there. */
void hall_desk_keep(struct change *change, struct ticket *ticket);

/* The session did not work: back to the queue, or FAILED_TECH after too many times. */
void hall_desk_fail(struct change *change, struct ticket *ticket, const char *reason,
                    const char *actor);

/* FINISHED, with the result that the ticket holds; counts the service. */
void hall_desk_finish(struct change *change, struct ticket *ticket, enum hall_life_event event,
                      const char *actor);

#endif
