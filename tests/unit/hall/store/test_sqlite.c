#include <errno.h>
#include <glib.h>
#include <glib/gstdio.h>
#include <stdbool.h>
#include <string.h>

#include "hall/store/migration.h"
#include "hall/store/store.h"
#include "tests/harness/temp.h"

static struct hall_store *store_new(void)
{
    struct hall_store *store;
    g_assert_cmpint(hall_store_open(":memory:", &store, NULL), ==, 0);
    g_assert_cmpint(
        hall_store_script(store, "CREATE TABLE t (n BIGINT PRIMARY KEY, s TEXT NOT NULL)"), ==, 0);
    return store;
}

static int insert(struct hall_store *store, int64_t n, const char *s)
{
    return hall_store_exec(store, "INSERT INTO t (n, s) VALUES ($1, $2)",
                           HALL_VALUES(HALL_INT(n), HALL_TEXT(s)), NULL);
}

static int sum_read(const struct hall_store_row *row, void *user)
{
    *(int64_t *)user += hall_store_int(row, 0);
    return 0;
}

static int64_t sum(struct hall_store *store)
{
    int64_t total = 0;
    g_assert_cmpint(hall_store_query(store, "SELECT n FROM t", HALL_NO_VALUES, sum_read, &total),
                    ==, 0);
    return total;
}

static void test_transactions(void)
{
    struct hall_store *store = store_new();
    g_assert_cmpint(hall_store_begin(store), ==, 0);
    g_assert_cmpint(insert(store, 1, "一"), ==, 0);
    g_assert_cmpint(hall_store_commit(store), ==, 0);
    g_assert_cmpint(hall_store_begin(store), ==, 0);
    g_assert_cmpint(insert(store, 2, "二"), ==, 0);
    g_assert_cmpint(insert(store, 1, "again"), ==, -EEXIST);
    hall_store_rollback(store);
    hall_store_rollback(store); /* none is open */
    g_assert_cmpint(sum(store), ==, 1);
    g_assert_cmpint(insert(store, 4, "四"), ==, 0); /* the statement lives on */
    g_assert_cmpint(sum(store), ==, 5);
    hall_store_close(store);
}

static int text_read(const struct hall_store_row *row, void *user)
{
    char short_text[6];
    hall_store_copy(row, 0, short_text, sizeof short_text);
    g_assert_cmpstr(short_text, ==, "窗"); /* two would need seven bytes */
    g_assert_cmpstr(hall_store_text(row, 0), ==, "窗口'; DROP TABLE t; --");
    g_assert_cmpstr(hall_store_text(row, 1), ==, ""); /* NULL */
    *(bool *)user = true;
    return -ECANCELED;
}

static void test_text_and_parameters(void)
{
    struct hall_store *store = store_new();
    g_assert_cmpint(insert(store, 1, "窗口'; DROP TABLE t; --"), ==, 0);
    g_assert_cmpint(insert(store, 2, "never read"), ==, 0);
    bool read = false;
    /* Parameters may come in any order and more than once. */
    int r = hall_store_query(store,
                             "SELECT s, NULL FROM t WHERE $2 < n AND n < $1 AND n <> $2 ORDER BY n",
                             HALL_VALUES(HALL_INT(9), HALL_INT(0)), text_read, &read);
    g_assert_cmpint(r, ==, -ECANCELED); /* the row's function ended it */
    g_assert_true(read);
    int64_t changed = 0;
    g_assert_cmpint(
        hall_store_exec(store, "UPDATE t SET s = $1", HALL_VALUES(HALL_TEXT("x")), &changed), ==,
        0);
    g_assert_cmpint(changed, ==, 2);
    hall_store_close(store);
}

static void test_errors(void)
{
    struct hall_store *store = store_new();
    g_assert_cmpint(hall_store_exec(store, "INSERT INTO nowhere VALUES (1)", HALL_NO_VALUES, NULL),
                    <, 0);
    g_assert_nonnull(strstr(hall_store_error(store), "nowhere"));
    g_assert_cmpint(hall_store_script(store, "PRAGMA query_only = ON"), ==, 0);
    g_assert_cmpint(insert(store, 1, "x"), ==, -EROFS);
    hall_store_close(store);
    hall_store_close(NULL);

    g_autofree char *what = NULL, *path = g_build_filename(temp_dir(), "no database", NULL);
    g_assert_true(g_file_set_contents(
        path, "this is no database, but it is long enough to look at it", -1, NULL));
    g_assert_cmpint(hall_store_open(path, &store, &what), ==, -EUCLEAN);
    g_assert_nonnull(strstr(what, path));
}

static void test_foreign_keys_and_durability(void)
{
    struct hall_store *store;
    g_autofree char *path = g_build_filename(temp_dir(), "a.db", NULL);
    g_assert_cmpint(hall_store_open(path, &store, NULL), ==, 0);
    g_assert_cmpint(hall_migrate(store, NULL), ==, 0);
    g_assert_cmpint(
        hall_store_exec(store, "INSERT INTO staff_window VALUES ('9', 9)", HALL_NO_VALUES, NULL),
        ==, -EEXIST);
    int64_t mode = 0;
    g_assert_cmpint(hall_store_query(store, "PRAGMA synchronous", HALL_NO_VALUES, sum_read, &mode),
                    ==, 0);
    g_assert_cmpint(mode, ==, 2); /* FULL */
    hall_store_close(store);
}

/* Password hashes and the key of the tokens are in it, and the write-ahead log has them too. */
static void test_private_files(void)
{
    struct hall_store *store;
    g_autofree char *path = g_build_filename(temp_dir(), "private.db", NULL);
    g_autofree char *log = g_strconcat(path, "-wal", NULL);
    g_assert_cmpint(hall_store_open(path, &store, NULL), ==, 0);
    g_assert_cmpint(hall_store_script(store, "CREATE TABLE t (n BIGINT)"), ==, 0);
    const char *const files[] = {path, log};
    for (size_t i = 0; i < G_N_ELEMENTS(files); i++) {
        GStatBuf st;
        g_assert_cmpint(g_stat(files[i], &st), ==, 0);
        g_assert_cmpint(st.st_mode & 0777, ==, 0600);
    }
    hall_store_close(store);
}

static void test_migrations(void)
{
    struct hall_store *store;
    g_autofree char *what = NULL;
    g_assert_cmpint(hall_store_open(":memory:", &store, NULL), ==, 0);
    g_assert_cmpint(hall_migrate(store, NULL), ==, 0);
    g_assert_cmpint(hall_migrate(store, NULL), ==, 0); /* nothing is left to do */
    int64_t numbers = 0;
    g_assert_cmpint(
        hall_store_query(store, "SELECT number FROM migration", HALL_NO_VALUES, sum_read, &numbers),
        ==, 0);
    int64_t count = (int64_t)hall_migration_count;
    g_assert_cmpint(numbers, ==, count * (count + 1) / 2);

    g_assert_cmpint(hall_store_script(store, "INSERT INTO migration VALUES (9999, 'x', 0)"), ==, 0);
    g_assert_cmpint(hall_migrate(store, &what), ==, -EUCLEAN);
    g_assert_nonnull(strstr(what, "9999"));
    g_clear_pointer(&what, g_free);
    g_assert_cmpint(hall_store_script(store, "DELETE FROM migration WHERE number = 9999;"
                                             "UPDATE migration SET sha256 = 'x' WHERE number = 1"),
                    ==, 0);
    g_assert_cmpint(hall_migrate(store, &what), ==, -EUCLEAN);
    hall_store_close(store);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/hall/store/sqlite/transactions", test_transactions);
    g_test_add_func("/hall/store/sqlite/text-and-parameters", test_text_and_parameters);
    g_test_add_func("/hall/store/sqlite/errors", test_errors);
    g_test_add_func("/hall/store/sqlite/foreign-keys-and-durability",
                    test_foreign_keys_and_durability);
    g_test_add_func("/hall/store/sqlite/private-files", test_private_files);
    g_test_add_func("/hall/store/sqlite/migrations", test_migrations);
    return g_test_run();
}
