/* The end of a turn of the hall thread: what follows from what has changed, and telling it. Hall thread. */
#ifndef HALL_TURN_H
#define HALL_TURN_H

#include "hall/core.h"

/* Offers, places, waits and the outlook. Before a reply is made, so that it tells the new place. */
void hall_turn_settle(struct hall *hall);

/* Tells the observer what has changed and drops what is over. */
void hall_turn_end(struct hall *hall);

#endif
