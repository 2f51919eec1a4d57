#include "signaling/config.h"

#include <errno.h>
#include <limits.h>
#include <stddef.h>
#include <string.h>

#include "signaling/config_lines.h"
#include "signaling/config_load.h"

#define AT(section, member) offsetof(struct sig_config, section.member)
#define WORDS(s, k, t, fallback)                     \
    {                                                \
#s, #k, CONFIG_##t, AT(s, k), fallback, 0, 0 \
    }
#define COUNT(s, k, fallback, min, max)                     \
    {                                                       \
#s, #k, CONFIG_NUMBER, AT(s, k), fallback, min, max \
    }

/* docs/configuration.md, in its order. */
static const struct config_key keys[] = {
    WORDS(server, listen, ADDRESS, "0.0.0.0"),
    COUNT(server, port, "8443", 0, 65535),
    WORDS(server, hostname, TEXT, NULL),
    WORDS(server, certificate, PATH, "tls/cert.pem"),
    WORDS(server, private_key, PATH, "tls/key.pem"),
    WORDS(server, web_root, PATH, NULL),
    WORDS(server, public_url, URL, NULL),
    WORDS(server, tls, TRUTH, "true"),
    WORDS(server, allow_plain_http, TRUTH, "false"),
    WORDS(server, trusted_proxies, NETWORKS, NULL),
    WORDS(server, proxy_header, PROXY_HEADER, "x-forwarded-for"),
    COUNT(server, hsts_days, "0", 0, 3650),
    COUNT(server, ping_every_ms, "10000", 100, 55000),
    COUNT(server, ping_timeout_ms, "10000", 100, 60000),
    WORDS(server, log_level, LEVEL, "info"),
    COUNT(server, max_sockets, "2000", 1, 100000),
    COUNT(server, drain_ms, "600000", 0, 86400000),
    WORDS(server, control, PATH, "control.sock"),
    WORDS(server, metrics_from, NETWORKS, "127.0.0.1;::1"),
    WORDS(media, listen, LIST, "0.0.0.0"),
    COUNT(media, udp_port, "40000", 0, 65535),
    {"media", "tcp_port", CONFIG_NUMBER, AT(media, tcp_port), NULL, 0, 65535},
    COUNT(media, tcp_public_port, "0", 0, 65535),
    WORDS(media, public_ip, LIST, NULL),
    COUNT(media, workers, "1", 1, SFU_MAX_WORKERS),
    COUNT(media, max_rooms, "200", 1, 10000),
    {"media", "video_codecs", CONFIG_CODECS, 0, "vp8;h264", 0, 0},
    COUNT(media, max_video_kbps, "1500", 50, 50000),
    COUNT(media, max_audio_kbps, "48", 6, 510),
    COUNT(media, audio_slots, "4", 1, 8),
    COUNT(media, video_slots, "4", 1, 8),
    COUNT(media, media_timeout_ms, "5000", 500, 600000),
    COUNT(media, consent_timeout_ms, "30000", 5000, 600000),
    COUNT(media, socket_buffer_kib, "4096", 64, 1048576),
    WORDS(hall, database, PATH, "hall.db"),
    WORDS(hall, seed_dir, PATH, NULL),
    WORDS(hall, demo_accounts_file, PATH, NULL),
    WORDS(hall, always_open, TRUTH, "false"),
    COUNT(hall, max_waiting, "500", 1, 100000),
    COUNT(hall, ring_ms, "30000", 100, 3600000),
    COUNT(hall, offer_ms, "20000", 100, 3600000),
    COUNT(hall, connect_ms, "15000", 100, 3600000),
    COUNT(hall, wrap_up_ms, "120000", 100, 86400000),
    COUNT(hall, citizen_lost_ms, "120000", 100, 3600000),
    COUNT(hall, clerk_lost_ms, "60000", 100, 3600000),
    COUNT(hall, queue_offline_ms, "120000", 100, 86400000),
    COUNT(hall, park_ms, "600000", 100, 86400000),
    COUNT(hall, revive_ms, "120000", 1, 3600000),
    COUNT(hall, no_show_ms, "120000", 100, 3600000),
    COUNT(hall, hold_warn_ms, "60000", 100, 3600000),
    COUNT(hall, hold_cap_ms, "300000", 100, 3600000),
    WORDS(recorder, spool, PATH, "spool"),
    WORDS(recorder, archive, PATH, "archive"),
    COUNT(recorder, ring_mib, "16", 1, 4096),
    COUNT(recorder, sync_interval_ms, "200", 10, 10000),
    COUNT(recorder, segment_mib, "256", 1, 65536),
    COUNT(recorder, reserve_mib, "1024", 0, 104857600),
    COUNT(recorder, orphan_grace_ms, "3000", 0, 600000),
    WORDS(turn, urls, RELAYS, NULL),
    WORDS(turn, secret_file, PATH, NULL),
    COUNT(turn, lifetime_s, "86400", 60, 604800),
    WORDS(api, key_file, PATH, "api.key"),
};

static char *fault_text(const char *path, char *const *lines, const char *section, const char *key,
                        const char *why)
{
    unsigned line = sig_lines_find(lines, section, key);
    const char *name = key ? key : "(section)";
    return line ? g_strdup_printf("%s:%u: [%s] %s: %s", path, line, section, name, why)
                : g_strdup_printf("%s: [%s] %s: %s", path, section, name, why);
}

char *sig_config_fault(const struct sig_config *config, const char *section, const char *key,
                       const char *why)
{
    return fault_text(config->path, config->lines, section, key, why);
}

int sig_config_fail(struct config_loader *loader, const char *section, const char *key,
                    const char *format, ...)
{
    va_list args;
    va_start(args, format);
    g_autofree char *why = g_strdup_vprintf(format, args);
    va_end(args);
    loader->what = fault_text(loader->path, loader->lines, section, key, why);
    return -EINVAL;
}

static const struct config_key *key_find(const char *section, const char *name)
{
    for (size_t i = 0; i < G_N_ELEMENTS(keys); i++)
        if (!strcmp(keys[i].section, section) && (!name || !strcmp(keys[i].name, name)))
            return &keys[i];
    return NULL;
}

static int names_check(struct config_loader *loader)
{
    g_auto(GStrv) sections = g_key_file_get_groups(loader->file, NULL);
    for (char **section = sections; *section; section++) {
        if (!key_find(*section, NULL))
            return sig_config_fail(loader, *section, NULL, "unknown section");
        g_auto(GStrv) names = g_key_file_get_keys(loader->file, *section, NULL, NULL);
        for (char **name = names; *name; name++)
            if (!key_find(*section, *name))
                return sig_config_fail(loader, *section, *name, "unknown key");
    }
    return 0;
}

static int value_read(struct config_loader *loader, const struct config_key *key,
                      struct sig_config *config)
{
    g_autofree char *text = g_key_file_get_value(loader->file, key->section, key->name, NULL);
    if (text)
        g_strstrip(text);
    if ((!text || !*text) && !key->fallback)
        return 0;
    return sig_config_value_read(loader, key, text && *text ? text : key->fallback, config);
}

static int load(struct config_loader *loader, struct sig_config *config)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *text = NULL;
    gsize len;
    if (!g_file_get_contents(loader->path, &text, &len, &error)) {
        loader->what = g_strdup(error->message);
        return g_error_matches(error, G_FILE_ERROR, G_FILE_ERROR_NOENT) ? -ENOENT : -EIO;
    }
    loader->lines = g_strsplit(text, "\n", -1);
    g_autofree char *why = NULL;
    unsigned line = sig_lines_broken(loader->lines, &why);
    if (line) {
        loader->what = g_strdup_printf("%s:%u: %s", loader->path, line, why);
        return -EINVAL;
    }
    if (!g_key_file_load_from_data(loader->file, text, len, G_KEY_FILE_NONE, &error)) {
        loader->what = g_strdup_printf("%s: %s", loader->path, error->message);
        return -EINVAL;
    }
    int r = names_check(loader);
    for (size_t i = 0; r == 0 && i < G_N_ELEMENTS(keys); i++)
        r = value_read(loader, &keys[i], config);
    return r == 0 ? sig_config_check(loader, config) : r;
}

int sig_config_load(const char *path, struct sig_config **ret_config, char **ret_what)
{
    g_autofree char *whole = g_canonicalize_filename(path, NULL);
    struct config_loader loader = {
        .path = path, .folder = g_path_get_dirname(whole), .file = g_key_file_new()};
    struct sig_config *config = g_new0(struct sig_config, 1);
    config->media.tcp_port = UINT_MAX; /* not said */
    int r = load(&loader, config);
    g_key_file_unref(loader.file);
    g_free(loader.folder);
    config->path = g_strdup(path);
    config->lines = loader.lines;
    if (r < 0) {
        sig_config_destroy(config);
        *ret_what = loader.what;
        return r;
    }
    *ret_config = config;
    return 0;
}

void sig_config_destroy(struct sig_config *config)
{
    if (!config)
        return;
    for (size_t i = 0; i < G_N_ELEMENTS(keys); i++) {
        void *at = (char *)config + keys[i].offset;
        if (keys[i].type == CONFIG_TEXT || keys[i].type == CONFIG_PATH ||
            keys[i].type == CONFIG_ADDRESS || keys[i].type == CONFIG_URL)
            g_free(*(char **)at);
        else if (keys[i].type == CONFIG_LIST || keys[i].type == CONFIG_NETWORKS ||
                 keys[i].type == CONFIG_RELAYS)
            g_strfreev(*(char ***)at);
    }
    g_free(config->path);
    g_strfreev(config->lines);
    g_free(config);
}
