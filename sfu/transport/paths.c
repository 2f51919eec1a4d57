#include "sfu/transport/paths.h"

#include <errno.h>
#include <string.h>

void paths_init(struct paths *paths)
{
    memset(paths, 0, sizeof *paths);
    paths->selected = -1;
}

static int index_of(const struct paths *paths, const struct tuple *tuple)
{
    for (unsigned i = 0; i < paths->count; i++)
        if (tuple_equal(&paths->list[i].tuple, tuple))
            return (int)i;
    return -1;
}

bool paths_has(const struct paths *paths, const struct tuple *tuple)
{
    return index_of(paths, tuple) >= 0;
}

/* The one that was checked the longest ago, but for the selected; -1 when there is no other. */
static int stalest(const struct paths *paths)
{
    int found = -1;
    for (int i = 0; i < (int)paths->count; i++)
        if (i != paths->selected &&
            (found < 0 || paths->list[i].checked_us < paths->list[found].checked_us))
            found = i;
    return found;
}

int paths_checked(struct paths *paths, const struct tuple *tuple, int64_t now_us,
                  struct tuple *ret_evicted)
{
    *ret_evicted = (struct tuple){0};
    int at = index_of(paths, tuple);
    if (at >= 0) {
        paths->list[at].checked_us = now_us;
        return 0;
    }
    if (paths->count < PATHS_MAX) {
        at = (int)paths->count++;
    } else {
        at = stalest(paths);
        if (at < 0 || paths->list[at].checked_us > now_us - PATHS_STALE_US)
            return -ENOSPC;
        *ret_evicted = paths->list[at].tuple;
    }
    paths->list[at] = (struct path){.tuple = *tuple, .checked_us = now_us};
    if (paths->moved && tuple_equal(&paths->moved_to, tuple)) {
        paths->moved = false;
        paths->selected = at;
    }
    return 1;
}

bool paths_nominate(struct paths *paths, const struct tuple *tuple)
{
    int at = index_of(paths, tuple);
    if (at < 0 || (at == paths->selected && !paths->moved))
        return false;
    paths->selected = at;
    paths->moved = false;
    return true;
}

const struct tuple *paths_current(const struct paths *paths)
{
    if (paths->moved)
        return &paths->moved_to;
    return paths->selected >= 0 ? &paths->list[paths->selected].tuple : NULL;
}

static int freshest(const struct paths *paths)
{
    int found = -1;
    for (int i = 0; i < (int)paths->count; i++)
        if (found < 0 || paths->list[i].checked_us > paths->list[found].checked_us)
            found = i;
    return found;
}

static void remove_at(struct paths *paths, int at)
{
    int last = (int)--paths->count;
    paths->list[at] = paths->list[last];
    if (paths->selected == at)
        paths->selected = freshest(paths);
    else if (paths->selected == last)
        paths->selected = at;
}

void paths_keep(struct paths *paths, int64_t now_us)
{
    if (paths->selected >= 0)
        paths->list[paths->selected].checked_us = now_us;
}

bool paths_expire(struct paths *paths, int64_t now_us, int64_t timeout_us,
                  struct tuple *ret_expired)
{
    for (int i = 0; i < (int)paths->count; i++) {
        if (paths->list[i].checked_us > now_us - timeout_us)
            continue;
        *ret_expired = paths->list[i].tuple;
        remove_at(paths, i);
        return true;
    }
    return false;
}

void paths_forget(struct paths *paths, const struct tuple *tuple)
{
    int at = index_of(paths, tuple);
    if (at >= 0)
        remove_at(paths, at);
}

bool paths_may_move(const struct paths *paths, int64_t now_us)
{
    return !paths->moved && paths->selected >= 0 &&
           (!paths->moved_us || now_us >= paths->moved_us + PATHS_MOVE_AGAIN_US);
}

void paths_move(struct paths *paths, const struct tuple *to, int64_t now_us)
{
    paths->moved = true;
    paths->moved_to = *to;
    paths->moved_us = now_us;
}

bool paths_revert(struct paths *paths, int64_t now_us)
{
    if (!paths->moved || now_us < paths->moved_us + PATHS_MOVE_US)
        return false;
    paths->moved = false;
    return true;
}
