/* One value of the configuration: what each type takes, and what it says of anything else. */
#include <arpa/inet.h>
#include <string.h>

#include "signaling/config_load.h"

static int number_read(struct config_loader *loader, const struct config_key *key, const char *text,
                       unsigned *ret_value)
{
    guint64 value;
    if (!g_ascii_string_to_unsigned(text, 10, key->min, key->max, &value, NULL))
        return sig_config_fail(loader, key->section, key->name,
                               "\"%s\" is not a whole number from %u to %u", text, key->min,
                               key->max);
    *ret_value = (unsigned)value;
    return 0;
}

static int truth_read(struct config_loader *loader, const struct config_key *key, const char *text,
                      bool *ret_value)
{
    if (strcmp(text, "true") && strcmp(text, "false"))
        return sig_config_fail(loader, key->section, key->name, "\"%s\" is neither true nor false",
                               text);
    *ret_value = !strcmp(text, "true");
    return 0;
}

static int address_check(struct config_loader *loader, const struct config_key *key,
                         const char *text)
{
    unsigned char address[16];
    if (inet_pton(AF_INET, text, address) == 1 || inet_pton(AF_INET6, text, address) == 1)
        return 0;
    return sig_config_fail(loader, key->section, key->name, "\"%s\" is no IP address", text);
}

static int list_read(struct config_loader *loader, const struct config_key *key, const char *text,
                     char ***ret_list)
{
    g_auto(GStrv) raw = g_strsplit(text, ";", -1);
    g_autoptr(GPtrArray) list = g_ptr_array_new_with_free_func(g_free);
    for (char **item = raw; *item; item++)
        if (*g_strstrip(*item))
            g_ptr_array_add(list, g_strdup(*item));
    if (!list->len || list->len > SFU_MAX_LISTEN)
        return sig_config_fail(loader, key->section, key->name,
                               "one to %d addresses, separated by ;", SFU_MAX_LISTEN);
    for (guint i = 0; i < list->len; i++) {
        if (address_check(loader, key, list->pdata[i]) < 0)
            return -EINVAL;
        for (guint k = 0; k < i; k++)
            if (!strcmp(list->pdata[i], list->pdata[k]))
                return sig_config_fail(loader, key->section, key->name, "%s is there twice",
                                       (const char *)list->pdata[i]);
    }
    g_ptr_array_add(list, NULL);
    *ret_list = (char **)g_ptr_array_free(g_steal_pointer(&list), FALSE);
    return 0;
}

static int networks_read(struct config_loader *loader, const struct config_key *key,
                         const char *text, char ***ret_list)
{
    const char *bad = NULL;
    g_auto(GStrv) list = g_strsplit(text, ";", -1);
    for (char **item = list; *item; item++)
        g_strstrip(*item);
    struct sig_proxies *proxies = sig_proxies_create(list, SIG_PROXY_X_FORWARDED_FOR, &bad);
    if (!proxies)
        return sig_config_fail(
            loader, key->section, key->name,
            "\"%s\": up to %d addresses or networks (10.0.0.0/8), separated by ;", bad,
            SIG_MAX_PROXIES);
    sig_proxies_destroy(proxies);
    *ret_list = g_steal_pointer(&list);
    return 0;
}

/* turn:host, turn:host:port?transport=tcp, turns:host:port (RFC 7065). */
static int relays_read(struct config_loader *loader, const struct config_key *key, const char *text,
                       char ***ret_list)
{
    g_auto(GStrv) list = g_strsplit(text, ";", -1);
    for (char **item = list; *item; item++) {
        if (!g_regex_match_simple("^turns?:[A-Za-z0-9.:\\[\\]-]+(\\?transport=(udp|tcp))?$",
                                  g_strstrip(*item), 0, 0))
            return sig_config_fail(
                loader, key->section, key->name,
                "\"%s\" is no relay like turn:host:3478?transport=udp or turns:host:443?transport=tcp",
                *item);
    }
    *ret_list = g_steal_pointer(&list);
    return 0;
}

/* Links are made by putting paths behind it: no query, no slash at the end, nothing that would need escaping. */
static int url_read(struct config_loader *loader, const struct config_key *key, const char *text,
                    char **ret_url)
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
        return sig_config_fail(loader, key->section, key->name,
                               "\"%s\" is no address like https://host or https://host:port/path",
                               text);
    size_t len = strlen(text);
    *ret_url = g_strndup(text, text[len - 1] == '/' ? len - 1 : len);
    return 0;
}

static int codecs_read(struct config_loader *loader, const struct config_key *key, const char *text,
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
            return sig_config_fail(loader, key->section, key->name,
                                   "\"%s\" is neither vp8 nor h264", *name);
        for (unsigned i = 0; i < config->media.video_codec_count; i++)
            if (config->media.video_codecs[i] == codec)
                return sig_config_fail(loader, key->section, key->name, "%s is there twice", *name);
        config->media.video_codecs[config->media.video_codec_count++] = codec;
    }
    return config->media.video_codec_count
               ? 0
               : sig_config_fail(loader, key->section, key->name, "no codec");
}

int sig_config_value_read(struct config_loader *loader, const struct config_key *key,
                          const char *text, struct sig_config *config)
{
    void *at = (char *)config + key->offset;
    switch (key->type) {
    case CONFIG_TEXT: *(char **)at = g_strdup(text); return 0;
    case CONFIG_ADDRESS: *(char **)at = g_strdup(text); return address_check(loader, key, text);
    case CONFIG_PATH: *(char **)at = g_canonicalize_filename(text, loader->folder); return 0;
    case CONFIG_LIST: return list_read(loader, key, text, at);
    case CONFIG_NETWORKS: return networks_read(loader, key, text, at);
    case CONFIG_RELAYS: return relays_read(loader, key, text, at);
    case CONFIG_URL: return url_read(loader, key, text, at);
    case CONFIG_PROXY_HEADER:
        if (!sig_proxy_header_parse(text, at))
            return sig_config_fail(loader, key->section, key->name,
                                   "\"%s\" is neither x-forwarded-for nor x-real-ip", text);
        return 0;
    case CONFIG_NUMBER: return number_read(loader, key, text, at);
    case CONFIG_TRUTH: return truth_read(loader, key, text, at);
    case CONFIG_LEVEL:
        if (log_level_parse(text, at) < 0)
            return sig_config_fail(loader, key->section, key->name,
                                   "\"%s\" is none of error, warning, info, debug", text);
        return 0;
    case CONFIG_CODECS: return codecs_read(loader, key, text, config);
    }
    return -EINVAL;
}
