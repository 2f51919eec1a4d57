#include "sfu/transport/address.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <string.h>

int address_from_sockaddr(const struct sockaddr *sockaddr, struct address *ret_address)
{
    struct address address = {0};
    if (sockaddr->sa_family == AF_INET) {
        struct sockaddr_in in;
        memcpy(&in, sockaddr, sizeof in);
        address.family = AF_INET;
        address.port = ntohs(in.sin_port);
        memcpy(address.ip, &in.sin_addr, 4);
    } else if (sockaddr->sa_family == AF_INET6) {
        struct sockaddr_in6 in6;
        memcpy(&in6, sockaddr, sizeof in6);
        address.port = ntohs(in6.sin6_port);
        if (IN6_IS_ADDR_V4MAPPED(&in6.sin6_addr)) {
            address.family = AF_INET;
            memcpy(address.ip, in6.sin6_addr.s6_addr + 12, 4);
        } else {
            address.family = AF_INET6;
            memcpy(address.ip, &in6.sin6_addr, 16);
            address.scope = IN6_IS_ADDR_LINKLOCAL(&in6.sin6_addr) ? in6.sin6_scope_id : 0;
        }
    } else {
        return -EAFNOSUPPORT;
    }
    *ret_address = address;
    return 0;
}

socklen_t address_to_sockaddr(const struct address *address, struct sockaddr_storage *ret_sockaddr)
{
    memset(ret_sockaddr, 0, sizeof *ret_sockaddr);
    if (address->family == AF_INET) {
        struct sockaddr_in in = {.sin_family = AF_INET, .sin_port = htons(address->port)};
        memcpy(&in.sin_addr, address->ip, 4);
        memcpy(ret_sockaddr, &in, sizeof in);
        return sizeof in;
    }
    struct sockaddr_in6 in6 = {.sin6_family = AF_INET6,
                               .sin6_port = htons(address->port),
                               .sin6_scope_id = address->scope};
    memcpy(&in6.sin6_addr, address->ip, 16);
    memcpy(ret_sockaddr, &in6, sizeof in6);
    return sizeof in6;
}

int address_parse(const char *text, uint16_t port, struct address *ret_address)
{
    struct address address = {.port = port};
    if (inet_pton(AF_INET, text, address.ip) == 1)
        address.family = AF_INET;
    else if (inet_pton(AF_INET6, text, address.ip) == 1)
        address.family = AF_INET6;
    else
        return -EINVAL;
    *ret_address = address;
    return 0;
}

void address_format(const struct address *address, char ret_text[SFU_ADDRESS_BYTES])
{
    int family = address->family == AF_INET6 ? AF_INET6 : AF_INET;
    if (!inet_ntop(family, address->ip, ret_text, SFU_ADDRESS_BYTES))
        ret_text[0] = '\0';
}

bool address_is_any(const struct address *address)
{
    static const uint8_t zero[16];
    return memcmp(address->ip, zero, sizeof zero) == 0;
}

bool address_is_loopback(const struct address *address)
{
    static const uint8_t loopback6[16] = {[15] = 1};
    if (address->family == AF_INET)
        return address->ip[0] == 127;
    return memcmp(address->ip, loopback6, sizeof loopback6) == 0;
}

bool address_is_link_local(const struct address *address)
{
    if (address->family == AF_INET)
        return address->ip[0] == 169 && address->ip[1] == 254;
    return address->ip[0] == 0xfe && (address->ip[1] & 0xc0) == 0x80;
}

struct address address_source(const struct address *address)
{
    enum { PREFIX6_BYTES = 8 };
    struct address source = {.family = address->family};
    memcpy(source.ip, address->ip, address->family == AF_INET6 ? PREFIX6_BYTES : sizeof source.ip);
    return source;
}

bool address_equal(const struct address *a, const struct address *b)
{
    return memcmp(a, b, sizeof *a) == 0;
}

bool tuple_equal(const struct tuple *a, const struct tuple *b)
{
    return memcmp(a, b, sizeof *a) == 0;
}

static uint64_t mix(uint64_t hash, uint64_t word)
{
    hash = (hash ^ word) * 0x9e3779b97f4a7c15u;
    return hash ^ hash >> 32;
}

uint64_t tuple_hash(const struct tuple *tuple, uint64_t seed)
{
    uint64_t words[6];
    uint32_t last;
    memcpy(words, tuple, sizeof words);
    memcpy(&last, (const uint8_t *)tuple + sizeof words, sizeof last);
    uint64_t hash = seed;
    for (unsigned i = 0; i < 6; i++)
        hash = mix(hash, words[i]);
    return mix(hash, last);
}
