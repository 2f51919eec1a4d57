/* Socket addresses as small comparable values, and the pair of them that names a way to a peer.
 * IPv4-mapped IPv6 addresses are always held as IPv4. */
#ifndef SFU_TRANSPORT_ADDRESS_H
#define SFU_TRANSPORT_ADDRESS_H

#include "sfu/sfu.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

/* No padding inside: compared and hashed as bytes. */
struct address {
    uint8_t ip[16];  /* IPv4 uses the first four, the rest is zero */
    uint32_t scope;  /* IPv6 link-local: interface index */
    uint16_t port;   /* host order */
    uint16_t family; /* AF_INET, AF_INET6; 0 is no address */
};

/* In tuple.socket: a TCP connection, by its number on the worker. */
#define TUPLE_TCP 0x80000000u

/* A way between a remote address and one of our local ones: by a UDP socket, or a TCP connection. */
struct tuple {
    struct address remote;
    struct address local; /* the port is 0: the socket has it */
    uint32_t socket;      /* index of the worker's socket, or TUPLE_TCP and the connection's */
};

_Static_assert(sizeof(struct address) == 24, "hashed as bytes");
_Static_assert(sizeof(struct tuple) == 52, "hashed as bytes");

/* Any thread. 0 or -EAFNOSUPPORT. */
int address_from_sockaddr(const struct sockaddr *sockaddr, struct address *ret_address);

/* Any thread. Returns the length of what was written. */
socklen_t address_to_sockaddr(const struct address *address, struct sockaddr_storage *ret_sockaddr);

/* Any thread. Numeric IPv4 or IPv6 text. 0 or -EINVAL. */
int address_parse(const char *text, uint16_t port, struct address *ret_address);

/* Any thread. The IP alone, numeric. */
void address_format(const struct address *address, char ret_text[SFU_ADDRESS_BYTES]);

bool address_is_any(const struct address *address);
bool address_is_loopback(const struct address *address);
bool address_is_link_local(const struct address *address);

/* Whose an address is, for limits a source: the address without its port; of IPv6 the first 64 bits. */
struct address address_source(const struct address *address);
bool address_equal(const struct address *a, const struct address *b);

bool tuple_equal(const struct tuple *a, const struct tuple *b);

static inline bool tuple_is_tcp(const struct tuple *tuple)
{
    return (tuple->socket & TUPLE_TCP) != 0;
}

/* `seed` keeps strangers from choosing who collides. */
uint64_t tuple_hash(const struct tuple *tuple, uint64_t seed);

#endif
