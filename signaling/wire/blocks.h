/* How many sockets each block of addresses has: an IPv4 address, or the /64 of an IPv6 address, which is what one
 * subscriber gets. One thread. */
#ifndef SIGNALING_WIRE_BLOCKS_H
#define SIGNALING_WIRE_BLOCKS_H

#include <stdbool.h>

enum { SIG_BLOCK_BYTES = 46 };

/* The block of an address in text: "192.0.2.1" (also for ::ffff:192.0.2.1), "2001:db8:0:1::"; what is no address
 * stands for itself. */
void sig_block_of(const char *address, char ret_block[SIG_BLOCK_BYTES]);

struct sig_blocks;

/* `share`: sockets that a block may have. */
struct sig_blocks *sig_blocks_create(unsigned share);
void sig_blocks_destroy(struct sig_blocks *blocks);

/* Whether this address may have one more. This machine itself always may: a proxy in front of us speaks for many. */
bool sig_blocks_have_room(const struct sig_blocks *blocks, const char *address);

void sig_blocks_enter(struct sig_blocks *blocks, const char *address);
void sig_blocks_leave(struct sig_blocks *blocks, const char *address);

#endif
