/* A judge that knows the queue's rule and the trail, and nothing of the hall's code: it replays the trail and says
 * whether every call and every offer was the one that the rule wants. */
#ifndef TESTS_UNIT_HALL_REPLAY_H
#define TESTS_UNIT_HALL_REPLAY_H

#include <glib.h>

struct replay_figures {
    unsigned picks;       /* calls and offers judged */
    unsigned let_pass;    /* where two priority calls let an ordinary ticket pass */
    unsigned passed_over; /* who was not there */
    unsigned moves;       /* changes of a ticket's state */
};

/* `rows` as of trail_read(). Fails the test at the first wrong row. */
void replay_judge(const char *database, const GPtrArray *rows, struct replay_figures *ret_figures);

#endif
