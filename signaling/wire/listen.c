#include "signaling/wire/listen.h"

#include <arpa/inet.h>
#include <errno.h>
#include <glib.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static int try_bind(int family, const struct sockaddr *address, socklen_t len)
{
    const int on = 1;
    int fd = socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return -errno;
    /* As the server does it: what a former run left in TIME_WAIT is no reason. */
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (family == AF_INET6)
        setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof on);
    int r = bind(fd, address, len) < 0 ? -errno : 0;
    close(fd);
    return r;
}

int sig_listen_probe(const char *address, unsigned port, char **ret_what)
{
    struct sockaddr_in v4 = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    struct sockaddr_in6 v6 = {.sin6_family = AF_INET6, .sin6_port = htons((uint16_t)port)};
    int r = -EINVAL;
    if (inet_pton(AF_INET, address, &v4.sin_addr) == 1)
        r = try_bind(AF_INET, (const struct sockaddr *)&v4, sizeof v4);
    else if (inet_pton(AF_INET6, address, &v6.sin6_addr) == 1)
        r = try_bind(AF_INET6, (const struct sockaddr *)&v6, sizeof v6);
    if (r < 0)
        *ret_what =
            g_strdup_printf("cannot listen on %s port %u: %s", address, port,
                            r == -EADDRINUSE ? "the port is already in use" : g_strerror(-r));
    return r;
}

/* The first IPv4 address that is not this machine's alone; false: there is none. */
static bool interface_address(char ret_text[INET_ADDRSTRLEN])
{
    struct ifaddrs *all = NULL;
    bool found = false;
    if (getifaddrs(&all) < 0)
        return false;
    for (const struct ifaddrs *one = all; one && !found; one = one->ifa_next) {
        bool usable = one->ifa_addr && one->ifa_addr->sa_family == AF_INET &&
                      (one->ifa_flags & IFF_UP) && !(one->ifa_flags & IFF_LOOPBACK);
        if (usable) {
            const struct sockaddr_in *v4 = (const struct sockaddr_in *)(const void *)one->ifa_addr;
            found = inet_ntop(AF_INET, &v4->sin_addr, ret_text, INET_ADDRSTRLEN);
        }
    }
    freeifaddrs(all);
    return found;
}

char *sig_listen_url(bool tls, const char *hostname, const char *address, unsigned port)
{
    char text[INET_ADDRSTRLEN];
    const char *host = hostname;
    bool all = !strcmp(address, "0.0.0.0") || !strcmp(address, "::");
    bool is_bare = !strchr(hostname, '.') && strcmp(hostname, "localhost");
    if (is_bare && !all)
        host = address;
    else if (is_bare && interface_address(text))
        host = text;
    const char *scheme = tls ? "https" : "http";
    return g_strdup_printf(strchr(host, ':') ? "%s://[%s]:%u" : "%s://%s:%u", scheme, host, port);
}
