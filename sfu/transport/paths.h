/* The ways to one peer: tuples that passed a connectivity check, which of them is used, and the one
 * that media has moved to before a check confirms it. Pure bookkeeping; no socket, no clock. */
#ifndef SFU_TRANSPORT_PATHS_H
#define SFU_TRANSPORT_PATHS_H

#include "sfu/transport/address.h"

#include <stdbool.h>
#include <stdint.h>

enum {
    PATHS_MAX = 8,
    PATHS_STALE_US = 10000000,      /* an unused path not checked for so long may be replaced */
    PATHS_MOVE_US = 6000000,        /* a move by media must be confirmed by a check within */
    PATHS_MOVE_AGAIN_US = 10000000, /* and only one is begun in */
};

struct path {
    struct tuple tuple;
    int64_t checked_us; /* the last authenticated check */
};

struct paths {
    struct path list[PATHS_MAX]; /* validated */
    unsigned count;
    int selected; /* index, -1 for none */
    bool moved;   /* provisionally, to `moved_to`, which is not in the list */
    struct tuple moved_to;
    int64_t moved_us; /* when the last move began; 0: never */
};

void paths_init(struct paths *paths);

/* Whether the tuple passed a check. */
bool paths_has(const struct paths *paths, const struct tuple *tuple);

/* An authenticated check came over `tuple`. 0: known before. 1: added. -ENOSPC: all places are taken
 * by paths in use. `ret_evicted` gets the tuple that had to go, or family 0. */
int paths_checked(struct paths *paths, const struct tuple *tuple, int64_t now_us,
                  struct tuple *ret_evicted);

/* The peer nominated a validated tuple. True: the path in use has changed by it. */
bool paths_nominate(struct paths *paths, const struct tuple *tuple);

/* Where to send now: the provisional move if there is one, else the selected path, else NULL. */
const struct tuple *paths_current(const struct paths *paths);

/* The selected path is known to be good though no check came over it. */
void paths_keep(struct paths *paths, int64_t now_us);

/* Drops one path that no check has come over for `timeout_us`. False: there is none. When it was the
 * selected one, the freshest other takes its place. */
bool paths_expire(struct paths *paths, int64_t now_us, int64_t timeout_us,
                  struct tuple *ret_expired);

/* Takes a validated tuple out (it is another peer's now). */
void paths_forget(struct paths *paths, const struct tuple *tuple);

/* Whether media from an unvalidated tuple may move the peer: something is selected, no move is pending
 * (it has to end first) and the last one is not too recent. */
bool paths_may_move(const struct paths *paths, int64_t now_us);
void paths_move(struct paths *paths, const struct tuple *to, int64_t now_us);

/* Ends a move that was not confirmed in time; media goes back to the selected path. True when it did. */
bool paths_revert(struct paths *paths, int64_t now_us);

#endif
