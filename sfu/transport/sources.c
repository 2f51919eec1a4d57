#include "sfu/transport/sources.h"

#include "base/crypto/random.h"

#include <errno.h>
#include <stdlib.h>

struct sources {
    uint64_t seed;
    struct bucket buckets[SOURCES];
};

int sources_create(unsigned per_second, unsigned burst, struct sources **ret_sources)
{
    struct sources *sources = malloc(sizeof *sources);
    if (!sources)
        return -ENOMEM;
    random_bytes(&sources->seed, sizeof sources->seed);
    for (unsigned i = 0; i < SOURCES; i++)
        sources->buckets[i] = bucket_make(per_second, burst);
    *ret_sources = sources;
    return 0;
}

void sources_destroy(struct sources *sources)
{
    free(sources);
}

struct bucket *sources_find(struct sources *sources, const struct address *address)
{
    struct tuple key = {.remote = address_source(address)};
    return &sources->buckets[tuple_hash(&key, sources->seed) % SOURCES];
}
