/* A unit of work: one transaction of the store with the live objects that change in it. Objects are touched
 * (their former content is kept), then changed and written; when anything fails the transaction is rolled
 * back and every touched object is as it was. Hall thread, on the stack:
 *
 *     struct change change;
 *     hall_change_begin(&change, hall);
 *     ... touch, change, write, audit ...
 *     if (hall_change_commit(&change) < 0)
 *         return hall_answer_store_failed(answer);
 */
#ifndef HALL_CHANGE_H
#define HALL_CHANGE_H

#include "hall/core.h"

struct change {
    struct hall *hall;
    int64_t now_us; /* the one time of everything in it */
    int error;      /* the first failure; all that follows is skipped */
    GArray *before; /* struct former */
    struct audit_head audit_before;
};

void hall_change_begin(struct change *change, struct hall *hall);

/* Keeps what `live` (of `size` bytes) holds now; once for each object. */
void hall_change_touch(struct change *change, void *live, size_t size);

/* hall_store_exec() that does nothing after a failure. `rows`: how many it must change, -1: any. */
void hall_change_exec(struct change *change, const char *sql, const struct hall_store_value *values,
                      size_t count, int64_t rows);

/* 0, or the first failure, and then nothing has changed. */
int hall_change_commit(struct change *change);

#endif
