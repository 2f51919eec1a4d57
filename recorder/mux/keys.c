#include "recorder/mux/keys.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>

struct key {
    const char *section, *name;
    guint64 min, max; /* of a number; max 0: a text */
};

/* docs/configuration.md, in its order. */
static const struct key keys[] = {
    {"server", "listen", 0, 0},
    {"server", "port", 0, 65535},
    {"server", "hostname", 0, 0},
    {"server", "certificate", 0, 0},
    {"server", "private_key", 0, 0},
    {"server", "web_root", 0, 0},
    {"server", "public_url", 0, 0},
    {"server", "tls", 0, 0},
    {"server", "allow_plain_http", 0, 0},
    {"server", "trusted_proxies", 0, 0},
    {"server", "proxy_header", 0, 0},
    {"server", "hsts_days", 0, 3650},
    {"server", "ping_every_ms", 100, 55000},
    {"server", "ping_timeout_ms", 100, 60000},
    {"server", "log_level", 0, 0},
    {"server", "max_sockets", 1, 100000},
    {"server", "drain_ms", 0, 86400000},
    {"server", "control", 0, 0},
    {"server", "metrics_from", 0, 0},
    {"media", "listen", 0, 0},
    {"media", "udp_port", 0, 65535},
    {"media", "tcp_port", 0, 65535},
    {"media", "tcp_public_port", 0, 65535},
    {"media", "public_ip", 0, 0},
    {"media", "workers", 1, 16},
    {"media", "max_rooms", 1, 10000},
    {"media", "video_codecs", 0, 0},
    {"media", "max_video_kbps", 50, 50000},
    {"media", "max_audio_kbps", 6, 510},
    {"media", "audio_slots", 1, 8},
    {"media", "video_slots", 1, 8},
    {"media", "media_timeout_ms", 500, 600000},
    {"media", "consent_timeout_ms", 5000, 600000},
    {"media", "socket_buffer_kib", 64, 1048576},
    {"hall", "database", 0, 0},
    {"hall", "seed_dir", 0, 0},
    {"hall", "demo_accounts_file", 0, 0},
    {"hall", "always_open", 0, 0},
    {"hall", "max_waiting", 1, 100000},
    {"hall", "ring_ms", 100, 3600000},
    {"hall", "offer_ms", 100, 3600000},
    {"hall", "connect_ms", 100, 3600000},
    {"hall", "wrap_up_ms", 100, 86400000},
    {"hall", "citizen_lost_ms", 100, 3600000},
    {"hall", "clerk_lost_ms", 100, 3600000},
    {"hall", "queue_offline_ms", 100, 86400000},
    {"hall", "park_ms", 100, 86400000},
    {"hall", "revive_ms", 1, 3600000},
    {"hall", "no_show_ms", 100, 3600000},
    {"hall", "hold_warn_ms", 100, 3600000},
    {"hall", "hold_cap_ms", 100, 3600000},
    {"recorder", "spool", 0, 0},
    {"recorder", "archive", 0, 0},
    {"recorder", "ring_mib", 1, 4096},
    {"recorder", "sync_interval_ms", 10, 10000},
    {"recorder", "segment_mib", 1, 65536},
    {"recorder", "reserve_mib", 0, 104857600},
    {"recorder", "orphan_grace_ms", 0, 600000},
    {"turn", "urls", 0, 0},
    {"turn", "secret_file", 0, 0},
    {"turn", "lifetime_s", 60, 604800},
    {"api", "key_file", 0, 0},
};

struct check {
    const char *path;
    char **lines;
    GKeyFile *file;
    char *what;
};

static const struct key *find_key(const char *section, const char *name)
{
    for (size_t i = 0; i < G_N_ELEMENTS(keys); i++)
        if (strcmp(keys[i].section, section) == 0 && (!name || strcmp(keys[i].name, name) == 0))
            return &keys[i];
    return NULL;
}

/* GKeyFile forgets where things stood. The line of `name`, or without one of the section; 0: not found. */
static unsigned find_line(const struct check *check, const char *section, const char *name)
{
    g_autofree char *head = g_strdup_printf("[%s]", section);
    bool inside = false;
    for (unsigned i = 0; check->lines[i]; i++) {
        g_autofree char *line = g_strstrip(g_strdup(check->lines[i]));
        if (line[0] == '[') {
            inside = strcmp(line, head) == 0;
            if (inside && !name)
                return i + 1;
        } else if (inside && name && g_str_has_prefix(line, name)) {
            const char *rest = line + strlen(name);
            if (rest[strspn(rest, " \t")] == '=')
                return i + 1;
        }
    }
    return 0;
}

G_GNUC_PRINTF(4, 5)
static int fail(struct check *check, const char *section, const char *name, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    g_autofree char *why = g_strdup_vprintf(format, args);
    va_end(args);
    check->what =
        g_strdup_printf("%s:%u: [%s] %s: %s", check->path, find_line(check, section, name), section,
                        name ? name : "(section)", why);
    return -EINVAL;
}

static int check_key(struct check *check, const char *section, const char *name)
{
    const struct key *key = find_key(section, name);
    if (!key)
        return fail(check, section, name, "unknown key");
    g_autofree char *text = g_key_file_get_value(check->file, section, name, NULL);
    if (!key->max || !text || !*g_strstrip(text)) /* left empty: the default */
        return 0;
    if (!g_ascii_string_to_unsigned(text, 10, key->min, key->max, NULL, NULL))
        return fail(check, section, name,
                    "\"%s\" is not a whole number from %" G_GUINT64_FORMAT " to %" G_GUINT64_FORMAT,
                    text, key->min, key->max);
    return 0;
}

static int check_section(struct check *check, const char *section)
{
    if (!find_key(section, NULL))
        return fail(check, section, NULL, "unknown section");
    g_auto(GStrv) names = g_key_file_get_keys(check->file, section, NULL, NULL);
    int r = 0;
    for (char **name = names; *name && r == 0; name++)
        r = check_key(check, section, *name);
    return r;
}

int rec_keys_check(const char *path, const char *text, GKeyFile *file, char **ret_what)
{
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    g_auto(GStrv) sections = g_key_file_get_groups(file, NULL);
    struct check check = {.path = path, .lines = lines, .file = file};
    int r = 0;
    for (char **section = sections; *section && r == 0; section++)
        r = check_section(&check, *section);
    if (r < 0)
        *ret_what = check.what;
    return r;
}
