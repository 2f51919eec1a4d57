/* A UDP relay with a bad network in it: clients send to its one port, it sends on to the server from a socket of
 * their own each, and back. Up is from the client to the server. One thread. */
#ifndef TESTS_HARNESS_IMPAIR_RELAY_H
#define TESTS_HARNESS_IMPAIR_RELAY_H

#include <gio/gio.h>
#include <stdint.h>

#include "tests/harness/impair/link.h"

enum {
    RELAY_MAX_CLIENTS = 64,
    RELAY_MAX_QUEUED = 65536, /* packets on their way */
    RELAY_DATAGRAM_BYTES = 2048,
};

struct relay;

struct relay_config {
    GSocketAddress *server; /* where everything goes */
    GSocketAddress *listen; /* where clients send to; port 0: the system chooses */
    uint64_t seed;
};

/* NULL with `error` set. Its sources run on the default main context; `config` is borrowed for the call. */
struct relay *relay_create(const struct relay_config *config, GError **error);
void relay_destroy(struct relay *relay);

/* "127.0.0.1:40123"; g_free() it. */
char *relay_address(const struct relay *relay);

/* The links, to be configured at will: what is under way arrives as it was decided. */
struct link *relay_up(struct relay *relay);
struct link *relay_down(struct relay *relay);

/* Every client gets another socket to the server, as after a NAT's mapping was lost: the old one is gone at once. */
void relay_rebind(struct relay *relay);

/* Packets that were dropped since too many clients or packets were there already. */
uint64_t relay_refused(const struct relay *relay);

#endif
