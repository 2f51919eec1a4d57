#include "hall/store/migration.h"

#include <errno.h>
#include <glib.h>
#include <stdbool.h>
#include <string.h>

#include "base/clock.h"
#include "base/crypto/digest.h"

static int text_sha256(const char *text, char ret_hex[DIGEST_SHA256_HEX_BYTES])
{
    uint8_t sha256[DIGEST_SHA256_BYTES];
    int r = digest_sha256(text, strlen(text), sha256);
    if (r == 0)
        digest_hex(sha256, sizeof sha256, ret_hex);
    return r;
}

struct applied {
    int64_t count;
    int64_t wrong; /* number of the first migration that is not ours, 0: none */
};

static int applied_check(const struct hall_store_row *row, void *user)
{
    struct applied *applied = user;
    char hex[DIGEST_SHA256_HEX_BYTES];
    int64_t number = hall_store_int(row, 0);
    applied->count++;
    bool known = number == applied->count && number <= (int64_t)hall_migration_count &&
                 text_sha256(hall_migrations[number - 1].sql, hex) == 0 &&
                 !strcmp(hex, hall_store_text(row, 1));
    if (!known && !applied->wrong)
        applied->wrong = number;
    return 0;
}

static int migration_apply(struct hall_store *store, const struct hall_migration *migration)
{
    char hex[DIGEST_SHA256_HEX_BYTES];
    int r = text_sha256(migration->sql, hex);
    if (r < 0)
        return r;
    r = hall_store_begin(store);
    if (r == 0)
        r = hall_store_script(store, migration->sql);
    if (r == 0)
        r = hall_store_exec(
            store, "INSERT INTO migration (number, sha256, applied_at_us) VALUES ($1, $2, $3)",
            HALL_VALUES(HALL_INT(migration->number), HALL_TEXT(hex), HALL_INT(clock_wall_us())),
            NULL);
    if (r == 0)
        r = hall_store_commit(store);
    if (r < 0)
        hall_store_rollback(store);
    return r;
}

int hall_migrate(struct hall_store *store, char **ret_what)
{
    struct applied applied = {0};
    int r =
        hall_store_script(store, "CREATE TABLE IF NOT EXISTS migration (number BIGINT PRIMARY KEY, "
                                 "sha256 TEXT NOT NULL, applied_at_us BIGINT NOT NULL)");
    if (r == 0)
        r = hall_store_query(store, "SELECT number, sha256 FROM migration ORDER BY number",
                             HALL_NO_VALUES, applied_check, &applied);
    if (r == 0 && applied.wrong) {
        if (ret_what)
            *ret_what =
                g_strdup_printf("the database holds migration %" G_GINT64_FORMAT
                                ", which is not this program's: was it written by a newer version?",
                                applied.wrong);
        return -EUCLEAN;
    }
    for (size_t i = (size_t)applied.count; r == 0 && i < hall_migration_count; i++)
        r = migration_apply(store, &hall_migrations[i]);
    if (r < 0 && ret_what)
        *ret_what = g_strdup_printf("cannot migrate the database: %s", hall_store_error(store));
    return r;
}
