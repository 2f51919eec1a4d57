#include "recorder/recorder.h"

#include <glib.h>

static const char group[] = "renderer";

static char *path_of(const char *archive_dir)
{
    return g_build_filename(archive_dir, ".figures", NULL);
}

void rec_figures_read(const char *archive_dir, struct rec_figures *ret_figures)
{
    g_autofree char *path = path_of(archive_dir);
    g_autoptr(GKeyFile) file = g_key_file_new();
    (void)g_key_file_load_from_file(file, path, G_KEY_FILE_NONE, NULL);
    *ret_figures = (struct rec_figures){
        .at_us = g_key_file_get_int64(file, group, "at_us", NULL),
        .done = g_key_file_get_uint64(file, group, "done", NULL),
        .failed = g_key_file_get_uint64(file, group, "failed", NULL),
        .failed_at_us = g_key_file_get_int64(file, group, "failed_at_us", NULL),
        .spent_us = g_key_file_get_uint64(file, group, "spent_us", NULL),
        .waiting = (unsigned)g_key_file_get_uint64(file, group, "waiting", NULL),
        .running = (unsigned)g_key_file_get_uint64(file, group, "running", NULL),
    };
}

bool rec_figures_write(const char *archive_dir, const struct rec_figures *figures)
{
    g_autofree char *path = path_of(archive_dir);
    g_autoptr(GKeyFile) file = g_key_file_new();
    g_key_file_set_int64(file, group, "at_us", figures->at_us);
    g_key_file_set_uint64(file, group, "done", figures->done);
    g_key_file_set_uint64(file, group, "failed", figures->failed);
    g_key_file_set_int64(file, group, "failed_at_us", figures->failed_at_us);
    g_key_file_set_uint64(file, group, "spent_us", figures->spent_us);
    g_key_file_set_uint64(file, group, "waiting", figures->waiting);
    g_key_file_set_uint64(file, group, "running", figures->running);
    gsize len;
    g_autofree char *text = g_key_file_to_data(file, &len, NULL);
    return g_file_set_contents_full(path, text, (gssize)len, G_FILE_SET_CONTENTS_CONSISTENT, 0640,
                                    NULL);
}
