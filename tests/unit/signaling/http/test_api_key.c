#include "signaling/http/api_key.h"

#include <errno.h>
#include <glib.h>
#include <glib/gstdio.h>
#include <string.h>

#include "tests/harness/file.h"
#include "tests/harness/temp.h"

static void test_made_once(void)
{
    g_autofree char *path = g_build_filename(temp_dir(), "api.key", NULL);
    g_autofree char *first = NULL, *second = NULL, *what = NULL;
    GStatBuf st;
    g_assert_cmpint(sig_api_key_load(path, &first, &what), ==, 0);
    g_assert_cmpuint(strlen(first), ==, 48);
    g_assert_cmpint(g_stat(path, &st), ==, 0);
    g_assert_cmpuint(st.st_mode & 0777, ==, 0600);
    g_assert_cmpint(sig_api_key_load(path, &second, &what), ==, 0);
    g_assert_cmpstr(first, ==, second);
}

static void test_given(void)
{
    g_autofree char *path = g_build_filename(temp_dir(), "api.key", NULL);
    g_autofree char *key = NULL, *what = NULL;
    const char *text = "  an-integrators-own-key \r\nsecond line\n";
    file_write(path, text, strlen(text));
    g_assert_cmpint(sig_api_key_load(path, &key, &what), ==, 0);
    g_assert_cmpstr(key, ==, "an-integrators-own-key");
}

/* An empty key would open everything to everybody. */
static void test_too_short(void)
{
    g_autofree char *path = g_build_filename(temp_dir(), "api.key", NULL);
    g_autofree char *key = NULL, *what = NULL;
    file_write(path, "\n", 1);
    g_assert_cmpint(sig_api_key_load(path, &key, &what), ==, -EINVAL);
    g_assert_null(key);
    g_assert_nonnull(strstr(what, path));
    g_autofree char *nowhere = g_build_filename(temp_dir(), "no", "folder", "api.key", NULL);
    g_autofree char *why = NULL;
    g_assert_cmpint(sig_api_key_load(nowhere, &key, &why), <, 0);
    g_assert_nonnull(why);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/signaling/api_key/made_once", test_made_once);
    g_test_add_func("/signaling/api_key/given", test_given);
    g_test_add_func("/signaling/api_key/too_short", test_too_short);
    return g_test_run();
}
