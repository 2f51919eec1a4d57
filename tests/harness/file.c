#include "tests/harness/file.h"

#include <glib.h>

char *file_read(const char *path, size_t *ret_len)
{
    g_autoptr(GError) error = NULL;
    char *content = NULL;
    gsize len = 0;
    if (!g_file_get_contents(path, &content, &len, &error))
        g_error("%s", error->message);
    if (ret_len)
        *ret_len = len;
    return content;
}

void file_write(const char *path, const void *data, size_t len)
{
    g_autoptr(GError) error = NULL;
    if (!g_file_set_contents(path, data, (gssize)len, &error))
        g_error("%s", error->message);
}

char *file_data_path(const char *name)
{
    return g_build_filename(TESTS_DATA_DIR, name, NULL);
}
