/* Numbered migrations, compiled in from store/migrations/NNNN.sql. A migration that was released is never
 * edited: a new one is added. */
#ifndef HALL_STORE_MIGRATION_H
#define HALL_STORE_MIGRATION_H

#include <stddef.h>
#include <stdint.h>

#include "hall/store/store.h"

struct hall_migration {
    int64_t number;
    const char *sql;
};

/* In the order of their numbers, from 1 without gaps. */
extern const struct hall_migration hall_migrations[];
extern const size_t hall_migration_count;

/* Applies what the store lacks, each in its own transaction. -EUCLEAN: the store holds a migration that
 * this program does not know, or another text under a number that it knows. `ret_what` may be NULL. */
int hall_migrate(struct hall_store *store, char **ret_what);

#endif
