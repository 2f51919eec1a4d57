#include "sfu/ids.h"

#include "sfu/worker/registry.h"

#include <errno.h>
#include <stdlib.h>

struct place {
    uint32_t generation; /* of the current or last holder; 0: never held */
    uint32_t next_free;  /* index + 1, 0 ends the list; only while free */
    bool used;
    uint32_t room;  /* of a peer: slot of its room */
    unsigned peers; /* of a room */
};

struct table {
    struct place *places;
    uint32_t count, used;
    uint32_t free_first, free_last; /* index + 1; first in, first out: ids are reused late */
};

struct ids {
    unsigned worker;
    struct table rooms, peers;
};

static int table_init(struct table *table, uint32_t count)
{
    table->places = calloc(count, sizeof *table->places);
    if (!table->places)
        return -ENOMEM;
    table->count = count;
    table->free_first = 1;
    table->free_last = count;
    for (uint32_t i = 0; i + 1 < count; i++)
        table->places[i].next_free = i + 2;
    return 0;
}

static int take(struct table *table, uint32_t *ret_slot)
{
    if (!table->free_first)
        return -ENOSPC;
    uint32_t slot = table->free_first - 1;
    struct place *place = &table->places[slot];
    table->free_first = place->next_free;
    if (!table->free_first)
        table->free_last = 0;
    uint32_t generation = place->generation + 1;
    *place = (struct place){.generation = generation ? generation : 1, .used = true};
    table->used++;
    *ret_slot = slot;
    return 0;
}

static void give(struct table *table, uint32_t slot)
{
    table->places[slot].used = false;
    table->places[slot].next_free = 0;
    if (table->free_last)
        table->places[table->free_last - 1].next_free = slot + 1;
    else
        table->free_first = slot + 1;
    table->free_last = slot + 1;
    table->used--;
}

static struct place *find(const struct ids *ids, const struct table *table, uint64_t id)
{
    uint32_t slot = id_slot(id);
    if (id_worker(id) != ids->worker || slot >= table->count)
        return NULL;
    struct place *place = &table->places[slot];
    return place->used && place->generation == id_generation(id) ? place : NULL;
}

int ids_create(unsigned worker, unsigned max_rooms, unsigned max_peers, struct ids **ret_ids)
{
    struct ids *ids = calloc(1, sizeof *ids);
    if (!ids)
        return -ENOMEM;
    ids->worker = worker;
    if (table_init(&ids->rooms, max_rooms) < 0 || table_init(&ids->peers, max_peers) < 0) {
        ids_destroy(ids);
        return -ENOMEM;
    }
    *ret_ids = ids;
    return 0;
}

void ids_destroy(struct ids *ids)
{
    if (!ids)
        return;
    free(ids->rooms.places);
    free(ids->peers.places);
    free(ids);
}

unsigned ids_room_count(const struct ids *ids)
{
    return ids->rooms.used;
}

int ids_open_room(struct ids *ids, sfu_room_id *ret_room)
{
    uint32_t slot;
    int r = take(&ids->rooms, &slot);
    if (r < 0)
        return r;
    *ret_room = id_make(ids->worker, ids->rooms.places[slot].generation, slot);
    return 0;
}

bool ids_has_room(const struct ids *ids, sfu_room_id room)
{
    return find(ids, &ids->rooms, room) != NULL;
}

void ids_close_room(struct ids *ids, sfu_room_id room)
{
    struct place *place = find(ids, &ids->rooms, room);
    if (!place)
        return;
    uint32_t slot = id_slot(room);
    for (uint32_t i = 0; place->peers && i < ids->peers.count; i++) {
        if (!ids->peers.places[i].used || ids->peers.places[i].room != slot)
            continue;
        give(&ids->peers, i);
        place->peers--;
    }
    give(&ids->rooms, slot);
}

int ids_open_peer(struct ids *ids, sfu_room_id room, sfu_peer_id *ret_peer)
{
    struct place *place = find(ids, &ids->rooms, room);
    if (!place)
        return -ENOENT;
    if (place->peers == SFU_MAX_ROOM_PEERS)
        return -ENOSPC;
    uint32_t slot;
    int r = take(&ids->peers, &slot);
    if (r < 0)
        return r;
    place->peers++;
    ids->peers.places[slot].room = id_slot(room);
    *ret_peer = id_make(ids->worker, ids->peers.places[slot].generation, slot);
    return 0;
}

sfu_room_id ids_room_of(const struct ids *ids, sfu_peer_id peer)
{
    const struct place *place = find(ids, &ids->peers, peer);
    if (!place)
        return 0;
    return id_make(ids->worker, ids->rooms.places[place->room].generation, place->room);
}

void ids_close_peer(struct ids *ids, sfu_peer_id peer)
{
    struct place *place = find(ids, &ids->peers, peer);
    if (!place)
        return;
    ids->rooms.places[place->room].peers--;
    give(&ids->peers, id_slot(peer));
}
