#include "recorder/mux/settings.h"

#include <errno.h>
#include <glib.h>

static const char group[] = "recorder";

/* Relative to the configuration file's folder. */
static char *read_path(GKeyFile *file, const char *folder, const char *key)
{
    g_autofree char *value = g_key_file_get_string(file, group, key, NULL);
    return g_canonicalize_filename(value && *value ? value : key, folder);
}

static int read_grace(GKeyFile *file, const char *path, int64_t *ret_us, char **ret_what)
{
    static const char key[] = "orphan_grace_ms";
    g_autoptr(GError) error = NULL;
    int ms = 3000;
    if (g_key_file_has_key(file, group, key, NULL))
        ms = g_key_file_get_integer(file, group, key, &error);
    if (error || ms < 0) {
        *ret_what = g_strdup_printf("%s: [%s] %s: %s", path, group, key,
                                    error ? error->message : "is negative");
        return -EINVAL;
    }
    *ret_us = ms * INT64_C(1000);
    return 0;
}

int rec_settings_read(struct rec_settings *settings, const char *path, char **ret_what)
{
    g_autoptr(GKeyFile) file = g_key_file_new();
    g_autoptr(GError) error = NULL;
    if (!g_key_file_load_from_file(file, path, G_KEY_FILE_NONE, &error)) {
        *ret_what = g_strdup_printf("%s: %s", path, error->message);
        return -EINVAL;
    }
    int64_t grace_us = 0;
    int r = read_grace(file, path, &grace_us, ret_what);
    if (r < 0)
        return r;
    g_autofree char *absolute = g_canonicalize_filename(path, NULL);
    g_autofree char *folder = g_path_get_dirname(absolute);
    *settings = (struct rec_settings){
        .spool_dir = read_path(file, folder, "spool"),
        .archive_dir = read_path(file, folder, "archive"),
        .orphan_grace_us = grace_us,
    };
    return 0;
}

void rec_settings_finish(struct rec_settings *settings)
{
    g_free(settings->spool_dir);
    g_free(settings->archive_dir);
}
