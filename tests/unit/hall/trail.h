/* The audit trail as an auditor reads it: another connection to the same database, nothing of the hall's. */
#ifndef TESTS_UNIT_HALL_TRAIL_H
#define TESTS_UNIT_HALL_TRAIL_H

#include <glib.h>
#include <stdint.h>

struct trail_row {
    int64_t seq, at_us;
    char *actor, *action, *object, *detail, *sha256;
};

/* struct trail_row, in the order of seq; free it with g_ptr_array_unref(). */
GPtrArray *trail_read(const char *database);

/* Runs statements on the database. */
void trail_sql(const char *database, const char *sql);
int64_t trail_number(const char *database, const char *sql);

/* The value of `key` in a detail ("" where it has none) in a buffer that the next call reuses; and as a number. */
const char *trail_value(const struct trail_row *row, const char *key);
int64_t trail_value_number(const struct trail_row *row, const char *key);

/* Follows the chain with GLib's SHA-256 and the words of the migration alone: the first row that does not fit,
 * 0: none. */
int64_t trail_first_broken(const GPtrArray *rows);

#endif
