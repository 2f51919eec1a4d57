#include "tests/harness/temp.h"

#include <glib.h>
#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

#include "tests/harness/child.h"
#include "tests/harness/file.h"

#define TIMEOUT_US INT64_C(20000000)

static void test_folders_differ(void)
{
    const char *a = temp_dir(), *b = temp_dir();
    g_assert_cmpstr(a, !=, b);
    g_assert_true(g_file_test(a, G_FILE_TEST_IS_DIR));
    g_assert_true(g_file_test(b, G_FILE_TEST_IS_DIR));
}

static void test_files_come_back_whole(void)
{
    g_autofree char *path = g_build_filename(temp_dir(), "file", NULL);
    size_t len = 0;
    file_write(path, "a\0b", 3);
    g_autofree char *content = file_read(path, &len);
    g_assert_cmpmem(content, len, "a\0b", 3);

    g_autofree char *data = file_data_path("folder/name");
    g_assert_true(g_path_is_absolute(data));
    g_assert_true(g_str_has_suffix(data, "/tests/data/folder/name"));
}

/* Run as a child: fills a folder, tells its name and ends. */
static int leave_something(void)
{
    const char *dir = temp_dir();
    g_autofree char *deep = g_build_filename(dir, "one", "two", NULL);
    g_autofree char *path = g_build_filename(deep, "file", NULL);
    g_autofree char *link = g_build_filename(dir, "link", NULL);
    g_mkdir_with_parents(deep, 0700);
    file_write(path, "x", 1);
    if (symlink(g_getenv("LINK_TARGET"), link) < 0)
        return 1;
    g_print("%s", dir);
    return 0;
}

static void test_removed_at_the_end(const void *program)
{
    const char *const argv[] = {program, "leave-something", NULL};
    const char *outside = temp_dir();
    g_autofree char *kept = g_build_filename(outside, "kept", NULL);
    g_autofree char *dir = NULL;

    file_write(kept, "x", 1);
    g_setenv("LINK_TARGET", outside, TRUE);
    g_assert_cmpint(child_run(argv, TIMEOUT_US, &dir, NULL), ==, 0);
    g_assert_true(g_path_is_absolute(dir));
    g_assert_false(g_file_test(dir, G_FILE_TEST_EXISTS));
    g_assert_true(g_file_test(kept, G_FILE_TEST_EXISTS)); /* the link was not followed */
}

int main(int argc, char **argv)
{
    if (argc == 2 && !strcmp(argv[1], "leave-something"))
        return leave_something();
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/temp/folders-differ", test_folders_differ);
    g_test_add_func("/temp/files-come-back-whole", test_files_come_back_whole);
    g_test_add_data_func("/temp/removed-at-the-end", argv[0], test_removed_at_the_end);
    return g_test_run();
}
