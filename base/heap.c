#include "base/heap.h"

#include <malloc.h>
#include <stdlib.h>

enum {
    ARENAS = 2,
    /* glibc's own at the start; named, it does not grow when a large block is freed. */
    LARGE_BYTES = 128 * 1024,
};

void heap_prepare(void)
{
    if (!getenv("MALLOC_ARENA_MAX"))
        (void)mallopt(M_ARENA_MAX, ARENAS);
    if (!getenv("MALLOC_MMAP_THRESHOLD_"))
        (void)mallopt(M_MMAP_THRESHOLD, LARGE_BYTES);
}

void heap_trim(void)
{
    (void)malloc_trim(0);
}
