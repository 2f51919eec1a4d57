#include "recorder/mux/settings.h"

#include "recorder/mux/keys.h"

#include <errno.h>
#include <glib.h>

enum { ORPHAN_GRACE_MS = 3000, REVIVE_MS = 120000 };

static const char group[] = "recorder";

/* Relative to the configuration file's folder. */
static char *read_path(GKeyFile *file, const char *folder, const char *key)
{
    g_autofree char *value = g_key_file_get_string(file, group, key, NULL);
    return g_canonicalize_filename(value && *value ? value : key, folder);
}

/* In range: rec_keys_check() looked. */
static int64_t read_us(GKeyFile *file, const char *section, const char *key, int64_t default_ms)
{
    g_autofree char *text = g_key_file_get_value(file, section, key, NULL);
    return (text && *text ? g_ascii_strtoll(text, NULL, 10) : default_ms) * 1000;
}

/* A daemon that comes back within revive_ms goes on with the journal. */
static int64_t read_grace_us(GKeyFile *file)
{
    return MAX(read_us(file, group, "orphan_grace_ms", ORPHAN_GRACE_MS),
               read_us(file, "hall", "revive_ms", REVIVE_MS));
}

int rec_settings_read(struct rec_settings *settings, const char *path, char **ret_what)
{
    g_autoptr(GKeyFile) file = g_key_file_new();
    g_autoptr(GError) error = NULL;
    g_autofree char *text = NULL;
    gsize len = 0;
    if (!g_file_get_contents(path, &text, &len, &error) ||
        !g_key_file_load_from_data(file, text, len, G_KEY_FILE_NONE, &error)) {
        *ret_what = g_strdup_printf("%s: %s", path, error->message);
        return -EINVAL;
    }
    int r = rec_keys_check(path, text, file, ret_what);
    if (r < 0)
        return r;
    g_autofree char *absolute = g_canonicalize_filename(path, NULL);
    g_autofree char *folder = g_path_get_dirname(absolute);
    *settings = (struct rec_settings){
        .spool_dir = read_path(file, folder, "spool"),
        .archive_dir = read_path(file, folder, "archive"),
        .orphan_grace_us = read_grace_us(file),
    };
    return 0;
}

void rec_settings_finish(struct rec_settings *settings)
{
    g_free(settings->spool_dir);
    g_free(settings->archive_dir);
}
