/* Log topics over GLib's structured logging. Mains and signaling log; library folders stay at debug
 * (style.md). Fields go to journald when it is there, else to stderr as text. Never log personal data
 * or secrets: ids only. Any thread; never on the per-packet path. */
#ifndef BASE_LOG_H
#define BASE_LOG_H

#include <glib.h>

enum log_level { LOG_AT_ERROR, LOG_AT_WARNING, LOG_AT_INFO, LOG_AT_DEBUG };

/* Sets the least level that is written, for the whole process. Call once, before threads start. */
void log_init(enum log_level level);

/* "error", "warning", "info" or "debug". 0 or -EINVAL. */
int log_level_parse(const char *text, enum log_level *ret_level);

void log_write(enum log_level level, const char *topic, const char *format, ...)
    G_GNUC_PRINTF(3, 4);

#define log_error(topic, ...) log_write(LOG_AT_ERROR, topic, __VA_ARGS__)
#define log_warning(topic, ...) log_write(LOG_AT_WARNING, topic, __VA_ARGS__)
#define log_info(topic, ...) log_write(LOG_AT_INFO, topic, __VA_ARGS__)
#define log_debug(topic, ...) log_write(LOG_AT_DEBUG, topic, __VA_ARGS__)

#endif
