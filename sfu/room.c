#include "sfu/room.h"

#include "sfu/peer.h"
#include "sfu/worker/worker.h"

#include <errno.h>
#include <stdlib.h>

int room_create(struct worker *worker, sfu_room_id id, struct room **ret_room)
{
    struct room *room = calloc(1, sizeof *room);
    if (!room)
        return -ENOMEM;
    room->id = id;
    room->worker = worker;
    int r = fwd_room_create(&worker->fwd_env, id, &room->fwd);
    if (r < 0) {
        free(room);
        return r;
    }
    counter_add(&worker->counters.rooms, 1);
    *ret_room = room;
    return 0;
}

void room_destroy(struct room *room)
{
    if (!room)
        return;
    while (room->peers)
        peer_destroy(room->peers);
    fwd_room_destroy(room->fwd);
    counter_sub(&room->worker->counters.rooms);
    free(room);
}
