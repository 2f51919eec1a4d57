/* A ticket's life: the states of hall.h, the events, and the one table that says which event leads where.
 * Pure; any thread. */
#ifndef HALL_LIFE_H
#define HALL_LIFE_H

#include <stdbool.h>
#include <stddef.h>

#include "hall/hall.h"

enum hall_life_event {
    HALL_LIFE_QUEUED,
    HALL_LIFE_CANCELLED,
    HALL_LIFE_READY, /* 我在 */
    HALL_LIFE_CALLED,
    HALL_LIFE_ENTERED,
    HALL_LIFE_RING_TIMEOUT,
    HALL_LIFE_MISSED, /* the clerk ended the ring */
    HALL_LIFE_REJECTED,
    HALL_LIFE_WINDOW_CLOSED,
    HALL_LIFE_NO_SHOW,
    HALL_LIFE_REQUEUED,
    HALL_LIFE_PARKED,
    HALL_LIFE_ABANDONED,
    HALL_LIFE_STARTED,
    HALL_LIFE_HELD,
    HALL_LIFE_RESUMED,
    HALL_LIFE_LOST,
    HALL_LIFE_BACK,
    HALL_LIFE_BACK_HELD,    /* media is back, the hold goes on */
    HALL_LIFE_TECH_FAILED,  /* back to the queue */
    HALL_LIFE_TECH_GAVE_UP, /* failed too often */
    HALL_LIFE_RESTARTED,    /* the daemon was started anew */
    HALL_LIFE_REVIVED,      /* it was, and the session goes on, or the phone rings anew */
    HALL_LIFE_ENDED,
    HALL_LIFE_TRANSFERRED,
    HALL_LIFE_EXTENDED,
    HALL_LIFE_WRAP_UP_TIMEOUT,
    HALL_LIFE_FINISHED,
    HALL_LIFE_RESULT_LATE,
};
enum { HALL_LIFE_EVENTS = HALL_LIFE_RESULT_LATE + 1, HALL_LIFE_STATES = HALL_EXPIRED + 1 };

const char *hall_life_event_name(enum hall_life_event event); /* "ring_timeout" */

/* Where `event` leads from `from`; false: the event is refused there, `ret_to` is untouched. `ret_to` may
 * be NULL. */
bool hall_life_next(enum hall_ticket_state from, enum hall_life_event event,
                    enum hall_ticket_state *ret_to);

/* Nothing but HALL_LIFE_REQUEUED and HALL_LIFE_RESULT_LATE comes after it. */
bool hall_life_is_over(enum hall_ticket_state state);

/* "WAITING"; false for an unknown name. */
bool hall_life_state_parse(const char *name, enum hall_ticket_state *ret_state);

#endif
