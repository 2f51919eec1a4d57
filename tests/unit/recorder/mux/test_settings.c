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
    g_assert_cmpint(settings.orphan_grace_us, ==, 3000000);
    rec_settings_finish(&settings);
}

static void test_given(void)
{
    struct rec_settings settings;
    char *what = NULL;
    g_assert_cmpint(read_text("[recorder]\nspool = a/b\narchive = /c/d\norphan_grace_ms = 20\n",
                              &settings, &what),
                    ==, 0);
    g_assert_true(g_str_has_suffix(settings.spool_dir, "/a/b"));
    g_assert_cmpstr(settings.archive_dir, ==, "/c/d");
    g_assert_cmpint(settings.orphan_grace_us, ==, 20000);
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

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/recorder/settings/defaults", test_defaults);
    g_test_add_func("/recorder/settings/given", test_given);
    g_test_add_func("/recorder/settings/refused", test_refused);
    return g_test_run();
}
