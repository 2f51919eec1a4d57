/* The helper thread that checks passwords: a check is meant to be slow. Bounded; hall thread posts and takes. */
#ifndef HALL_HASHER_H
#define HALL_HASHER_H

#include "base/crypto/password.h"
#include "hall/request.h"

enum { HALL_HASHER_JOBS = 32 };

/* Ownership of the request goes along. */
struct hasher_job {
    struct request *request; /* its `text` is the password; wiped when the job comes back */
    char hash[PASSWORD_HASH_BYTES];
    bool matches;
};

/* Starts the thread. 0 or a negative errno. */
int hall_hasher_create(struct hall_hasher **ret_hasher);
/* Ends the thread; jobs inside are dropped with their requests. NULL is fine. */
void hall_hasher_destroy(struct hall_hasher *hasher);

/* -EAGAIN: HALL_HASHER_JOBS are under way; the request is still the caller's. */
int hall_hasher_post(struct hall_hasher *hasher, const struct hasher_job *job);
/* Readable while jobs are done. */
int hall_hasher_fd(const struct hall_hasher *hasher);
bool hall_hasher_take(struct hall_hasher *hasher, struct hasher_job *ret_job);

#endif
