#include "sfu/candidates.h"

#include "base/crypto/digest.h"

#include <errno.h>
#include <ifaddrs.h>
#include <linux/if_addr.h>
#include <net/if.h>
#include <stdio.h>
#include <string.h>

#include <glib.h>

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

/* Whether an IPv6 address is a privacy address, which the system replaces within a day, or is not (or no
 * more) to be used: getifaddrs() does not tell. Each line of the file is address, index, prefix length,
 * scope, flags, name. */
static bool is_passing(const struct address *address)
{
    enum { PASSING = IFA_F_TEMPORARY | IFA_F_DEPRECATED | IFA_F_TENTATIVE | IFA_F_DADFAILED };
    g_autofree char *text = NULL;
    char wanted[2 * sizeof address->ip + 1];
    if (address->family != AF_INET6 ||
        !g_file_get_contents("/proc/net/if_inet6", &text, NULL, NULL))
        return false;
    digest_hex(address->ip, sizeof address->ip, wanted);
    for (char *line = text; line; line = strchr(line, '\n')) {
        unsigned flags = 0;
        line += *line == '\n';
        if (strncmp(line, wanted, sizeof wanted - 1) == 0 &&
            sscanf(line, "%*s %*s %*s %*s %x", &flags) == 1)
            return (flags & PASSING) != 0;
    }
    return false;
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
            address.family != socket->bound.family || is_passing(&address))
            continue;
        bool local = address_is_loopback(&address) || address_is_link_local(&address);
        if (local == local_too)
            add(candidates, &address, socket->bound.port);
    }
}

static int add_all_interfaces(struct candidates *candidates, const struct udp_socket *sockets,
                              unsigned socket_count, uint16_t family_known)
{
    struct ifaddrs *interfaces = NULL;
    if (getifaddrs(&interfaces) < 0)
        return -errno;
    for (int local_too = 0; local_too <= 1; local_too++) {
        if (local_too && candidates->count)
            break;
        for (unsigned i = 0; i < socket_count; i++)
            if (sockets[i].wildcard && sockets[i].bound.family != family_known)
                add_interfaces(candidates, interfaces, &sockets[i], local_too);
    }
    freeifaddrs(interfaces);
    return 0;
}

int candidates_make(const struct udp_socket *sockets, unsigned socket_count, const char *public_ip,
                    struct candidates *ret_candidates)
{
    struct candidates candidates = {0};
    struct address known = {0};
    if (public_ip && address_parse(public_ip, 0, &known) < 0)
        return -EINVAL;
    for (unsigned i = 0; i < socket_count; i++)
        if (sockets[i].bound.family == known.family)
            add(&candidates, &known, sockets[i].bound.port);
    if (public_ip && !candidates.count)
        return -EINVAL;
    for (unsigned i = 0; i < socket_count; i++)
        if (!sockets[i].wildcard && sockets[i].bound.family != known.family)
            add(&candidates, &sockets[i].bound, sockets[i].bound.port);
    int r = add_all_interfaces(&candidates, sockets, socket_count, known.family);
    if (r < 0)
        return r;
    *ret_candidates = candidates;
    return 0;
}
