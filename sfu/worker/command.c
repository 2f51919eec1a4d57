#include "sfu/worker/command.h"

#include "sfu/forward/forward.h"
#include "sfu/peer.h"
#include "sfu/room.h"
#include "sfu/worker/worker.h"

#include <stdlib.h>
#include <string.h>

void command_discard(const struct command *command)
{
    if (command->type == COMMAND_PEER_NEGOTIATE) {
        explicit_bzero(command->negotiation, sizeof *command->negotiation);
        free(command->negotiation);
    } else if (command->type == COMMAND_ROOM_SET_SINK && command->sink.ops) {
        command->sink.ops->closed(command->sink.sink);
    }
}

static void open_room(struct worker *worker, const struct command *c)
{
    struct room *room = NULL;
    if (room_create(worker, c->room, &room) < 0)
        return;
    if (registry_put(&worker->rooms, c->room, room) < 0)
        room_destroy(room);
}

static void forget_peer(struct worker *worker, struct peer *peer)
{
    registry_remove(&worker->peers_by_id, peer->id);
    peer_destroy(peer);
}

static void close_room(struct worker *worker, struct room *room)
{
    while (room->peers)
        forget_peer(worker, room->peers);
    registry_remove(&worker->rooms, room->id);
    room_destroy(room);
}

static void open_peer(struct worker *worker, struct room *room, const struct command *c)
{
    struct peer *peer = NULL;
    if (peer_create(room, c->peer, c->tag, &peer) < 0)
        return;
    if (registry_put(&worker->peers_by_id, c->peer, peer) < 0)
        peer_destroy(peer);
}

static void negotiate(struct peer *peer, const struct command *c)
{
    if (peer)
        peer_negotiate(peer, c->negotiation);
    command_discard(c);
}

static void feed(struct worker *worker, struct peer *peer, const struct command *c)
{
    struct peer *source = registry_find(&worker->peers_by_id, c->feed.source);
    if (!source || source->room == peer->room)
        fwd_slot_feed(peer->fwd, c->section, source ? source->fwd : NULL, c->feed.source_section,
                      worker->now_us);
}

static void apply_to_room(struct worker *worker, struct room *room, const struct command *c)
{
    if (c->type == COMMAND_ROOM_SET_SINK && !room)
        command_discard(c);
    else if (c->type == COMMAND_ROOM_SET_SINK)
        fwd_room_set_sink(room->fwd, c->sink.ops, c->sink.sink);
    else if (room && c->type == COMMAND_PEER_OPEN)
        open_peer(worker, room, c);
    else if (room && c->type == COMMAND_ROOM_CLOSE)
        close_room(worker, room);
}

static void apply_to_peer(struct worker *worker, struct peer *peer, const struct command *c)
{
    if (c->type == COMMAND_PEER_NEGOTIATE)
        negotiate(peer, c);
    else if (!peer)
        return;
    else if (c->type == COMMAND_PEER_CLOSE)
        forget_peer(worker, peer);
    else if (c->type == COMMAND_SLOT_FEED)
        feed(worker, peer, c);
    else if (c->type == COMMAND_UPLINK_GATE)
        fwd_uplink_gate(peer->fwd, c->section, c->gate.to_slots, c->gate.to_sink);
    else if (c->type == COMMAND_UPLINK_KEYFRAME)
        fwd_uplink_keyframe(peer->fwd, c->section, worker->now_us);
}

void command_apply(struct worker *worker, const struct command *command)
{
    switch (command->type) {
    case COMMAND_ROOM_OPEN: open_room(worker, command); break;
    case COMMAND_ROOM_CLOSE:
    case COMMAND_ROOM_SET_SINK:
    case COMMAND_PEER_OPEN:
        apply_to_room(worker, registry_find(&worker->rooms, command->room), command);
        break;
    case COMMAND_PEER_CLOSE:
    case COMMAND_PEER_NEGOTIATE:
    case COMMAND_SLOT_FEED:
    case COMMAND_UPLINK_GATE:
    case COMMAND_UPLINK_KEYFRAME:
        apply_to_peer(worker, registry_find(&worker->peers_by_id, command->peer), command);
        break;
    case COMMAND_PULSE: atomic_store(&worker->pulse, command->pulse); break;
    }
}
