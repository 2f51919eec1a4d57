/* Staff: who may sign in, with which role, and the lock-out. Hall thread. */
#ifndef HALL_STAFF_H
#define HALL_STAFF_H

#include "hall/hasher.h"

enum { HALL_MAX_LOGIN_FAILURES = 5 };
#define HALL_LOGIN_LOCK_US (10 * 60 * (int64_t)G_USEC_PER_SEC)

/* "clerk" …; unknown: HALL_HELPER, who may least. Any thread. */
enum hall_role hall_role_parse(const char *name);

/* The second half of hall_do_login(): the password was checked. */
void hall_staff_checked(struct hall *hall, const struct hasher_job *job, struct answer *answer);

#endif
