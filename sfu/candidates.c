#include "sfu/candidates.h"

#include <errno.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <stdio.h>
#include <string.h>

enum { TYPE_PREFERENCE_HOST = 126, COMPONENT_RTP = 1 };

static bool is_listed(const struct candidates *candidates, const char *text, uint16_t port)
{
    for (size_t i = 0; i < candidates->count; i++)
        if (candidates->list[i].port == port && strcmp(candidates->list[i].address, text) == 0)
            return true;
    return false;
}

/* Earlier ones are preferred: the order of the configuration, then of the interfaces. */
static void add(struct candidates *candidates, const struct address *address, uint16_t port)
{
    char text[SFU_ADDRESS_BYTES];
    address_format(address, text);
    if (candidates->count == SFU_MAX_CANDIDATES || is_listed(candidates, text, port))
        return;
    uint32_t local_preference = 65535 - (uint32_t)candidates->count;
    struct sfu_candidate *candidate = &candidates->list[candidates->count++];
    snprintf(candidate->address, sizeof candidate->address, "%s", text);
    candidate->port = port;
    candidate->priority =
        (uint32_t)TYPE_PREFERENCE_HOST << 24 | local_preference << 8 | (256 - COMPONENT_RTP);
}

/* Addresses of the interfaces that are up, of one family. Loopback and link-local ones only when
 * `local_too`: they lead nowhere from outside, but a machine without a network still has them. */
static void add_interfaces(struct candidates *candidates, const struct ifaddrs *interfaces,
                           const struct udp_socket *socket, bool local_too)
{
    for (const struct ifaddrs *i = interfaces; i; i = i->ifa_next) {
        struct address address;
        if (!i->ifa_addr || !(i->ifa_flags & IFF_UP) ||
            address_from_sockaddr(i->ifa_addr, &address) < 0 ||
            address.family != socket->bound.family)
            continue;
        bool local = address_is_loopback(&address) || address_is_link_local(&address);
        if (local == local_too)
            add(candidates, &address, socket->bound.port);
    }
}

static int add_all_interfaces(struct candidates *candidates, const struct udp_socket *sockets,
                              unsigned socket_count)
{
    struct ifaddrs *interfaces = NULL;
    if (getifaddrs(&interfaces) < 0)
        return -errno;
    for (int local_too = 0; local_too <= 1; local_too++) {
        if (local_too && candidates->count)
            break;
        for (unsigned i = 0; i < socket_count; i++)
            if (sockets[i].wildcard)
                add_interfaces(candidates, interfaces, &sockets[i], local_too);
    }
    freeifaddrs(interfaces);
    return 0;
}

int candidates_make(const struct udp_socket *sockets, unsigned socket_count, const char *public_ip,
                    struct candidates *ret_candidates)
{
    struct candidates candidates = {0};
    if (public_ip) {
        struct address address;
        if (address_parse(public_ip, 0, &address) < 0)
            return -EINVAL;
        for (unsigned i = 0; i < socket_count; i++)
            if (sockets[i].bound.family == address.family)
                add(&candidates, &address, sockets[i].bound.port);
        *ret_candidates = candidates;
        return candidates.count ? 0 : -EINVAL;
    }
    for (unsigned i = 0; i < socket_count; i++)
        if (!sockets[i].wildcard)
            add(&candidates, &sockets[i].bound, sockets[i].bound.port);
    int r = add_all_interfaces(&candidates, sockets, socket_count);
    if (r < 0)
        return r;
    *ret_candidates = candidates;
    return 0;
}
