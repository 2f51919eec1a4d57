/* The configuration as a whole: values that are right each by itself may be wrong together, or here. */
#include <gio/gio.h>
#include <limits.h>
#include <string.h>
#include <sys/un.h>

#include "signaling/config_load.h"

/* What is announced to clients must be somebody's address. */
static int public_address_check(struct config_loader *loader, const struct sig_config *config,
                                const char *text)
{
    g_autoptr(GInetAddress) address = g_inet_address_new_from_string(text);
    if (g_inet_address_get_is_any(address) || g_inet_address_get_is_multicast(address) ||
        g_inet_address_get_is_link_local(address))
        return sig_config_fail(loader, "media", "public_ip",
                               "%s is no address that clients could send to", text);
    for (char **listen = config->media.listen; *listen; listen++) {
        g_autoptr(GInetAddress) bound = g_inet_address_new_from_string(*listen);
        if (g_inet_address_get_family(bound) == g_inet_address_get_family(address))
            return 0;
    }
    return sig_config_fail(loader, "media", "public_ip",
                           "%s stands for addresses of its own family, and listen has none of it",
                           text);
}

static int public_check(struct config_loader *loader, const struct sig_config *config)
{
    int r = 0;
    for (char **text = config->media.public_ip; r == 0 && text && *text; text++)
        r = public_address_check(loader, config, *text);
    return r;
}

/* Worker n uses port + n. Without a port of its own TCP has the number that UDP has. */
static int ports_check(struct config_loader *loader, struct sig_config *config)
{
    unsigned more = config->media.workers - 1;
    if (config->media.udp_port && config->media.udp_port + more > 65535)
        return sig_config_fail(loader, "media", "udp_port", "no room above it for %u workers",
                               more + 1);
    if (config->media.tcp_port == UINT_MAX)
        config->media.tcp_port = config->media.udp_port;
    if (config->media.tcp_port && config->media.tcp_port + more > 65535)
        return sig_config_fail(loader, "media", "tcp_port", "no room above it for %u workers",
                               more + 1);
    if (config->media.tcp_public_port && (more || !config->media.tcp_port))
        return sig_config_fail(loader, "media", "tcp_public_port",
                               more ? "leads to one worker, and there are %u"
                                    : "stands for tcp_port, which is %u",
                               more ? more + 1 : 0);
    return 0;
}

static int folder_check(struct config_loader *loader, const char *section, const char *key,
                        const char *path)
{
    if (!path || g_file_test(path, G_FILE_TEST_IS_DIR))
        return 0;
    return sig_config_fail(loader, section, key, "there is no folder %s", path);
}

static int control_check(struct config_loader *loader, const char *path)
{
    const struct sockaddr_un address;
    if (strlen(path) < sizeof address.sun_path)
        return 0;
    return sig_config_fail(
        loader, "server", "control",
        "%s is longer than a socket's name may be (%zu bytes): put it into a folder with a shorter path",
        path, sizeof address.sun_path - 1);
}

static int seeds_check(struct config_loader *loader, const struct sig_config *config)
{
    if (!config->hall.seed_dir && !g_file_test(config->hall.database, G_FILE_TEST_EXISTS))
        return sig_config_fail(
            loader, "hall", "seed_dir",
            "is missing: there is no store %s yet, and a new one takes matters and windows from that folder",
            config->hall.database);
    return folder_check(loader, "hall", "seed_dir", config->hall.seed_dir);
}

static bool address_is_loopback(const char *text)
{
    return g_str_has_prefix(text, "127.") || !strcmp(text, "::1");
}

/* Things that two keys decide together. */
int sig_config_check(struct config_loader *loader, struct sig_config *config)
{
    if (!config->server.hostname)
        config->server.hostname = g_strdup(g_get_host_name());
    if (ports_check(loader, config) < 0)
        return -EINVAL;
    if (!config->server.tls && !config->server.allow_plain_http &&
        !address_is_loopback(config->server.listen))
        return sig_config_fail(
            loader, "server", "tls",
            "without TLS others could listen on %s: set listen = 127.0.0.1 and let a proxy on this machine "
            "speak https (docs/proxy.md), or say allow_plain_http = true",
            config->server.listen);
    if (public_check(loader, config) < 0)
        return -EINVAL;
    if (config->turn.urls && !config->turn.secret_file)
        return sig_config_fail(loader, "turn", "secret_file",
                               "is missing: the relay's static-auth-secret stands in it");
    if (config->hall.hold_warn_ms > config->hall.hold_cap_ms)
        return sig_config_fail(loader, "hall", "hold_warn_ms", "later than hold_cap_ms");
    if (control_check(loader, config->server.control) < 0 ||
        folder_check(loader, "server", "web_root", config->server.web_root) < 0)
        return -EINVAL;
    return seeds_check(loader, config);
}
