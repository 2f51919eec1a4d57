#include "base/ring.h"

#include <assert.h>
#include <errno.h>
#include <stdalign.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define CACHE_LINE_BYTES 64
#define CAPACITY_MAX_BYTES ((size_t)1 << 40)

/* In front of each record. Records and this header are whole multiples of 8 bytes, so that what is left
 * at the end of the memory always has room for a header. */
struct record {
    uint64_t len;
};

/* A record that does not fit before the end of the memory starts at its beginning; the rest of the
 * memory is a header with this length, which the reader steps over. */
#define LEN_WRAP UINT64_MAX

/* Positions count bytes since creation and never wrap (2^64); `& mask` makes them offsets. The writer's
 * and the reader's fields are on cache lines of their own. */
struct ring {
    /* Set at creation, then read only. */
    uint8_t *memory;
    size_t capacity_bytes;
    size_t mask;

    /* The writer's. */
    alignas(CACHE_LINE_BYTES) _Atomic uint64_t written;
    _Atomic uint64_t high_water_bytes;
    uint64_t reserved; /* what `written` becomes at the commit */
    uint64_t
        read_seen; /* an earlier value of `read`: the writer looks again only when it needs to */
    bool reserving;

    /* The reader's. */
    alignas(CACHE_LINE_BYTES) _Atomic uint64_t read;
    uint64_t released; /* what `read` becomes at the release */
    bool peeking;
};

static size_t record_bytes(size_t len)
{
    return sizeof(struct record) + ((len + 7) & ~(size_t)7);
}

static struct record *record_at(const struct ring *ring, uint64_t position)
{
    return (struct record *)(void *)(ring->memory + (position & ring->mask));
}

static size_t bytes_to_end(const struct ring *ring, uint64_t position)
{
    return ring->capacity_bytes - (size_t)(position & ring->mask);
}

int ring_create(size_t capacity_bytes, struct ring **ret_ring)
{
    if (!capacity_bytes || capacity_bytes > CAPACITY_MAX_BYTES)
        return -EINVAL;
    size_t capacity = (size_t)sysconf(_SC_PAGESIZE);
    while (capacity < capacity_bytes)
        capacity *= 2;

    struct ring *ring = aligned_alloc(CACHE_LINE_BYTES, sizeof *ring);
    if (!ring)
        return -ENOMEM;
    memset(ring, 0, sizeof *ring);
    ring->memory = mmap(NULL, capacity, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (ring->memory == MAP_FAILED) {
        free(ring);
        return -ENOMEM;
    }
    ring->capacity_bytes = capacity;
    ring->mask = capacity - 1;
    *ret_ring = ring;
    return 0;
}

void ring_destroy(struct ring *ring)
{
    if (!ring)
        return;
    munmap(ring->memory, ring->capacity_bytes);
    free(ring);
}

/* Whether the memory up to `end` is free. */
static bool has_room(struct ring *ring, uint64_t end)
{
    if (end - ring->read_seen <= ring->capacity_bytes)
        return true;
    ring->read_seen = atomic_load_explicit(&ring->read, memory_order_acquire);
    return end - ring->read_seen <= ring->capacity_bytes;
}

void *ring_reserve(struct ring *ring, size_t len)
{
    assert(!ring->reserving);
    if (len > ring->capacity_bytes / 4)
        return NULL;

    uint64_t at = atomic_load_explicit(&ring->written, memory_order_relaxed);
    size_t size = record_bytes(len);
    size_t to_end = bytes_to_end(ring, at);
    bool wraps = size > to_end;
    uint64_t start = wraps ? at + to_end : at;
    if (!has_room(ring, start + size))
        return NULL;
    if (wraps)
        record_at(ring, at)->len = LEN_WRAP;

    struct record *record = record_at(ring, start);
    record->len = len;
    ring->reserved = start + size;
    ring->reserving = true;
    return record + 1;
}

void ring_commit(struct ring *ring)
{
    assert(ring->reserving);
    ring->reserving = false;
    atomic_store_explicit(&ring->written, ring->reserved, memory_order_release);

    /* The stale `read_seen` makes the ring look fuller than it is: ask before a record is claimed. */
    uint64_t high = atomic_load_explicit(&ring->high_water_bytes, memory_order_relaxed);
    if (ring->reserved - ring->read_seen <= high)
        return;
    ring->read_seen = atomic_load_explicit(&ring->read, memory_order_acquire);
    uint64_t used = ring->reserved - ring->read_seen;
    if (used > high)
        atomic_store_explicit(&ring->high_water_bytes, used, memory_order_relaxed);
}

const void *ring_peek(struct ring *ring, size_t *ret_len)
{
    uint64_t at = atomic_load_explicit(&ring->read, memory_order_relaxed);
    if (at == atomic_load_explicit(&ring->written, memory_order_acquire))
        return NULL;

    struct record *record = record_at(ring, at);
    if (record->len == LEN_WRAP) { /* never committed alone: a record follows */
        at += bytes_to_end(ring, at);
        record = record_at(ring, at);
    }
    ring->released = at + record_bytes((size_t)record->len);
    ring->peeking = true;
    *ret_len = (size_t)record->len;
    return record + 1;
}

void ring_release(struct ring *ring)
{
    assert(ring->peeking);
    ring->peeking = false;
    atomic_store_explicit(&ring->read, ring->released, memory_order_release);
}

size_t ring_used_bytes(const struct ring *ring)
{
    /* In this order `read` cannot have passed `written`; both may move in between. */
    uint64_t read = atomic_load_explicit(&ring->read, memory_order_acquire);
    uint64_t used = atomic_load_explicit(&ring->written, memory_order_acquire) - read;
    return used < ring->capacity_bytes ? (size_t)used : ring->capacity_bytes;
}

size_t ring_high_water_bytes(const struct ring *ring)
{
    return (size_t)atomic_load_explicit(&ring->high_water_bytes, memory_order_relaxed);
}

size_t ring_capacity_bytes(const struct ring *ring)
{
    return ring->capacity_bytes;
}
