#include "hall/seed.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/harness/file.h"
#include "tests/harness/temp.h"
#include "tests/unit/hall/client.h"

static void test_matters(void)
{
    struct client *client = client_create(NULL);
    size_t count;
    const struct hall_matter *matters = hall_matters(client->hall, &count);
    g_assert_cmpuint(count, ==, 12);
    g_assert_cmpstr(matters[0].code, ==, "BD01");
    g_assert_cmpstr(matters[11].code, ==, "GA01");

    const struct hall_matter *matter = hall_matter_find(client->hall, "BD01");
    g_assert_cmpstr(matter->name, ==, "二手房转移登记");
    g_assert_cmpstr(matter->channels, ==, "视窗银");
    g_assert_cmpstr(matter->due_text, ==, "3工作日");
    g_assert_cmpuint(matter->identity_level, ==, 3);
    g_assert_cmpuint(matter->minutes, ==, 22);
    g_assert_true(matter->recording_required);
    g_assert_cmpint(hall_matter_find(client->hall, "SB01")->kind, ==, HALL_CONSULT);
    g_assert_false(hall_matter_find(client->hall, "SB01")->recording_required);
    g_assert_null(hall_matter_find(client->hall, "BD0"));
    for (size_t i = 0; i < count; i++) {
        g_assert_cmpstr(matters[i].department, !=, "");
        g_assert_cmpstr(matters[i].guide, !=, "");
        g_assert_cmpuint(matters[i].minutes, >, 0);
    }
    g_assert_cmpuint(strlen(hall_notice(client->hall)->sha256), ==, 64);

    struct hall_window_name names[HALL_MAX_WINDOWS];
    g_assert_cmpuint(hall_window_names(client->hall, names, HALL_MAX_WINDOWS), ==, 9);
    g_assert_cmpuint(names[2].no, ==, 3);
    g_assert_cmpstr(names[2].name, ==, "不动产");
    g_assert_cmpuint(hall_window_names(client->hall, names, 4), ==, 4);
    client_destroy(client);
}

/* A store from before there were English words gets them, but for a text that was changed since. */
static void test_english(void)
{
    struct client *client = client_create(NULL);
    size_t count;
    const struct hall_matter *matters = hall_matters(client->hall, &count);
    for (size_t i = 0; i < count; i++) {
        const struct hall_matter_words *en = &matters[i].en;
        const char *const words[] = {en->name,     en->alias, en->department, en->scope,
                                     en->due_text, en->fee,   en->delivery,   en->guide};
        for (size_t n = 0; n < G_N_ELEMENTS(words); n++) {
            g_assert_cmpstr(words[n], !=, "");
            g_assert_true(g_str_is_ascii(words[n]));
        }
    }
    g_assert_cmpstr(hall_matter_find(client->hall, "BD01")->en.name, ==,
                    "Transfer of a second-hand home");
    const struct hall_notice *notice = hall_notice(client->hall);
    g_assert_cmpuint(strlen(notice->text_en), >, 50);
    g_assert_cmpstr(notice->sha256, !=, notice->sha256_en);
    g_assert_true(hall_notice_is(notice, notice->sha256));
    g_assert_true(hall_notice_is(notice, notice->sha256_en));
    g_assert_false(hall_notice_is(notice, ""));
    struct hall_window_name names[HALL_MAX_WINDOWS];
    g_assert_cmpuint(hall_window_names(client->hall, names, HALL_MAX_WINDOWS), ==, 9);
    g_assert_cmpstr(names[2].name_en, ==, "Real estate");
    client_destroy(client);
}

static void test_english_of_an_old_store(void)
{
    struct client *client = client_create(NULL);
    struct hall_config config = client->config;
    g_autofree char *database = g_build_filename(temp_dir(), "old.db", NULL);
    struct hall *hall;
    struct hall_store *store;
    config.database = database;
    config.demo_accounts_file = NULL;
    g_assert_cmpint(hall_create(&config, &hall, NULL), ==, 0);
    hall_destroy(hall);
    g_assert_cmpint(hall_store_open(database, &store, NULL), ==, 0);
    g_assert_cmpint(
        hall_store_script(
            store,
            "DELETE FROM translation; UPDATE matter SET name = 'changed' WHERE code = 'BD01'"),
        ==, 0);
    hall_store_close(store);
    g_assert_cmpint(hall_create(&config, &hall, NULL), ==, 0);
    g_assert_cmpstr(hall_matter_find(hall, "BD01")->en.name, ==, "");
    g_assert_cmpstr(hall_matter_find(hall, "BD01")->en.department, ==, "Real estate registry");
    g_assert_cmpstr(hall_matter_find(hall, "BD02")->en.name, ==, "Release of a mortgage");
    hall_destroy(hall);
    client_destroy(client);
}

/* The seed files of a store that is there already may be broken: it starts, without English. */
static void test_english_that_is_broken(void)
{
    g_log_set_always_fatal(G_LOG_LEVEL_ERROR | G_LOG_LEVEL_CRITICAL); /* it is told as a warning */
    struct client *client = client_create(NULL);
    struct hall_config config = client->config;
    struct hall_store *store;
    struct hall *hall;
    g_autofree char *database = g_build_filename(temp_dir(), "broken.db", NULL);
    g_autofree char *seed = g_build_filename(temp_dir(), "broken-seed", NULL);
    g_autofree char *matters = g_build_filename(seed, "matters.ini", NULL);
    config.database = database;
    g_assert_cmpint(hall_create(&config, &hall, NULL), ==, 0);
    hall_destroy(hall);
    g_assert_cmpint(hall_store_open(database, &store, NULL), ==, 0);
    g_assert_cmpint(hall_store_script(store, "DELETE FROM translation"), ==, 0);
    hall_store_close(store);
    g_assert_cmpint(g_mkdir_with_parents(seed, 0700), ==, 0);
    file_write(matters, "no group here", strlen("no group here"));
    config.seed_dir = seed;
    g_assert_cmpint(hall_create(&config, &hall, NULL), ==, 0);
    g_assert_cmpstr(hall_matter_find(hall, "BD01")->en.name, ==, "");
    hall_destroy(hall);
    config.seed_dir = HALL_SEED_DIR; /* mended: they come with the next start */
    g_assert_cmpint(hall_create(&config, &hall, NULL), ==, 0);
    g_assert_cmpstr(hall_matter_find(hall, "BD01")->en.name, !=, "");
    hall_destroy(hall);
    client_destroy(client);
}

static int count_read(const struct hall_store_row *row, void *user)
{
    *(int64_t *)user = hall_store_int(row, 0);
    return 0;
}

static int64_t count_of(const char *database, const char *sql)
{
    struct hall_store *store;
    int64_t count = -1;
    g_assert_cmpint(hall_store_open(database, &store, NULL), ==, 0);
    g_assert_cmpint(hall_store_query(store, sql, HALL_NO_VALUES, count_read, &count), ==, 0);
    hall_store_close(store);
    return count;
}

static void test_questions_and_materials(void)
{
    struct client *client = client_create(NULL);
    const char *database = client->database;
    g_assert_cmpint(
        count_of(database, "SELECT COUNT(*) FROM matter_question WHERE matter = 'BD01'"), ==, 3);
    g_assert_cmpint(
        count_of(database, "SELECT COUNT(*) FROM matter_material WHERE matter = 'BD01'"), ==, 10);
    g_assert_cmpint(count_of(database, "SELECT COUNT(DISTINCT matter) FROM matter_material"), ==,
                    12);
    g_assert_cmpint(count_of(database, "SELECT COUNT(*) FROM opening_hour"), ==, 11);
    g_assert_cmpint(count_of(database, "SELECT COUNT(*) FROM staff"), ==, 11);
    client_destroy(client);
}

static void test_accounts_file(void)
{
    struct client *client = client_create(NULL); /* the template wrote it */
    struct stat status;
    g_assert_cmpint(stat(client_accounts_file(), &status), ==, 0);
    g_assert_cmpuint(status.st_mode & 0777, ==, 0600);
    g_autofree char *text = file_read(client_accounts_file(), NULL);
    g_assert_true(g_str_has_prefix(text, "# staff_no role password window\n3001 clerk "));
    g_assert_nonnull(strstr(text, "\n6001 auditor "));
    g_assert_nonnull(strstr(text, "\n2001 supervisor "));
    const char *password = client_password("3001");
    g_assert_true(g_regex_match_simple("^[a-z]{4}-[a-z]{4}-[a-z]{4}-[a-z]{4}$", password, 0, 0));
    g_assert_cmpstr(password, !=, client_password("3002"));

    /* No password in the database, and a second start writes no new file. */
    g_autofree char *sql =
        g_strdup_printf("SELECT COUNT(*) FROM staff WHERE password_hash LIKE '%%%s%%'", password);
    g_assert_cmpint(count_of(client->database, sql), ==, 0);
    g_autofree char *untouched = g_build_filename(temp_dir(), "accounts.txt", NULL);
    client->config.demo_accounts_file = untouched;
    client_restart(client);
    g_assert_cmpint(access(untouched, F_OK), ==, -1);
    client_destroy(client);
}

static int create(const char *seed_dir, const char *accounts_file, char **ret_what)
{
    g_autofree char *database = g_build_filename(temp_dir(), "hall.db", NULL);
    struct hall_config config = {.database = database,
                                 .seed_dir = seed_dir,
                                 .demo_accounts_file = accounts_file,
                                 .always_open = true};
    struct hall *hall = NULL;
    int r = hall_create(&config, &hall, ret_what);
    hall_destroy(hall);
    return r;
}

static void test_what_is_wrong_is_told(void)
{
    const char *dir = temp_dir();
    g_autofree char *what = NULL, *matters = g_build_filename(dir, "matters.ini", NULL);
    g_assert_cmpint(create(dir, NULL, &what), ==, -ENOENT);
    g_assert_nonnull(strstr(what, "matters.ini"));
    g_clear_pointer(&what, g_free);

    file_write(matters, "[BD01]\nname=x\n", 14);
    g_assert_cmpint(create(dir, NULL, &what), ==, -EINVAL);
    g_assert_nonnull(strstr(what, "[BD01]"));
    g_clear_pointer(&what, g_free);

    g_assert_cmpint(create(HALL_SEED_DIR, "/nonexistent/folder/accounts.txt", &what), ==, -EIO);
    g_assert_nonnull(strstr(what, "accounts.txt"));
    g_clear_pointer(&what, g_free);

    struct hall_config config = {.database = "/nonexistent/folder/hall.db",
                                 .seed_dir = HALL_SEED_DIR};
    struct hall *hall = NULL;
    g_assert_cmpint(hall_create(&config, &hall, &what), <, 0);
    g_assert_null(hall);
    g_assert_nonnull(strstr(what, "/nonexistent/folder/hall.db"));
}

static void test_secret_is_kept(void)
{
    struct client *client = client_create(NULL);
    uint8_t secret[HALL_SECRET_BYTES];
    static const uint8_t zero[HALL_SECRET_BYTES];
    memcpy(secret, hall_secret(client->hall), sizeof secret);
    g_assert_false(!memcmp(secret, zero, sizeof zero));
    client_restart(client);
    g_assert_true(!memcmp(secret, hall_secret(client->hall), sizeof secret));
    client_destroy(client);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/hall/seed/matters", test_matters);
    g_test_add_func("/hall/seed/english", test_english);
    g_test_add_func("/hall/seed/english-of-an-old-store", test_english_of_an_old_store);
    g_test_add_func("/hall/seed/english-that-is-broken", test_english_that_is_broken);
    g_test_add_func("/hall/seed/questions-and-materials", test_questions_and_materials);
    g_test_add_func("/hall/seed/accounts-file", test_accounts_file);
    g_test_add_func("/hall/seed/what-is-wrong-is-told", test_what_is_wrong_is_told);
    g_test_add_func("/hall/seed/secret-is-kept", test_secret_is_kept);
    return g_test_run();
}
