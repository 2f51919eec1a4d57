#include "signaling/config.h"

#include <arpa/inet.h>
#include <errno.h>
#include <gio/gio.h>
#include <limits.h>
#include <stddef.h>
#include <string.h>

#include "signaling/config_lines.h"

enum type {
    TEXT,
    PATH,
    ADDRESS,
    LIST,
    NETWORKS,
    URL,
    NUMBER,
    TRUTH,
    LEVEL,
    CODECS,
    PROXY_HEADER,
    RELAYS
};

struct key {
    const char *section, *name;
    enum type type;
    size_t offset;
    const char *fallback; /* as it would stand in the file; NULL: none */
    unsigned min, max;    /* NUMBER */
};

#define AT(section, member) offsetof(struct sig_config, section.member)
#define WORDS(s, k, t, fallback)            \
    {                                       \
#s, #k, t, AT(s, k), fallback, 0, 0 \
    }
#define COUNT(s, k, fallback, min, max)              \
    {                                                \
#s, #k, NUMBER, AT(s, k), fallback, min, max \
    }

/* docs/configuration.md, in its order. */
static const struct key keys[] = {
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
    {"media", "tcp_port", NUMBER, AT(media, tcp_port), NULL, 0, 65535},
    COUNT(media, tcp_public_port, "0", 0, 65535),
    WORDS(media, public_ip, LIST, NULL),
    COUNT(media, workers, "1", 1, SFU_MAX_WORKERS),
    COUNT(media, max_rooms, "200", 1, 10000),
    {"media", "video_codecs", CODECS, 0, "vp8;h264", 0, 0},
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

struct loader {
    const char *path;
    char *folder;
    char **lines; /* of the file, to tell line numbers: GKeyFile forgets them */
    GKeyFile *file;
    char *what;
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

G_GNUC_PRINTF(4, 5)
static int fail(struct loader *loader, const char *section, const char *key, const char *format,
                ...)
{
    va_list args;
    va_start(args, format);
    g_autofree char *why = g_strdup_vprintf(format, args);
    va_end(args);
    loader->what = fault_text(loader->path, loader->lines, section, key, why);
    return -EINVAL;
}

static const struct key *key_find(const char *section, const char *name)
{
    for (size_t i = 0; i < G_N_ELEMENTS(keys); i++)
        if (!strcmp(keys[i].section, section) && (!name || !strcmp(keys[i].name, name)))
            return &keys[i];
    return NULL;
}

static int names_check(struct loader *loader)
{
    g_auto(GStrv) sections = g_key_file_get_groups(loader->file, NULL);
    for (char **section = sections; *section; section++) {
        if (!key_find(*section, NULL))
            return fail(loader, *section, NULL, "unknown section");
        g_auto(GStrv) names = g_key_file_get_keys(loader->file, *section, NULL, NULL);
        for (char **name = names; *name; name++)
            if (!key_find(*section, *name))
                return fail(loader, *section, *name, "unknown key");
    }
    return 0;
}

static int number_read(struct loader *loader, const struct key *key, const char *text,
                       unsigned *ret_value)
{
    guint64 value;
    if (!g_ascii_string_to_unsigned(text, 10, key->min, key->max, &value, NULL))
        return fail(loader, key->section, key->name, "\"%s\" is not a whole number from %u to %u",
                    text, key->min, key->max);
    *ret_value = (unsigned)value;
    return 0;
}

static int truth_read(struct loader *loader, const struct key *key, const char *text,
                      bool *ret_value)
{
    if (strcmp(text, "true") && strcmp(text, "false"))
        return fail(loader, key->section, key->name, "\"%s\" is neither true nor false", text);
    *ret_value = !strcmp(text, "true");
    return 0;
}

static int address_check(struct loader *loader, const struct key *key, const char *text)
{
    unsigned char address[16];
    if (inet_pton(AF_INET, text, address) == 1 || inet_pton(AF_INET6, text, address) == 1)
        return 0;
    return fail(loader, key->section, key->name, "\"%s\" is no IP address", text);
}

/* What is announced to clients must be somebody's address. */
static int public_address_check(struct loader *loader, const struct sig_config *config,
                                const char *text)
{
    g_autoptr(GInetAddress) address = g_inet_address_new_from_string(text);
    if (g_inet_address_get_is_any(address) || g_inet_address_get_is_multicast(address) ||
        g_inet_address_get_is_link_local(address))
        return fail(loader, "media", "public_ip", "%s is no address that clients could send to",
                    text);
    for (char **listen = config->media.listen; *listen; listen++) {
        g_autoptr(GInetAddress) bound = g_inet_address_new_from_string(*listen);
        if (g_inet_address_get_family(bound) == g_inet_address_get_family(address))
            return 0;
    }
    return fail(loader, "media", "public_ip",
                "%s stands for addresses of its own family, and listen has none of it", text);
}

static int public_check(struct loader *loader, const struct sig_config *config)
{
    int r = 0;
    for (char **text = config->media.public_ip; r == 0 && text && *text; text++)
        r = public_address_check(loader, config, *text);
    return r;
}

/* Worker n uses port + n. Without a port of its own TCP has the number that UDP has. */
static int ports_check(struct loader *loader, struct sig_config *config)
{
    unsigned more = config->media.workers - 1;
    if (config->media.udp_port && config->media.udp_port + more > 65535)
        return fail(loader, "media", "udp_port", "no room above it for %u workers", more + 1);
    if (config->media.tcp_port == UINT_MAX)
        config->media.tcp_port = config->media.udp_port;
    if (config->media.tcp_port && config->media.tcp_port + more > 65535)
        return fail(loader, "media", "tcp_port", "no room above it for %u workers", more + 1);
    if (config->media.tcp_public_port && (more || !config->media.tcp_port))
        return fail(loader, "media", "tcp_public_port",
                    more ? "leads to one worker, and there are %u"
                         : "stands for tcp_port, which is %u",
                    more ? more + 1 : 0);
    return 0;
}

static int list_read(struct loader *loader, const struct key *key, const char *text,
                     char ***ret_list)
{
    g_auto(GStrv) raw = g_strsplit(text, ";", -1);
    g_autoptr(GPtrArray) list = g_ptr_array_new_with_free_func(g_free);
    for (char **item = raw; *item; item++)
        if (*g_strstrip(*item))
            g_ptr_array_add(list, g_strdup(*item));
    if (!list->len || list->len > SFU_MAX_LISTEN)
        return fail(loader, key->section, key->name, "one to %d addresses, separated by ;",
                    SFU_MAX_LISTEN);
    for (guint i = 0; i < list->len; i++) {
        if (address_check(loader, key, list->pdata[i]) < 0)
            return -EINVAL;
        for (guint k = 0; k < i; k++)
            if (!strcmp(list->pdata[i], list->pdata[k]))
                return fail(loader, key->section, key->name, "%s is there twice",
                            (const char *)list->pdata[i]);
    }
    g_ptr_array_add(list, NULL);
    *ret_list = (char **)g_ptr_array_free(g_steal_pointer(&list), FALSE);
    return 0;
}

static int networks_read(struct loader *loader, const struct key *key, const char *text,
                         char ***ret_list)
{
    const char *bad = NULL;
    g_auto(GStrv) list = g_strsplit(text, ";", -1);
    for (char **item = list; *item; item++)
        g_strstrip(*item);
    struct sig_proxies *proxies = sig_proxies_create(list, SIG_PROXY_X_FORWARDED_FOR, &bad);
    if (!proxies)
        return fail(loader, key->section, key->name,
                    "\"%s\": up to %d addresses or networks (10.0.0.0/8), separated by ;", bad,
                    SIG_MAX_PROXIES);
    sig_proxies_destroy(proxies);
    *ret_list = g_steal_pointer(&list);
    return 0;
}

/* turn:host, turn:host:port?transport=tcp, turns:host:port (RFC 7065). */
static int relays_read(struct loader *loader, const struct key *key, const char *text,
                       char ***ret_list)
{
    g_auto(GStrv) list = g_strsplit(text, ";", -1);
    for (char **item = list; *item; item++) {
        if (!g_regex_match_simple("^turns?:[A-Za-z0-9.:\\[\\]-]+(\\?transport=(udp|tcp))?$",
                                  g_strstrip(*item), 0, 0))
            return fail(
                loader, key->section, key->name,
                "\"%s\" is no relay like turn:host:3478?transport=udp or turns:host:443?transport=tcp",
                *item);
    }
    *ret_list = g_steal_pointer(&list);
    return 0;
}

/* Links are made by putting paths behind it: no query, no slash at the end, nothing that would need escaping. */
static int url_read(struct loader *loader, const struct key *key, const char *text, char **ret_url)
{
    g_autoptr(GUri) uri = g_uri_parse(text, G_URI_FLAGS_NONE, NULL);
    const char *scheme = uri ? g_uri_get_scheme(uri) : "", *host = uri ? g_uri_get_host(uri) : NULL;
    const char *after = strstr(text, "://"), *path = after ? strchr(after + 3, '/') : NULL;
    bool good = (!strcmp(scheme, "https") || !strcmp(scheme, "http")) && host && *host &&
                !g_uri_get_query(uri) && !g_uri_get_fragment(uri) && !g_uri_get_userinfo(uri) &&
                (!path || (!strstr(path, "//") && !strstr(path, "/.")));
    for (const char *c = path; good && c && *c; c++)
        good = g_ascii_isalnum(*c) || strchr("/-_.~", *c);
    if (!good)
        return fail(loader, key->section, key->name,
                    "\"%s\" is no address like https://host or https://host:port/path", text);
    size_t len = strlen(text);
    *ret_url = g_strndup(text, text[len - 1] == '/' ? len - 1 : len);
    return 0;
}

static int codecs_read(struct loader *loader, const struct key *key, const char *text,
                       struct sig_config *config)
{
    g_auto(GStrv) names = g_strsplit(text, ";", -1);
    for (char **name = names; *name; name++) {
        if (!*g_strstrip(*name))
            continue;
        enum sfu_codec codec = !strcmp(*name, "vp8")    ? SFU_CODEC_VP8
                               : !strcmp(*name, "h264") ? SFU_CODEC_H264
                                                        : SFU_CODEC_NONE;
        if (codec == SFU_CODEC_NONE)
            return fail(loader, key->section, key->name, "\"%s\" is neither vp8 nor h264", *name);
        for (unsigned i = 0; i < config->media.video_codec_count; i++)
            if (config->media.video_codecs[i] == codec)
                return fail(loader, key->section, key->name, "%s is there twice", *name);
        config->media.video_codecs[config->media.video_codec_count++] = codec;
    }
    return config->media.video_codec_count ? 0 : fail(loader, key->section, key->name, "no codec");
}

static int value_read(struct loader *loader, const struct key *key, struct sig_config *config)
{
    g_autofree char *text = g_key_file_get_value(loader->file, key->section, key->name, NULL);
    if (text)
        g_strstrip(text);
    if ((!text || !*text) && !key->fallback)
        return 0;
    const char *value = text && *text ? text : key->fallback;
    void *at = (char *)config + key->offset;
    switch (key->type) {
    case TEXT: *(char **)at = g_strdup(value); return 0;
    case ADDRESS: *(char **)at = g_strdup(value); return address_check(loader, key, value);
    case PATH: *(char **)at = g_canonicalize_filename(value, loader->folder); return 0;
    case LIST: return list_read(loader, key, value, at);
    case NETWORKS: return networks_read(loader, key, value, at);
    case RELAYS: return relays_read(loader, key, value, at);
    case URL: return url_read(loader, key, value, at);
    case PROXY_HEADER:
        if (!sig_proxy_header_parse(value, at))
            return fail(loader, key->section, key->name,
                        "\"%s\" is neither x-forwarded-for nor x-real-ip", value);
        return 0;
    case NUMBER: return number_read(loader, key, value, at);
    case TRUTH: return truth_read(loader, key, value, at);
    case LEVEL:
        if (log_level_parse(value, at) < 0)
            return fail(loader, key->section, key->name,
                        "\"%s\" is none of error, warning, info, debug", value);
        return 0;
    case CODECS: return codecs_read(loader, key, value, config);
    }
    return -EINVAL;
}

static int folder_check(struct loader *loader, const char *section, const char *key,
                        const char *path)
{
    if (!path || g_file_test(path, G_FILE_TEST_IS_DIR))
        return 0;
    return fail(loader, section, key, "there is no folder %s", path);
}

static bool address_is_loopback(const char *text)
{
    return g_str_has_prefix(text, "127.") || !strcmp(text, "::1");
}

/* Things that two keys decide together. */
static int whole_check(struct loader *loader, struct sig_config *config)
{
    if (!config->server.hostname)
        config->server.hostname = g_strdup(g_get_host_name());
    if (ports_check(loader, config) < 0)
        return -EINVAL;
    if (!config->server.tls && !config->server.allow_plain_http &&
        !address_is_loopback(config->server.listen))
        return fail(
            loader, "server", "tls",
            "without TLS others could listen on %s: set listen = 127.0.0.1 and let a proxy on this machine "
            "speak https (docs/proxy.md), or say allow_plain_http = true",
            config->server.listen);
    if (public_check(loader, config) < 0)
        return -EINVAL;
    if (config->turn.urls && !config->turn.secret_file)
        return fail(loader, "turn", "secret_file",
                    "is missing: the relay's static-auth-secret stands in it");
    if (config->hall.hold_warn_ms > config->hall.hold_cap_ms)
        return fail(loader, "hall", "hold_warn_ms", "later than hold_cap_ms");
    int r = folder_check(loader, "server", "web_root", config->server.web_root);
    return r == 0 ? folder_check(loader, "hall", "seed_dir", config->hall.seed_dir) : r;
}

static int load(struct loader *loader, struct sig_config *config)
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
    return r == 0 ? whole_check(loader, config) : r;
}

int sig_config_load(const char *path, struct sig_config **ret_config, char **ret_what)
{
    g_autofree char *whole = g_canonicalize_filename(path, NULL);
    struct loader loader = {
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
        if (keys[i].type == TEXT || keys[i].type == PATH || keys[i].type == ADDRESS ||
            keys[i].type == URL)
            g_free(*(char **)at);
        else if (keys[i].type == LIST || keys[i].type == NETWORKS || keys[i].type == RELAYS)
            g_strfreev(*(char ***)at);
    }
    g_free(config->path);
    g_strfreev(config->lines);
    g_free(config);
}
