#include <errno.h>
#include <stdlib.h>

#include "base/clock.h"
#include "sfu/forward/peer.h"

int fwd_room_create(const struct fwd_env *env, sfu_room_id id, struct fwd_room **ret_room)
{
    struct fwd_room *room = calloc(1, sizeof *room);
    if (!room)
        return -ENOMEM;
    room->env = env;
    room->id = id;
    room->clock_us = clock_wall_us() - clock_now_us();
    *ret_room = room;
    return 0;
}

void fwd_room_set_sink(struct fwd_room *room, const struct sfu_sink_ops *ops, void *sink)
{
    const struct sfu_sink_ops *old_ops = room->sink_ops;
    void *old = room->sink;
    room->sink_ops = ops;
    room->sink = sink;
    if (old_ops)
        old_ops->closed(old);
}

void fwd_room_destroy(struct fwd_room *room)
{
    if (!room)
        return;
    fwd_room_set_sink(room, NULL, NULL);
    free(room);
}
