#include "hall/store/store.h"

#include <errno.h>
#include <fcntl.h>
#include <glib.h>
#include <sqlite3.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* Another process (a backup) may hold the file for a moment; longer is a failure. */
#define BUSY_MS 2000

/* Of pages in memory: what is asked again and again. The rest the kernel keeps. */
#define CACHE_KIB 1024

struct hall_store {
    sqlite3 *db;
    GHashTable *statements; /* address of the SQL literal -> sqlite3_stmt, owned */
};

struct hall_store_row {
    sqlite3_stmt *statement;
};

static int errno_of(int code)
{
    switch (code & 0xff) {
    case SQLITE_OK:
    case SQLITE_ROW:
    case SQLITE_DONE: return 0;
    case SQLITE_READONLY: return -EROFS;
    case SQLITE_FULL: return -ENOSPC;
    case SQLITE_BUSY:
    case SQLITE_LOCKED: return -EBUSY;
    case SQLITE_CONSTRAINT: return -EEXIST;
    case SQLITE_NOMEM: return -ENOMEM;
    case SQLITE_CANTOPEN: return -ENOENT;
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB: return -EUCLEAN;
    default: return -EIO;
    }
}

static void statement_free(gpointer statement)
{
    sqlite3_finalize(statement);
}

/* The store holds password hashes and the key of the tokens: a new file is nobody else's to read. SQLite gives
 * its -wal and -shm the rights of the file itself. What fails here is told by sqlite3_open_v2(). */
static void file_make_private(const char *path)
{
    if (!strcmp(path, ":memory:"))
        return;
    int fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd >= 0)
        close(fd);
}

int hall_store_open(const char *path, struct hall_store **ret_store, char **ret_what)
{
    struct hall_store *store = g_new0(struct hall_store, 1);
    store->statements = g_hash_table_new_full(g_direct_hash, g_direct_equal, NULL, statement_free);

    file_make_private(path);
    int flags =
        SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
    int code = sqlite3_open_v2(path, &store->db, flags, NULL);
    if (code == SQLITE_OK) {
        sqlite3_busy_timeout(store->db, BUSY_MS);
        code = sqlite3_exec(
            store->db,
            "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; "
            "PRAGMA cache_size = -" G_STRINGIFY(CACHE_KIB) ";",
            NULL, NULL, NULL);
    }
    if (code != SQLITE_OK) {
        if (ret_what)
            *ret_what = g_strdup_printf("%s: %s", path,
                                        store->db ? sqlite3_errmsg(store->db) : "out of memory");
        hall_store_close(store);
        return errno_of(code);
    }
    *ret_store = store;
    return 0;
}

void hall_store_close(struct hall_store *store)
{
    if (!store)
        return;
    g_hash_table_destroy(store->statements);
    sqlite3_close(store->db);
    g_free(store);
}

/* IMMEDIATE: the write lock is taken here, so that a transaction never fails half-way for a lock. */
int hall_store_begin(struct hall_store *store)
{
    return hall_store_exec(store, "BEGIN IMMEDIATE", HALL_NO_VALUES, NULL);
}

int hall_store_commit(struct hall_store *store)
{
    return hall_store_exec(store, "COMMIT", HALL_NO_VALUES, NULL);
}

/* A full disk rolls back by itself; then there is nothing left to do. */
void hall_store_rollback(struct hall_store *store)
{
    if (!sqlite3_get_autocommit(store->db))
        (void)hall_store_exec(store, "ROLLBACK", HALL_NO_VALUES, NULL);
}

static int statement_bind(sqlite3_stmt *statement, const struct hall_store_value *values,
                          size_t count)
{
    g_assert((int)count == sqlite3_bind_parameter_count(statement));
    for (size_t i = 0; i < count; i++) {
        char name[24];
        snprintf(name, sizeof name, "$%zu", i + 1);
        int nth = sqlite3_bind_parameter_index(statement, name);
        int code = values[i].text
                       ? sqlite3_bind_text(statement, nth, values[i].text, -1, SQLITE_STATIC)
                       : sqlite3_bind_int64(statement, nth, values[i].integer);
        if (code != SQLITE_OK)
            return errno_of(code);
    }
    return 0;
}

/* The statement for a literal, with its parameters; give it back with statement_reset(). */
static int statement_ready(struct hall_store *store, const char *sql,
                           const struct hall_store_value *values, size_t count,
                           sqlite3_stmt **ret_statement)
{
    sqlite3_stmt *statement = g_hash_table_lookup(store->statements, sql);
    if (!statement) {
        int code =
            sqlite3_prepare_v3(store->db, sql, -1, SQLITE_PREPARE_PERSISTENT, &statement, NULL);
        if (code != SQLITE_OK)
            return errno_of(code);
        g_hash_table_insert(store->statements, (gpointer)sql, statement);
    }
    int r = statement_bind(statement, values, count);
    if (r == 0)
        *ret_statement = statement;
    return r;
}

static void statement_reset(sqlite3_stmt *statement)
{
    sqlite3_reset(statement);
    sqlite3_clear_bindings(statement); /* the texts are the caller's */
}

int hall_store_exec(struct hall_store *store, const char *sql,
                    const struct hall_store_value *values, size_t count, int64_t *ret_changed)
{
    sqlite3_stmt *statement;
    int r = statement_ready(store, sql, values, count, &statement);
    if (r < 0)
        return r;
    r = errno_of(sqlite3_step(statement));
    if (r == 0 && ret_changed)
        *ret_changed = sqlite3_changes64(store->db);
    statement_reset(statement);
    return r;
}

int hall_store_script(struct hall_store *store, const char *sql)
{
    return errno_of(sqlite3_exec(store->db, sql, NULL, NULL, NULL));
}

int hall_store_query(struct hall_store *store, const char *sql,
                     const struct hall_store_value *values, size_t count, hall_store_row_fn fn,
                     void *user)
{
    sqlite3_stmt *statement;
    int r = statement_ready(store, sql, values, count, &statement);
    if (r < 0)
        return r;
    struct hall_store_row row = {statement};
    for (;;) {
        int code = sqlite3_step(statement);
        r = errno_of(code);
        if (code != SQLITE_ROW)
            break;
        r = fn(&row, user);
        if (r < 0)
            break;
    }
    statement_reset(statement);
    return r;
}

int64_t hall_store_int(const struct hall_store_row *row, int column)
{
    return sqlite3_column_int64(row->statement, column);
}

const char *hall_store_text(const struct hall_store_row *row, int column)
{
    const char *text = (const char *)sqlite3_column_text(row->statement, column);
    return text ? text : "";
}

void hall_store_copy(const struct hall_store_row *row, int column, char *ret_text, size_t size)
{
    const char *text = hall_store_text(row, column);
    size_t len = strlen(text);
    if (len >= size) {
        len = size - 1;
        while (len > 0 && ((unsigned char)text[len] & 0xc0) == 0x80)
            len--;
    }
    memcpy(ret_text, text, len);
    ret_text[len] = '\0';
}

const char *hall_store_error(const struct hall_store *store)
{
    return sqlite3_errmsg(store->db);
}
