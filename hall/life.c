#include "hall/life.h"

#include <string.h>

static const char *const state_names[HALL_LIFE_STATES] = {
    [HALL_TICKETED] = "TICKETED",
    [HALL_WAITING] = "WAITING",
    [HALL_CALLED] = "CALLED",
    [HALL_RINGING] = "RINGING",
    [HALL_CONNECTING] = "CONNECTING",
    [HALL_IN_SESSION] = "IN_SESSION",
    [HALL_HELD] = "HELD",
    [HALL_RECONNECTING] = "RECONNECTING",
    [HALL_WRAP_UP] = "WRAP_UP",
    [HALL_FINISHED] = "FINISHED",
    [HALL_CANCELLED] = "CANCELLED",
    [HALL_NO_SHOW] = "NO_SHOW",
    [HALL_ABANDONED] = "ABANDONED",
    [HALL_FAILED_TECH] = "FAILED_TECH",
    [HALL_EXPIRED] = "EXPIRED",
};

static const char *const event_names[HALL_LIFE_EVENTS] = {
    [HALL_LIFE_QUEUED] = "queued",
    [HALL_LIFE_CANCELLED] = "cancelled",
    [HALL_LIFE_READY] = "ready",
    [HALL_LIFE_CALLED] = "called",
    [HALL_LIFE_ENTERED] = "entered",
    [HALL_LIFE_RING_TIMEOUT] = "ring_timeout",
    [HALL_LIFE_MISSED] = "missed",
    [HALL_LIFE_REJECTED] = "rejected",
    [HALL_LIFE_WINDOW_CLOSED] = "window_closed",
    [HALL_LIFE_NO_SHOW] = "no_show",
    [HALL_LIFE_REQUEUED] = "requeued",
    [HALL_LIFE_PARKED] = "parked",
    [HALL_LIFE_ABANDONED] = "abandoned",
    [HALL_LIFE_STARTED] = "started",
    [HALL_LIFE_HELD] = "held",
    [HALL_LIFE_RESUMED] = "resumed",
    [HALL_LIFE_LOST] = "lost",
    [HALL_LIFE_BACK] = "back",
    [HALL_LIFE_BACK_HELD] = "back_held",
    [HALL_LIFE_TECH_FAILED] = "tech_failed",
    [HALL_LIFE_TECH_GAVE_UP] = "tech_gave_up",
    [HALL_LIFE_RESTARTED] = "restarted",
    [HALL_LIFE_REVIVED] = "revived",
    [HALL_LIFE_ENDED] = "ended",
    [HALL_LIFE_TRANSFERRED] = "transferred",
    [HALL_LIFE_EXTENDED] = "extended",
    [HALL_LIFE_WRAP_UP_TIMEOUT] = "wrap_up_timeout",
    [HALL_LIFE_FINISHED] = "finished",
    [HALL_LIFE_RESULT_LATE] = "result_late",
};

/* RINGING and EXPIRED have no row: they wait for a receipt from the phone and for appointments. */
static const struct transition {
    enum hall_ticket_state from;
    enum hall_life_event event;
    enum hall_ticket_state to;
} transitions[] = {
    {HALL_TICKETED, HALL_LIFE_QUEUED, HALL_WAITING},
    {HALL_TICKETED, HALL_LIFE_CANCELLED, HALL_CANCELLED},

    {HALL_WAITING, HALL_LIFE_CANCELLED, HALL_CANCELLED},
    {HALL_WAITING, HALL_LIFE_READY, HALL_WAITING},
    {HALL_WAITING, HALL_LIFE_CALLED, HALL_CALLED},
    {HALL_WAITING, HALL_LIFE_NO_SHOW, HALL_NO_SHOW},
    {HALL_WAITING, HALL_LIFE_PARKED, HALL_WAITING},
    {HALL_WAITING, HALL_LIFE_ABANDONED, HALL_ABANDONED},

    {HALL_CALLED, HALL_LIFE_CANCELLED, HALL_CANCELLED},
    {HALL_CALLED, HALL_LIFE_ENTERED, HALL_CONNECTING},
    {HALL_CALLED, HALL_LIFE_RING_TIMEOUT, HALL_WAITING},
    {HALL_CALLED, HALL_LIFE_MISSED, HALL_WAITING},
    {HALL_CALLED, HALL_LIFE_REJECTED, HALL_WAITING},
    {HALL_CALLED, HALL_LIFE_WINDOW_CLOSED, HALL_WAITING},
    {HALL_CALLED, HALL_LIFE_RESTARTED, HALL_WAITING},
    {HALL_CALLED, HALL_LIFE_REVIVED, HALL_CALLED},

    {HALL_CONNECTING, HALL_LIFE_STARTED, HALL_IN_SESSION},
    {HALL_CONNECTING, HALL_LIFE_TECH_FAILED, HALL_WAITING},
    {HALL_CONNECTING, HALL_LIFE_TECH_GAVE_UP, HALL_FAILED_TECH},
    {HALL_CONNECTING, HALL_LIFE_RESTARTED, HALL_WAITING},
    {HALL_CONNECTING, HALL_LIFE_REVIVED, HALL_CONNECTING},

    {HALL_IN_SESSION, HALL_LIFE_HELD, HALL_HELD},
    {HALL_IN_SESSION, HALL_LIFE_LOST, HALL_RECONNECTING},
    {HALL_IN_SESSION, HALL_LIFE_ENDED, HALL_WRAP_UP},
    {HALL_IN_SESSION, HALL_LIFE_TECH_FAILED, HALL_WAITING},
    {HALL_IN_SESSION, HALL_LIFE_TECH_GAVE_UP, HALL_FAILED_TECH},
    {HALL_IN_SESSION, HALL_LIFE_RESTARTED, HALL_WAITING},
    {HALL_IN_SESSION, HALL_LIFE_REVIVED, HALL_RECONNECTING},
    {HALL_IN_SESSION, HALL_LIFE_TRANSFERRED, HALL_WAITING},
    {HALL_IN_SESSION, HALL_LIFE_FINISHED, HALL_FINISHED},

    {HALL_HELD, HALL_LIFE_RESUMED, HALL_IN_SESSION},
    {HALL_HELD, HALL_LIFE_LOST, HALL_RECONNECTING},
    {HALL_HELD, HALL_LIFE_ENDED, HALL_WRAP_UP},
    {HALL_HELD, HALL_LIFE_TECH_FAILED, HALL_WAITING},
    {HALL_HELD, HALL_LIFE_TECH_GAVE_UP, HALL_FAILED_TECH},
    {HALL_HELD, HALL_LIFE_RESTARTED, HALL_WAITING},
    {HALL_HELD, HALL_LIFE_REVIVED, HALL_RECONNECTING},
    {HALL_HELD, HALL_LIFE_TRANSFERRED, HALL_WAITING},
    {HALL_HELD, HALL_LIFE_FINISHED, HALL_FINISHED},

    {HALL_RECONNECTING, HALL_LIFE_LOST, HALL_RECONNECTING},
    {HALL_RECONNECTING, HALL_LIFE_HELD, HALL_RECONNECTING},
    {HALL_RECONNECTING, HALL_LIFE_RESUMED, HALL_RECONNECTING},
    {HALL_RECONNECTING, HALL_LIFE_BACK, HALL_IN_SESSION},
    {HALL_RECONNECTING, HALL_LIFE_BACK_HELD, HALL_HELD},
    {HALL_RECONNECTING, HALL_LIFE_ENDED, HALL_WRAP_UP},
    {HALL_RECONNECTING, HALL_LIFE_TECH_FAILED, HALL_WAITING},
    {HALL_RECONNECTING, HALL_LIFE_TECH_GAVE_UP, HALL_FAILED_TECH},
    {HALL_RECONNECTING, HALL_LIFE_RESTARTED, HALL_WAITING},
    {HALL_RECONNECTING, HALL_LIFE_REVIVED, HALL_RECONNECTING},
    {HALL_RECONNECTING, HALL_LIFE_TRANSFERRED, HALL_WAITING},
    {HALL_RECONNECTING, HALL_LIFE_FINISHED, HALL_FINISHED},

    {HALL_WRAP_UP, HALL_LIFE_EXTENDED, HALL_WRAP_UP},
    {HALL_WRAP_UP, HALL_LIFE_TRANSFERRED, HALL_WAITING},
    {HALL_WRAP_UP, HALL_LIFE_WRAP_UP_TIMEOUT, HALL_FINISHED},
    {HALL_WRAP_UP, HALL_LIFE_FINISHED, HALL_FINISHED},

    {HALL_FINISHED, HALL_LIFE_RESULT_LATE, HALL_FINISHED},
    {HALL_NO_SHOW, HALL_LIFE_REQUEUED, HALL_WAITING},
};

const char *hall_ticket_state_name(enum hall_ticket_state state)
{
    return state_names[state];
}

const char *hall_life_event_name(enum hall_life_event event)
{
    return event_names[event];
}

bool hall_life_next(enum hall_ticket_state from, enum hall_life_event event,
                    enum hall_ticket_state *ret_to)
{
    for (size_t i = 0; i < sizeof transitions / sizeof *transitions; i++) {
        if (transitions[i].from != from || transitions[i].event != event)
            continue;
        if (ret_to)
            *ret_to = transitions[i].to;
        return true;
    }
    return false;
}

bool hall_life_is_over(enum hall_ticket_state state)
{
    switch (state) {
    case HALL_FINISHED:
    case HALL_CANCELLED:
    case HALL_NO_SHOW:
    case HALL_ABANDONED:
    case HALL_FAILED_TECH:
    case HALL_EXPIRED: return true;
    case HALL_TICKETED:
    case HALL_WAITING:
    case HALL_CALLED:
    case HALL_RINGING:
    case HALL_CONNECTING:
    case HALL_IN_SESSION:
    case HALL_HELD:
    case HALL_RECONNECTING:
    case HALL_WRAP_UP: break;
    }
    return false;
}

bool hall_life_state_parse(const char *name, enum hall_ticket_state *ret_state)
{
    for (int i = 0; i < HALL_LIFE_STATES; i++) {
        if (!strcmp(state_names[i], name)) {
            *ret_state = (enum hall_ticket_state)i;
            return true;
        }
    }
    return false;
}
