#include "sfu/transport/directory.h"

#include "base/crypto/random.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Both tables are one kind of table: the ufrag is a tuple with nothing but eight bytes in it. Open
 * addressing with linear probing, at most half full; removal shifts back, so there are no tombstones
 * and a lookup of a stranger ends at the first hole. */
struct entry {
    struct tuple key;
    void *owner; /* NULL: hole */
};

struct table {
    struct entry *entries;
    size_t mask, used, limit;
};

struct directory {
    uint64_t seed;
    struct table tuples, ufrags;
};

static int table_init(struct table *table, size_t limit)
{
    size_t size = 16;
    while (size < 2 * limit)
        size *= 2;
    table->entries = malloc(size * sizeof *table->entries);
    if (!table->entries)
        return -ENOMEM;
    /* Written at once: hashing would touch a page now and a page then for days, and look like a leak. */
    for (size_t i = 0; i < size; i++)
        table->entries[i] = (struct entry){.owner = NULL};
    table->mask = size - 1;
    table->limit = limit;
    return 0;
}

static size_t home_of(const struct directory *d, const struct table *table, const struct tuple *key)
{
    return tuple_hash(key, d->seed) & table->mask;
}

/* Index of the key's entry, or of the hole where it would be. */
static size_t probe(const struct directory *d, const struct table *table, const struct tuple *key)
{
    size_t at = home_of(d, table, key);
    while (table->entries[at].owner && !tuple_equal(&table->entries[at].key, key))
        at = (at + 1) & table->mask;
    return at;
}

static int table_add(struct directory *d, struct table *table, const struct tuple *key, void *owner)
{
    size_t at = probe(d, table, key);
    if (table->entries[at].owner)
        return -EEXIST;
    if (table->used == table->limit)
        return -ENOSPC;
    table->entries[at] = (struct entry){.key = *key, .owner = owner};
    table->used++;
    return 0;
}

static void table_remove(struct directory *d, struct table *table, const struct tuple *key)
{
    size_t hole = probe(d, table, key);
    if (!table->entries[hole].owner)
        return;
    table->used--;
    size_t at = hole;
    for (;;) {
        table->entries[hole].owner = NULL;
        do {
            at = (at + 1) & table->mask;
            if (!table->entries[at].owner)
                return;
            /* Whoever's home lies behind the hole stays where it is. */
        } while (((at - home_of(d, table, &table->entries[at].key)) & table->mask) <
                 ((at - hole) & table->mask));
        table->entries[hole] = table->entries[at];
        hole = at;
    }
}

static struct tuple ufrag_key(const char *ufrag)
{
    struct tuple key = {0};
    memcpy(key.remote.ip, ufrag, SFU_UFRAG_BYTES - 1);
    return key;
}

int directory_create(unsigned max_owners, struct directory **ret_directory)
{
    struct directory *d = calloc(1, sizeof *d);
    if (!d)
        return -ENOMEM;
    random_bytes(&d->seed, sizeof d->seed);
    if (table_init(&d->tuples, (size_t)max_owners * DIRECTORY_TUPLES) ||
        table_init(&d->ufrags, (size_t)max_owners * DIRECTORY_UFRAGS)) {
        directory_destroy(d);
        return -ENOMEM;
    }
    *ret_directory = d;
    return 0;
}

void directory_destroy(struct directory *directory)
{
    if (!directory)
        return;
    free(directory->tuples.entries);
    free(directory->ufrags.entries);
    free(directory);
}

int directory_add_tuple(struct directory *directory, const struct tuple *tuple, void *owner)
{
    return table_add(directory, &directory->tuples, tuple, owner);
}

void directory_remove_tuple(struct directory *directory, const struct tuple *tuple)
{
    table_remove(directory, &directory->tuples, tuple);
}

void *directory_find_tuple(const struct directory *directory, const struct tuple *tuple)
{
    const struct table *table = &directory->tuples;
    return table->entries[probe(directory, table, tuple)].owner;
}

int directory_add_ufrag(struct directory *directory, const char *ufrag, void *owner)
{
    struct tuple key = ufrag_key(ufrag);
    return table_add(directory, &directory->ufrags, &key, owner);
}

void directory_remove_ufrag(struct directory *directory, const char *ufrag)
{
    struct tuple key = ufrag_key(ufrag);
    table_remove(directory, &directory->ufrags, &key);
}

void *directory_find_ufrag(const struct directory *directory, const char *ufrag)
{
    const struct table *table = &directory->ufrags;
    struct tuple key = ufrag_key(ufrag);
    return table->entries[probe(directory, table, &key)].owner;
}
