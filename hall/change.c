#include "hall/change.h"

#include <errno.h>
#include <string.h>

#include "base/clock.h"

struct former {
    void *live;
    void *copy; /* owned */
    size_t size;
};

void hall_change_begin(struct change *change, struct hall *hall)
{
    *change = (struct change){
        .hall = hall,
        .now_us = clock_wall_us(),
        .before = g_array_new(FALSE, FALSE, sizeof(struct former)),
        .audit_before = hall->audit,
    };
    change->error = hall_store_begin(hall->store);
}

void hall_change_touch(struct change *change, void *live, size_t size)
{
    for (guint i = 0; i < change->before->len; i++) {
        if (g_array_index(change->before, struct former, i).live == live)
            return;
    }
    struct former former = {live, g_memdup2(live, size), size};
    g_array_append_val(change->before, former);
}

void hall_change_exec(struct change *change, const char *sql, const struct hall_store_value *values,
                      size_t count, int64_t rows)
{
    if (change->error)
        return;
    int64_t changed = 0;
    change->error = hall_store_exec(change->hall->store, sql, values, count, &changed);
    if (!change->error && rows >= 0 && changed != rows)
        change->error = -ESTALE; /* somebody else has written to the database */
}

static void former_restore(struct change *change)
{
    for (guint i = 0; i < change->before->len; i++) {
        struct former *former = &g_array_index(change->before, struct former, i);
        memcpy(former->live, former->copy, former->size);
    }
    change->hall->audit = change->audit_before;
}

int hall_change_commit(struct change *change)
{
    if (!change->error)
        change->error = hall_store_commit(change->hall->store);
    if (change->error) {
        hall_store_rollback(change->hall->store);
        former_restore(change);
    } else {
        change->hall->settle_needed = true;
    }
    for (guint i = 0; i < change->before->len; i++)
        g_free(g_array_index(change->before, struct former, i).copy);
    g_array_free(change->before, TRUE);
    change->before = NULL;
    return change->error;
}
