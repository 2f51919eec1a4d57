#include "base/log.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log_limit.h"

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

static const char *const id_fields[][2] = {
    {"SESSION", "session"}, {"PARTICIPANT", "participant"}, {"REASON", "reason"}};

static void append_ids(GString *line, const GLogField *fields, gsize n_fields)
{
    for (size_t i = 0; i < G_N_ELEMENTS(id_fields); i++) {
        const char *value = field_find(fields, n_fields, id_fields[i][0]);
        if (!value)
            continue;
        g_string_append_printf(line, " %s=", id_fields[i][1]);
        append_one_line(line, value);
    }
}

static void write_text(enum log_level level, const char *topic, const char *message,
                       const GLogField *fields, gsize n_fields)
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
    append_ids(line, fields, n_fields);
    g_string_append_c(line, '\n');

    /* One write a line, so that the lines of several threads do not mix. When stderr is gone there is
     * nobody to tell. */
    ssize_t written = write(STDERR_FILENO, line->str, line->len);
    (void)written;
}

static GLogWriterOutput fields_write(GLogLevelFlags flags, const char *topic,
                                     const GLogField *fields, gsize n_fields)
{
    const char *message = field_find(fields, n_fields, "MESSAGE");
    if (!g_log_writer_is_journald(STDERR_FILENO) ||
        g_log_writer_journald(flags, fields, n_fields, NULL) != G_LOG_WRITER_HANDLED)
        write_text(level_of(flags), topic, message ? message : "", fields, n_fields);
    return G_LOG_WRITER_HANDLED;
}

/* A library's lines have no place in our code: all of one library count as one. */
static bool library_admits(GLogLevelFlags flags, const char *library)
{
    unsigned left_out;
    const void *place = GSIZE_TO_POINTER((gsize)g_str_hash(library) << 3);
    bool is_admitted = log_limit_admits(place, clock_now_us(), &left_out);
    if (left_out) {
        g_autofree char *note = g_strdup_printf("%u lines of it were left out", left_out);
        const GLogField fields[] = {{"MESSAGE", note, -1},
                                    {"PRIORITY", levels[level_of(flags)].priority, -1},
                                    {"GLIB_DOMAIN", library, -1}};
        fields_write(flags, library, fields, G_N_ELEMENTS(fields));
    }
    return is_admitted;
}

static GLogWriterOutput writer(GLogLevelFlags flags, const GLogField *fields, gsize n_fields,
                               gpointer data)
{
    enum log_level level = level_of(flags);
    const char *topic = field_find(fields, n_fields, "TOPIC");
    const char *domain = field_find(fields, n_fields, "GLIB_DOMAIN");

    if (level > least_level)
        return G_LOG_WRITER_HANDLED;
    /* What libraries say below a warning is for those who ask with G_MESSAGES_DEBUG. */
    if (!topic && level > LOG_AT_WARNING && g_log_writer_default_would_drop(flags, domain))
        return G_LOG_WRITER_HANDLED;
    const char *library = domain ? domain : "library";
    if (!topic && level != LOG_AT_DEBUG && !library_admits(flags, library))
        return G_LOG_WRITER_HANDLED;
    return fields_write(flags, topic ? topic : library, fields, n_fields);
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

static void line_write(enum log_level level, const char *topic, const struct log_ids *ids,
                       const char *message)
{
    const char *program = g_get_prgname();
    GLogField fields[8] = {
        {"MESSAGE", message, -1},
        {"PRIORITY", levels[level].priority, -1},
        {"GLIB_DOMAIN", topic, -1},
        {"TOPIC", topic, -1},
        {"SYSLOG_IDENTIFIER", program ? program : topic, -1},
    };
    gsize count = 5;
    const char *const values[] = {ids->session, ids->participant, ids->reason};
    for (size_t i = 0; i < G_N_ELEMENTS(values); i++)
        if (values[i])
            fields[count++] = (GLogField){id_fields[i][0], values[i], -1};
    g_log_structured_array(levels[level].glib, fields, count);
}

static bool admits(enum log_level level, const char *topic, const struct log_ids *ids,
                   const char *format)
{
    if (level > least_level)
        return false;
    if (level == LOG_AT_DEBUG || ids->session)
        return true;
    unsigned left_out;
    bool is_admitted = log_limit_admits(format, clock_now_us(), &left_out);
    if (left_out) {
        g_autofree char *note =
            g_strdup_printf("%u lines like the next one were left out", left_out);
        line_write(level, topic, &(struct log_ids){0}, note);
    }
    return is_admitted;
}

void log_write(enum log_level level, const char *topic, const char *format, ...)
{
    const struct log_ids none = {0};
    if (!admits(level, topic, &none, format))
        return;
    va_list args;
    va_start(args, format);
    g_autofree char *message = g_strdup_vprintf(format, args);
    va_end(args);
    line_write(level, topic, &none, message);
}

void log_write_about(enum log_level level, const char *topic, const struct log_ids *ids,
                     const char *format, ...)
{
    if (!admits(level, topic, ids, format))
        return;
    va_list args;
    va_start(args, format);
    g_autofree char *message = g_strdup_vprintf(format, args);
    va_end(args);
    line_write(level, topic, ids, message);
}

const char *log_network(const char *address, char ret_text[LOG_NETWORK_BYTES])
{
    unsigned char bytes[16];
    char text[INET6_ADDRSTRLEN];
    if (inet_pton(AF_INET, address, bytes) == 1) {
        snprintf(ret_text, LOG_NETWORK_BYTES, "%u.%u.%u.0/24", bytes[0], bytes[1], bytes[2]);
        return ret_text;
    }
    if (inet_pton(AF_INET6, address, bytes) != 1) {
        g_strlcpy(ret_text, "?", LOG_NETWORK_BYTES);
        return ret_text;
    }
    if (IN6_IS_ADDR_V4MAPPED((const struct in6_addr *)(const void *)bytes)) {
        snprintf(ret_text, LOG_NETWORK_BYTES, "%u.%u.%u.0/24", bytes[12], bytes[13], bytes[14]);
        return ret_text;
    }
    memset(bytes + 6, 0, 10);
    inet_ntop(AF_INET6, bytes, text, sizeof text);
    snprintf(ret_text, LOG_NETWORK_BYTES, "%s/48", text);
    return ret_text;
}
