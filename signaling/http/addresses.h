/* How often an address may ask for what costs us something (tokens, passwords): a token bucket for each IPv4
 * address and each IPv6 /64, in a bounded table. Control thread. */
#ifndef SIGNALING_HTTP_ADDRESSES_H
#define SIGNALING_HTTP_ADDRESSES_H

#include <stdbool.h>
#include <stdint.h>

enum {
    SIG_ADDRESS_PER_S = 5,
    SIG_ADDRESS_BURST = 120, /* a whole office behind one address opens its pages at once */
    SIG_MAX_ADDRESSES = 8192,
};

struct sig_addresses;

struct sig_addresses *sig_addresses_create(void);
void sig_addresses_destroy(struct sig_addresses *addresses);

/* Takes one turn of `address`; false: too many, or too many addresses at once. */
bool sig_addresses_admit(struct sig_addresses *addresses, const char *address, int64_t now_us);

#endif
