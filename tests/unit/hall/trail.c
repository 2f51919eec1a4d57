#include "tests/unit/hall/trail.h"

#include <string.h>

#include "hall/store/store.h"

static struct hall_store *store_open(const char *database)
{
    struct hall_store *store;
    g_assert_cmpint(hall_store_open(database, &store, NULL), ==, 0);
    return store;
}

static void row_free(gpointer user)
{
    struct trail_row *row = user;
    g_free(row->actor);
    g_free(row->action);
    g_free(row->object);
    g_free(row->detail);
    g_free(row->sha256);
    g_free(row);
}

static int row_read(const struct hall_store_row *stored, void *user)
{
    struct trail_row *row = g_new0(struct trail_row, 1);
    row->seq = hall_store_int(stored, 0);
    row->at_us = hall_store_int(stored, 1);
    row->actor = g_strdup(hall_store_text(stored, 2));
    row->action = g_strdup(hall_store_text(stored, 3));
    row->object = g_strdup(hall_store_text(stored, 4));
    row->detail = g_strdup(hall_store_text(stored, 5));
    row->sha256 = g_strdup(hall_store_text(stored, 6));
    g_ptr_array_add(user, row);
    return 0;
}

GPtrArray *trail_read(const char *database)
{
    GPtrArray *rows = g_ptr_array_new_with_free_func(row_free);
    struct hall_store *store = store_open(database);
    g_assert_cmpint(
        hall_store_query(
            store,
            "SELECT seq, at_us, actor, action, object, detail, sha256 FROM audit ORDER BY seq",
            HALL_NO_VALUES, row_read, rows),
        ==, 0);
    hall_store_close(store);
    return rows;
}

void trail_sql(const char *database, const char *sql)
{
    struct hall_store *store = store_open(database);
    g_assert_cmpint(hall_store_script(store, sql), ==, 0);
    hall_store_close(store);
}

static int number_read(const struct hall_store_row *row, void *user)
{
    *(int64_t *)user = hall_store_int(row, 0);
    return 0;
}

int64_t trail_number(const char *database, const char *sql)
{
    int64_t number = 0;
    struct hall_store *store = store_open(database);
    g_assert_cmpint(hall_store_query(store, sql, HALL_NO_VALUES, number_read, &number), ==, 0);
    hall_store_close(store);
    return number;
}

const char *trail_value(const struct trail_row *row, const char *key)
{
    static char value[512];
    size_t key_len = strlen(key);
    for (const char *at = row->detail; at; at = strchr(at, ' ')) {
        at += *at == ' ';
        if (strncmp(at, key, key_len) || at[key_len] != '=')
            continue;
        at += key_len + 1;
        g_strlcpy(value, at, MIN(sizeof value, strcspn(at, " ") + 1));
        return value;
    }
    return "";
}

int64_t trail_value_number(const struct trail_row *row, const char *key)
{
    return g_ascii_strtoll(trail_value(row, key), NULL, 10);
}

int64_t trail_first_broken(const GPtrArray *rows)
{
    g_autofree char *former = g_strnfill(64, '0');
    for (guint i = 0; i < rows->len; i++) {
        const struct trail_row *row = rows->pdata[i];
        g_autofree char *text = g_strdup_printf(
            "%s\n%" G_GINT64_FORMAT "\n%" G_GINT64_FORMAT "\n%s\n%s\n%s\n%s\n", former, row->seq,
            row->at_us, row->actor, row->action, row->object, row->detail);
        g_autofree char *sha256 = g_compute_checksum_for_string(G_CHECKSUM_SHA256, text, -1);
        if (row->seq != (int64_t)i + 1 || strcmp(sha256, row->sha256))
            return i + 1;
        g_free(former);
        former = g_strdup(row->sha256);
    }
    return 0;
}
