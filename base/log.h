/* Log topics over GLib's structured logging. Mains and signaling log; library folders stay at debug.
 * Fields go to journald when it is there, else to stderr as text with `key=value` behind it. Never log personal data
 * or secrets: ids only, of networks no more than log_network() leaves. A line that repeats is left out after
 * LOG_LIMIT_LINES within LOG_LIMIT_WINDOW_S, and counted (debug lines are not: who asks for them wants them all).
 * Any thread; never on the per-packet path. */
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

/* What a line is about. NULL: says nothing of it. journald's fields SESSION, PARTICIPANT and REASON. */
struct log_ids {
    const char *session, *participant, *reason;
};

/* Not limited when it names a session: those are bounded by themselves. */
void log_write_about(enum log_level level, const char *topic, const struct log_ids *ids,
                     const char *format, ...) G_GNUC_PRINTF(4, 5);

#define log_about(level, topic, ids, ...) log_write_about(level, topic, &(ids), __VA_ARGS__)

enum { LOG_NETWORK_BYTES = 64 };

/* The network of an IP address in text: its first 24 bits (IPv4) or 48 (IPv6), which do not tell one household from its
 * neighbours: "192.0.2.0/24"; "?" for what is no address. Returns `ret_text`. */
const char *log_network(const char *address, char ret_text[LOG_NETWORK_BYTES]);

#define log_error(topic, ...) log_write(LOG_AT_ERROR, topic, __VA_ARGS__)
#define log_warning(topic, ...) log_write(LOG_AT_WARNING, topic, __VA_ARGS__)
#define log_info(topic, ...) log_write(LOG_AT_INFO, topic, __VA_ARGS__)
#define log_debug(topic, ...) log_write(LOG_AT_DEBUG, topic, __VA_ARGS__)

#endif
