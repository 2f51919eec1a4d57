#include "recorder/mux/settings.h"

#include "tests/harness/file.h"
#include "tests/harness/temp.h"

#include <errno.h>
#include <glib.h>
#include <string.h>

static int read_text(const char *text, struct rec_settings *settings, char **what)
{
    g_autofree char *path = g_build_filename(temp_dir(), "shipinban.conf", NULL);
    file_write(path, text, strlen(text));
    return rec_settings_read(settings, path, what);
}

static void test_defaults(void)
{
    struct rec_settings settings;
    char *what = NULL;
    g_assert_cmpint(read_text("[server]\nport = 1\n", &settings, &what), ==, 0);
    g_assert_true(g_path_is_absolute(settings.spool_dir));
    g_assert_true(g_str_has_suffix(settings.spool_dir, "/spool"));
    g_assert_true(g_str_has_suffix(settings.archive_dir, "/archive"));
    g_assert_cmpint(settings.orphan_grace_us, ==, 120000000); /* as long as a daemon may be away */
    rec_settings_finish(&settings);
}

static void test_given(void)
{
    struct rec_settings settings;
    char *what = NULL;
    g_assert_cmpint(read_text("[hall]\nrevive_ms = 5\n[recorder]\nspool = a/b\narchive = /c/d\n"
                              "orphan_grace_ms = 20\n",
                              &settings, &what),
                    ==, 0);
    g_assert_true(g_str_has_suffix(settings.spool_dir, "/a/b"));
    g_assert_cmpstr(settings.archive_dir, ==, "/c/d");
    g_assert_cmpint(settings.orphan_grace_us, ==, 20000);
    rec_settings_finish(&settings);
    g_assert_cmpint(
        read_text("[hall]\nrevive_ms = 50\n[recorder]\norphan_grace_ms = 20\n", &settings, &what),
        ==, 0);
    g_assert_cmpint(settings.orphan_grace_us, ==, 50000);
    rec_settings_finish(&settings);
}

static void test_refused(void)
{
    static const char *const texts[] = {"[recorder]\norphan_grace_ms = soon\n",
                                        "[recorder]\norphan_grace_ms = -1\n", "no section\n"};
    for (size_t i = 0; i < G_N_ELEMENTS(texts); i++) {
        struct rec_settings settings;
        char *what = NULL;
        g_assert_cmpint(read_text(texts[i], &settings, &what), ==, -EINVAL);
        g_assert_nonnull(strstr(what, "shipinban.conf"));
        g_free(what);
    }
    struct rec_settings settings;
    char *what = NULL;
    g_assert_cmpint(rec_settings_read(&settings, "/nowhere/x.conf", &what), ==, -EINVAL);
    g_free(what);
}

/* What the daemon would refuse, in its words. */
static void test_told(void)
{
    static const struct {
        const char *text, *what;
    } cases[] = {
        {"# a\n[recorder]\nspool = a\nspol = b\n", ".conf:4: [recorder] spol: unknown key"},
        {"[server]\nport = 1\n\n[recoder]\nspool = a\n",
         ".conf:4: [recoder] (section): unknown section"},
        {"[media]\nport = 1\n", ".conf:2: [media] port: unknown key"},
        {"[server]\nport = 70000\n",
         ".conf:2: [server] port: \"70000\" is not a whole number from 0 to 65535"},
        {"[server]\nport = https\n", ".conf:2: [server] port: \"https\" is not a whole number"},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        struct rec_settings settings;
        char *what = NULL;
        g_assert_cmpint(read_text(cases[i].text, &settings, &what), ==, -EINVAL);
        if (!strstr(what, cases[i].what))
            g_error("\"%s\" does not say \"%s\"", what, cases[i].what);
        g_free(what);
    }
}

/* Each key of the documentation's table, with its default, is no error: the two stay together. */
static void test_documented(void)
{
    g_autofree char *path = g_test_build_filename(G_TEST_DIST, "docs", "configuration.md", NULL);
    size_t len = 0;
    g_autofree char *table = file_read(path, &len);
    g_autofree char *text = g_strndup(table, len);
    g_autoptr(GRegex) section = g_regex_new("^\\| `(\\w+)` \\|", 0, 0, NULL);
    g_autoptr(GRegex) key = g_regex_new("`(\\w+)`", 0, 0, NULL);
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    g_autoptr(GString) file = g_string_new(NULL);
    unsigned count = 0;
    for (char **line = lines; *line; line++) {
        g_autoptr(GMatchInfo) opens = NULL;
        if (g_regex_match(section, *line, 0, &opens)) {
            g_autofree char *name = g_match_info_fetch(opens, 1);
            g_string_append_printf(file, "[%s]\n", name);
        }
        g_auto(GStrv) cells = g_strsplit(*line, "|", 4);
        if (!file->len || g_strv_length(cells) < 4)
            continue;
        g_autoptr(GMatchInfo) names = NULL;
        for (g_regex_match(key, cells[2], 0, &names); g_match_info_matches(names);
             g_match_info_next(names, NULL), count++) {
            g_autofree char *name = g_match_info_fetch(names, 1);
            g_string_append_printf(file, "%s =\n", name);
        }
    }
    g_assert_cmpuint(count, >, 30);
    struct rec_settings settings;
    char *what = NULL;
    if (read_text(file->str, &settings, &what) < 0)
        g_error("%s", what);
    rec_settings_finish(&settings);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/recorder/settings/defaults", test_defaults);
    g_test_add_func("/recorder/settings/given", test_given);
    g_test_add_func("/recorder/settings/refused", test_refused);
    g_test_add_func("/recorder/settings/told", test_told);
    g_test_add_func("/recorder/settings/documented", test_documented);
    return g_test_run();
}
