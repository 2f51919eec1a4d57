/* Sessions that a former run left open: those that go on and those that are ended. Before the thread starts. */
#ifndef HALL_RUNNING_H
#define HALL_RUNNING_H

#include "hall/change.h"

/* Reads every session that has not ended, with its people, into hall->running. 0 or a negative errno. */
int hall_running_load(struct hall *hall);

/* Lets each go on (`alive`, and somebody is known to be in it, and its ticket is still its own) or ends it with reason
 * `server_restart`; only those that go on stay in hall->running, the others
 * are in hall->cut_off. The tickets of those are RECONNECTING, or still
 * CONNECTING, and their windows theirs. `down_us`: for how long nobody was there. */
void hall_running_settle(struct change *change, bool alive, int64_t down_us);

#endif
