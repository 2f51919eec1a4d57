/* Objects of one worker by id. An id is worker (8 bits), generation (32) and slot (24): the control
 * thread gives it out, the worker holds a pointer a slot and refuses ids of an older generation. */
#ifndef SFU_WORKER_REGISTRY_H
#define SFU_WORKER_REGISTRY_H

#include <errno.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

static inline uint64_t id_make(unsigned worker, uint32_t generation, uint32_t slot)
{
    return (uint64_t)worker << 56 | (uint64_t)generation << 24 | slot;
}

static inline unsigned id_worker(uint64_t id)
{
    return (unsigned)(id >> 56);
}

static inline uint32_t id_generation(uint64_t id)
{
    return (uint32_t)(id >> 24);
}

static inline uint32_t id_slot(uint64_t id)
{
    return (uint32_t)id & 0xffffff;
}

/* Worker thread. */
struct registry {
    struct {
        uint64_t id; /* 0: free */
        void *object;
    } * slots;
    uint32_t count;
};

static inline int registry_init(struct registry *registry, uint32_t count)
{
    registry->slots = calloc(count, sizeof *registry->slots);
    registry->count = registry->slots ? count : 0;
    return registry->slots ? 0 : -ENOMEM;
}

static inline void registry_finish(struct registry *registry)
{
    free(registry->slots);
    *registry = (struct registry){0};
}

/* NULL for an id that is gone, or never was. */
static inline void *registry_find(const struct registry *registry, uint64_t id)
{
    uint32_t slot = id_slot(id);
    if (!id || slot >= registry->count || registry->slots[slot].id != id)
        return NULL;
    return registry->slots[slot].object;
}

/* -EINVAL: no such slot. -EEXIST: it is taken. */
static inline int registry_put(struct registry *registry, uint64_t id, void *object)
{
    uint32_t slot = id_slot(id);
    if (!id || slot >= registry->count)
        return -EINVAL;
    if (registry->slots[slot].id)
        return -EEXIST;
    registry->slots[slot].id = id;
    registry->slots[slot].object = object;
    return 0;
}

static inline void registry_remove(struct registry *registry, uint64_t id)
{
    uint32_t slot = id_slot(id);
    if (slot < registry->count && registry->slots[slot].id == id)
        registry->slots[slot].id = 0;
}

#endif
