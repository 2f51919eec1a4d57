/* One-time codes, by their digest. Hall thread. */
#ifndef HALL_CLAIM_H
#define HALL_CLAIM_H

#include "hall/core.h"

/* Before the thread starts: fills hall->claims with those that are still good; the others go. 0 or a negative errno. */
int hall_claims_load(struct hall *hall, int64_t now_us);

#endif
