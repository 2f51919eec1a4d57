/* A bounded ring of variable-size records: one writing thread, one reading thread, no lock. Writing
 * never blocks, never allocates and makes no system call: it is on the per-packet path. The memory is
 * an anonymous shared mapping, so that it can be reported apart from the heap. */
#ifndef BASE_RING_H
#define BASE_RING_H

#include <stddef.h>
#include <stdint.h>

struct ring;

/* `capacity_bytes` is rounded up to a power of two of at least one page. 0 or -ENOMEM/-EINVAL. */
int ring_create(size_t capacity_bytes, struct ring **ret_ring);
void ring_destroy(struct ring *ring);

/* Writer. Reserves a contiguous record of `len` bytes and returns where to write it, or NULL when
 * there is no room (the writer counts and names what it lost). Nothing is visible to the reader before
 * ring_commit(). At most one record is reserved at a time. `len` is at most a quarter of the capacity. */
void *ring_reserve(struct ring *ring, size_t len);
void ring_commit(struct ring *ring);

/* Reader. Borrows the oldest record until ring_release(), or NULL when empty. */
const void *ring_peek(struct ring *ring, size_t *ret_len);
void ring_release(struct ring *ring);

/* Any thread. Bytes in use now, the most there ever were, and the whole. */
size_t ring_used_bytes(const struct ring *ring);
size_t ring_high_water_bytes(const struct ring *ring);
size_t ring_capacity_bytes(const struct ring *ring);

#endif
