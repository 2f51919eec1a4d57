/* What may stand in the configuration file (docs/configuration.md): sections, keys and the ranges of
 * numbers. The renderer uses few of them, yet what the daemon would refuse it refuses too: one file
 * serves both programs, and a slip of the pen must not show in only one of them. */
#ifndef RECORDER_MUX_KEYS_H
#define RECORDER_MUX_KEYS_H

#include <glib.h>

/* `text` is what `file` was read from, to tell line numbers; `path` its name in the message. 0, or -EINVAL
 * with `ret_what` (g_free() it): file, line, section, key and what is wrong. */
int rec_keys_check(const char *path, const char *text, GKeyFile *file, char **ret_what);

#endif
