/* Which rooms and peers there are, as the control thread knows: it gives out the ids, so that every
 * command can be refused at once when its target is gone. Control thread only. Private to sfu/. */
#ifndef SFU_IDS_H
#define SFU_IDS_H

#include "sfu/sfu.h"

#include <stdbool.h>
#include <stdint.h>

struct ids; /* of one worker */

/* 0 or -ENOMEM. */
int ids_create(unsigned worker, unsigned max_rooms, unsigned max_peers, struct ids **ret_ids);
void ids_destroy(struct ids *ids);

/* Rooms that are open. */
unsigned ids_room_count(const struct ids *ids);

/* Takes a free place. 0 or -ENOSPC. */
int ids_open_room(struct ids *ids, sfu_room_id *ret_room);
bool ids_has_room(const struct ids *ids, sfu_room_id room);
/* Frees its peers' ids too. */
void ids_close_room(struct ids *ids, sfu_room_id room);

/* 0, -ENOENT (no such room) or -ENOSPC (peers of the room or of the worker). */
int ids_open_peer(struct ids *ids, sfu_room_id room, sfu_peer_id *ret_peer);
/* The room a peer is in, 0 when the peer is gone. */
sfu_room_id ids_room_of(const struct ids *ids, sfu_peer_id peer);
void ids_close_peer(struct ids *ids, sfu_peer_id peer);

#endif
