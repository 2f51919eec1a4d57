/* The store: a database behind a few calls. SQL is written in the dialect that SQLite and PostgreSQL
 * share: BIGINT and TEXT columns, parameters `$1`, `$2` …, no engine's own functions. Only
 * store/sqlite.c knows the engine. One thread at a time. */
#ifndef HALL_STORE_STORE_H
#define HALL_STORE_STORE_H

#include <stddef.h>
#include <stdint.h>

struct hall_store;
struct hall_store_row;

/* One parameter: `text` where it is not NULL, else `integer`. */
struct hall_store_value {
    int64_t integer;
    const char *text; /* borrowed for the call */
};

#define HALL_INT(value)             \
    (struct hall_store_value)       \
    {                               \
        .integer = (int64_t)(value) \
    }
#define HALL_TEXT(value)      \
    (struct hall_store_value) \
    {                         \
        .text = (value)       \
    }
/* The two arguments `values, count` of hall_store_exec() and hall_store_query(). */
#define HALL_VALUES(...)                            \
    (const struct hall_store_value[]){__VA_ARGS__}, \
        sizeof((const struct hall_store_value[]){__VA_ARGS__}) / sizeof(struct hall_store_value)
#define HALL_NO_VALUES NULL, 0

/* Opens or makes the database at `path` (":memory:" too). 0 or a negative errno, and then `ret_what`
 * says in words what failed, g_free() it. */
int hall_store_open(const char *path, struct hall_store **ret_store, char **ret_what);
void hall_store_close(struct hall_store *store);

/* A transaction that may write. What was written is on the disk when commit returns 0. After any
 * negative errno the transaction must be rolled back. */
int hall_store_begin(struct hall_store *store);
int hall_store_commit(struct hall_store *store);
void hall_store_rollback(struct hall_store *store);

/* One statement without rows. `sql` is a literal: prepared once, kept by its address. 0 or a negative
 * errno: -EROFS, -ENOSPC, -EBUSY, -EEXIST (a constraint), -EIO. `ret_changed` may be NULL. */
int hall_store_exec(struct hall_store *store, const char *sql,
                    const struct hall_store_value *values, size_t count, int64_t *ret_changed);
/* Several statements without parameters (migrations). */
int hall_store_script(struct hall_store *store, const char *sql);

/* A row's function returns 0, or a negative errno that ends the query. It must not use the store. */
typedef int (*hall_store_row_fn)(const struct hall_store_row *row, void *user);
int hall_store_query(struct hall_store *store, const char *sql,
                     const struct hall_store_value *values, size_t count, hall_store_row_fn fn,
                     void *user);

/* Columns from 0. Text is borrowed for the row and never NULL. */
int64_t hall_store_int(const struct hall_store_row *row, int column);
const char *hall_store_text(const struct hall_store_row *row, int column);
/* Copies text into a field, cut at a character's boundary. */
void hall_store_copy(const struct hall_store_row *row, int column, char *ret_text, size_t size);

/* The engine's words about the last failure; valid until the next call. */
const char *hall_store_error(const struct hall_store *store);

#endif
