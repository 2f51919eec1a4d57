/* The renderer's part of the configuration file (docs/configuration.md). */
#ifndef RECORDER_MUX_SETTINGS_H
#define RECORDER_MUX_SETTINGS_H

#include <stdint.h>

struct rec_settings {
    char *spool_dir;
    char *archive_dir;
    int64_t orphan_grace_us;
};

/* 0 or -EINVAL with `ret_what` in words (g_free() it). The whole file has to be right. */
int rec_settings_read(struct rec_settings *settings, const char *path, char **ret_what);
void rec_settings_finish(struct rec_settings *settings);

#endif
