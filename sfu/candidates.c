#include "sfu/candidates.h"

#include "base/crypto/digest.h"

#include <errno.h>
#include <ifaddrs.h>
#include <linux/if_addr.h>
#include <net/if.h>
#include <stdio.h>
#include <string.h>

#include <glib.h>

enum {
    TYPE_PREFERENCE_HOST = 126,
    TYPE_PREFERENCE_HOST_TCP = 90, /* below all that is UDP (RFC 6544 section 4.2) */
    DIRECTION_PASSIVE = 4,         /* of a host candidate */
    COMPONENT_RTP = 1,
    MOST_A_TRANSPORT = SFU_MAX_CANDIDATES / 2,
};

static bool is_listed(const struct candidates *candidates, const char *text, uint16_t port,
                      bool tcp)
{
    for (size_t i = 0; i < candidates->count; i++)
        if (candidates->list[i].port == port && candidates->list[i].tcp == tcp &&
            strcmp(candidates->list[i].address, text) == 0)
            return true;
    return false;
}

static size_t count_of(const struct candidates *candidates, bool tcp)
{
    size_t count = 0;
    for (size_t i = 0; i < candidates->count; i++)
        count += candidates->list[i].tcp == tcp;
    return count;
}

/* Earlier ones are preferred: the order of the configuration, then of the interfaces. */
static uint32_t priority_of(bool tcp, size_t before)
{
    uint32_t type = tcp ? TYPE_PREFERENCE_HOST_TCP : TYPE_PREFERENCE_HOST;
    uint32_t local =
        tcp ? (DIRECTION_PASSIVE << 13 | (8191 - (uint32_t)before)) : 65535 - (uint32_t)before;
    return type << 24 | local << 8 | (256 - COMPONENT_RTP);
}

static void add(struct candidates *candidates, const struct address *address,
                const struct candidates_source *source)
{
    char text[SFU_ADDRESS_BYTES];
    uint16_t port = source->bound.port;
    size_t before = count_of(candidates, source->tcp);
    address_format(address, text);
    if (before == MOST_A_TRANSPORT || is_listed(candidates, text, port, source->tcp))
        return;
    struct sfu_candidate *candidate = &candidates->list[candidates->count++];
    snprintf(candidate->address, sizeof candidate->address, "%s", text);
    candidate->port = port;
    candidate->tcp = source->tcp;
    candidate->priority = priority_of(source->tcp, before);
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
                           const struct candidates_source *source, bool local_too)
{
    for (const struct ifaddrs *i = interfaces; i; i = i->ifa_next) {
        struct address address;
        if (!i->ifa_addr || !(i->ifa_flags & IFF_UP) ||
            address_from_sockaddr(i->ifa_addr, &address) < 0 ||
            address.family != source->bound.family || is_passing(&address))
            continue;
        bool local = address_is_loopback(&address) || address_is_link_local(&address);
        if (local == local_too)
            add(candidates, &address, source);
    }
}

/* What public_ip says, by family. */
struct known {
    unsigned count;
    struct address list[SFU_MAX_LISTEN];
};

static bool is_known(const struct known *known, uint16_t family)
{
    for (unsigned i = 0; i < known->count; i++)
        if (known->list[i].family == family)
            return true;
    return false;
}

static int known_read(const struct candidates_source *sources, unsigned source_count,
                      const char *const *public_ip, const char **ret_wrong, struct known *ret_known)
{
    *ret_known = (struct known){0};
    for (unsigned i = 0; i < SFU_MAX_LISTEN && public_ip[i]; i++) {
        struct address address = {0};
        bool bound = false;
        int r = address_parse(public_ip[i], 0, &address);
        for (unsigned k = 0; k < source_count; k++)
            bound |= sources[k].bound.family == address.family;
        if (r < 0 || !bound) {
            if (ret_wrong)
                *ret_wrong = public_ip[i];
            return -EINVAL;
        }
        ret_known->list[ret_known->count++] = address;
    }
    return 0;
}

static void add_known(struct candidates *candidates, const struct known *known,
                      const struct candidates_source *source)
{
    for (unsigned i = 0; i < known->count; i++)
        if (known->list[i].family == source->bound.family)
            add(candidates, &known->list[i], source);
}

static int add_all_interfaces(struct candidates *candidates,
                              const struct candidates_source *sources, unsigned source_count,
                              const struct known *known)
{
    struct ifaddrs *interfaces = NULL;
    if (getifaddrs(&interfaces) < 0)
        return -errno;
    for (int local_too = 0; local_too <= 1; local_too++) {
        if (local_too && candidates->count)
            break;
        for (unsigned i = 0; i < source_count; i++)
            if (address_is_any(&sources[i].bound) && !is_known(known, sources[i].bound.family))
                add_interfaces(candidates, interfaces, &sources[i], local_too);
    }
    freeifaddrs(interfaces);
    return 0;
}

int candidates_make(const struct candidates_source *sources, unsigned source_count,
                    const char *const *public_ip, uint16_t tcp_port, const char **ret_wrong,
                    struct candidates *ret_candidates)
{
    struct candidates candidates = {0};
    struct candidates_source announced[2 * SFU_MAX_LISTEN];
    struct known known;
    int r = known_read(sources, source_count, public_ip, ret_wrong, &known);
    if (r < 0)
        return r;
    for (unsigned i = 0; i < source_count; i++) {
        announced[i] = sources[i];
        if (tcp_port && sources[i].tcp)
            announced[i].bound.port = tcp_port;
        add_known(&candidates, &known, &announced[i]);
    }
    for (unsigned i = 0; i < source_count; i++)
        if (!address_is_any(&sources[i].bound) && !is_known(&known, sources[i].bound.family))
            add(&candidates, &sources[i].bound, &announced[i]);
    r = add_all_interfaces(&candidates, announced, source_count, &known);
    if (r < 0)
        return r;
    *ret_candidates = candidates;
    return 0;
}
