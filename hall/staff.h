/* Staff: who may sign in, with which role, and the lock-out. Hall thread. */
#ifndef HALL_STAFF_H
#define HALL_STAFF_H

#include "hall/hasher.h"

enum { HALL_MAX_LOGIN_FAILURES = 5 };
#define HALL_LOGIN_LOCK_US (10 * 60 * (int64_t)G_USEC_PER_SEC)

/* The second half of hall_do_login(): the password was checked. */
void hall_staff_checked(struct hall *hall, const struct hasher_job *job, struct answer *answer);

#endif
