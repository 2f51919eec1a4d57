#include "base/log.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"

/* Set once by log_init() before threads start, then only read. */
static enum log_level least_level = LOG_AT_INFO;

/* `glib` of an error is CRITICAL: GLib ends the process after a G_LOG_LEVEL_ERROR. `priority` is
 * syslog's (RFC 5424 section 6.2.1), which journald shows. */
static const struct level {
    const char *name;
    GLogLevelFlags glib;
    const char *priority;
} levels[] = {
    [LOG_AT_ERROR] = {"error", G_LOG_LEVEL_CRITICAL, "3"},
    [LOG_AT_WARNING] = {"warning", G_LOG_LEVEL_WARNING, "4"},
    [LOG_AT_INFO] = {"info", G_LOG_LEVEL_INFO, "6"},
    [LOG_AT_DEBUG] = {"debug", G_LOG_LEVEL_DEBUG, "7"},
};

static const char *field_find(const GLogField *fields, gsize n_fields, const char *key)
{
    for (gsize i = 0; i < n_fields; i++) {
        if (!strcmp(fields[i].key, key) && fields[i].length < 0)
            return fields[i].value;
    }
    return NULL;
}

static enum log_level level_of(GLogLevelFlags flags)
{
    if (flags & (G_LOG_LEVEL_ERROR | G_LOG_LEVEL_CRITICAL))
        return LOG_AT_ERROR;
    if (flags & G_LOG_LEVEL_WARNING)
        return LOG_AT_WARNING;
    if (flags & (G_LOG_LEVEL_MESSAGE | G_LOG_LEVEL_INFO))
        return LOG_AT_INFO;
    return LOG_AT_DEBUG;
}

/* Text from outside may be quoted in a message: it must not be able to start a line of its own. */
static void append_one_line(GString *line, const char *text)
{
    g_autofree char *valid = g_utf8_make_valid(text, -1);
    for (char *c = valid; *c; c++)
        g_string_append_c(line, g_ascii_iscntrl(*c) ? ' ' : *c);
}

static void write_text(enum log_level level, const char *topic, const char *message)
{
    int64_t wall_us = clock_wall_us();
    g_autoptr(GDateTime) now = g_date_time_new_from_unix_utc(wall_us / 1000000);
    g_autofree char *second = g_date_time_format(now, "%Y-%m-%dT%H:%M:%S");
    g_autoptr(GString) line = g_string_sized_new(256);

    g_string_printf(line, "%s.%03dZ %-7s ", second, (int)(wall_us / 1000 % 1000),
                    levels[level].name);
    append_one_line(line, topic);
    g_string_append(line, ": ");
    append_one_line(line, message);
    g_string_append_c(line, '\n');

    /* One write a line, so that the lines of several threads do not mix. When stderr is gone there is
     * nobody to tell. */
    ssize_t written = write(STDERR_FILENO, line->str, line->len);
    (void)written;
}

static GLogWriterOutput writer(GLogLevelFlags flags, const GLogField *fields, gsize n_fields,
                               gpointer data)
{
    enum log_level level = level_of(flags);
    const char *topic = field_find(fields, n_fields, "TOPIC");
    const char *domain = field_find(fields, n_fields, "GLIB_DOMAIN");
    const char *message = field_find(fields, n_fields, "MESSAGE");

    if (level > least_level)
        return G_LOG_WRITER_HANDLED;
    /* What libraries say below a warning is for those who ask with G_MESSAGES_DEBUG. */
    if (!topic && level > LOG_AT_WARNING && g_log_writer_default_would_drop(flags, domain))
        return G_LOG_WRITER_HANDLED;
    if (g_log_writer_is_journald(STDERR_FILENO) &&
        g_log_writer_journald(flags, fields, n_fields, NULL) == G_LOG_WRITER_HANDLED)
        return G_LOG_WRITER_HANDLED;
    write_text(level, topic ? topic : domain ? domain : "library", message ? message : "");
    return G_LOG_WRITER_HANDLED;
}

void log_init(enum log_level level)
{
    static bool is_set;

    least_level = level;
    if (!is_set) /* GLib takes a writer once a process */
        g_log_set_writer_func(writer, NULL, NULL);
    is_set = true;
}

int log_level_parse(const char *text, enum log_level *ret_level)
{
    for (size_t i = 0; text && i < G_N_ELEMENTS(levels); i++) {
        if (!strcmp(text, levels[i].name)) {
            *ret_level = (enum log_level)i;
            return 0;
        }
    }
    return -EINVAL;
}

void log_write(enum log_level level, const char *topic, const char *format, ...)
{
    if (level > least_level)
        return;

    va_list args;
    va_start(args, format);
    g_autofree char *message = g_strdup_vprintf(format, args);
    va_end(args);

    const char *program = g_get_prgname();
    const GLogField fields[] = {
        {"MESSAGE", message, -1},
        {"PRIORITY", levels[level].priority, -1},
        {"GLIB_DOMAIN", topic, -1},
        {"TOPIC", topic, -1},
        {"SYSLOG_IDENTIFIER", program ? program : topic, -1},
    };
    g_log_structured_array(levels[level].glib, fields, G_N_ELEMENTS(fields));
}
