/* A room on its worker: its peers and what forwards between them. Worker thread only. Private to
 * sfu/. */
#ifndef SFU_ROOM_H
#define SFU_ROOM_H

#include "sfu/forward/forward.h"
#include "sfu/sfu.h"

struct peer;
struct worker;

struct room {
    sfu_room_id id;
    struct worker *worker; /* outlives the room */
    struct fwd_room *fwd;  /* owned */
    struct peer *peers;    /* owned; peer.room_next */
};

/* 0 or -ENOMEM. */
int room_create(struct worker *worker, sfu_room_id id, struct room **ret_room);
/* Its peers and its sink too. NULL is fine. */
void room_destroy(struct room *room);

#endif
