/* What a former run left open. Before the thread starts. */
#ifndef HALL_RECOVERY_H
#define HALL_RECOVERY_H

#include "hall/core.h"

/* Checks the trail's chain (a break is written into the trail and does not stop the service), ends the sessions
 * that cannot go on and puts their tickets back into the queue, in one transaction. 0 or a negative errno. */
int hall_recover(struct hall *hall);

#endif
