#include "base/pool.h"

#include <assert.h>
#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>

#if defined(__SANITIZE_ADDRESS__)
#define POOL_POISONS 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define POOL_POISONS 1
#endif
#endif

#ifdef POOL_POISONS
#include <sanitizer/asan_interface.h>
#else
#define ASAN_POISON_MEMORY_REGION(at, len) ((void)(at), (void)(len))
#define ASAN_UNPOISON_MEMORY_REGION(at, len) ((void)(at), (void)(len))
#endif

#define BLOCK_ALIGN_BYTES ((size_t)64)

/* Free blocks are a stack, so that the block last given back, still in the cache, is taken first. In a
 * sanitized build a free block is poisoned: touching it after pool_give() is reported. */
struct pool {
    uint8_t *blocks; /* count * stride_bytes */
    size_t block_bytes;
    size_t stride_bytes;
    size_t count;
    size_t free_count;
    void **free_blocks; /* the first free_count are free */
    bool *taken;        /* one a block */
};

static int pool_allocate(struct pool *pool)
{
    pool->blocks = aligned_alloc(BLOCK_ALIGN_BYTES, pool->count * pool->stride_bytes);
    pool->free_blocks = calloc(pool->count, sizeof *pool->free_blocks);
    pool->taken = calloc(pool->count, sizeof *pool->taken);
    return pool->blocks && pool->free_blocks && pool->taken ? 0 : -ENOMEM;
}

static void pool_free(struct pool *pool)
{
    free(pool->blocks);
    free(pool->free_blocks);
    free(pool->taken);
    free(pool);
}

int pool_create(size_t block_bytes, size_t count, struct pool **ret_pool)
{
    size_t total_bytes;
    if (!block_bytes || !count || block_bytes > SIZE_MAX - BLOCK_ALIGN_BYTES)
        return -EINVAL;
    size_t stride_bytes = (block_bytes + BLOCK_ALIGN_BYTES - 1) & ~(BLOCK_ALIGN_BYTES - 1);
    if (__builtin_mul_overflow(stride_bytes, count, &total_bytes))
        return -EINVAL;

    struct pool *pool = calloc(1, sizeof *pool);
    if (!pool)
        return -ENOMEM;
    pool->block_bytes = block_bytes;
    pool->stride_bytes = stride_bytes;
    pool->count = pool->free_count = count;
    int r = pool_allocate(pool);
    if (r < 0) {
        pool_free(pool);
        return r;
    }
    for (size_t i = 0; i < count; i++) /* the last goes first, hence backwards */
        pool->free_blocks[i] = pool->blocks + (count - 1 - i) * stride_bytes;
    ASAN_POISON_MEMORY_REGION(pool->blocks, total_bytes);
    *ret_pool = pool;
    return 0;
}

void pool_destroy(struct pool *pool)
{
    if (!pool)
        return;
    ASAN_UNPOISON_MEMORY_REGION(pool->blocks, pool->count * pool->stride_bytes);
    pool_free(pool);
}

static size_t block_index(const struct pool *pool, const void *block)
{
    uintptr_t offset = (uintptr_t)block - (uintptr_t)pool->blocks;
    assert(offset % pool->stride_bytes == 0 && offset / pool->stride_bytes < pool->count);
    return offset / pool->stride_bytes;
}

void *pool_take(struct pool *pool)
{
    if (!pool->free_count)
        return NULL;
    void *block = pool->free_blocks[--pool->free_count];
    pool->taken[block_index(pool, block)] = true;
    ASAN_UNPOISON_MEMORY_REGION(block, pool->block_bytes);
    return block;
}

void pool_give(struct pool *pool, void *block)
{
    if (!block)
        return;
    size_t i = block_index(pool, block);
    assert(pool->taken[i]);
    pool->taken[i] = false;
    ASAN_POISON_MEMORY_REGION(block, pool->block_bytes);
    pool->free_blocks[pool->free_count++] = block;
}

size_t pool_free_blocks(const struct pool *pool)
{
    return pool->free_count;
}
