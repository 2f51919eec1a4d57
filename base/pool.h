/* A pool of equal blocks for one thread: packet buffers and history entries. All memory is taken at
 * creation; taking and giving back is a pointer move. Blocks are 64-byte aligned. */
#ifndef BASE_POOL_H
#define BASE_POOL_H

#include <stddef.h>

struct pool;

/* 0, -EINVAL or -ENOMEM. */
int pool_create(size_t block_bytes, size_t count, struct pool **ret_pool);

/* All blocks become invalid, given back or not. NULL is fine. */
void pool_destroy(struct pool *pool);

/* A block of uninitialised memory, or NULL when all are out. */
void *pool_take(struct pool *pool);

/* NULL is fine. Giving back a block twice is a programming error (asserted). */
void pool_give(struct pool *pool, void *block);

size_t pool_free_blocks(const struct pool *pool);

#endif
