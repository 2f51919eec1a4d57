/* The payload of redundant audio data (RFC 2198): what was sent before, once more, and behind it what is
 * new. Here all blocks are of one codec. Any thread; nothing allocates. */
#ifndef SFU_RTP_RED_H
#define SFU_RTP_RED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { RED_MAX_BLOCKS = 4 }; /* repeated ones; browsers send one or two */

/* One repeated packet's payload, by its place in the RED payload. */
struct red_block {
    uint16_t at, len; /* len 0: nothing was sent then */
    uint16_t offset;  /* how far before the packet's own timestamp */
};

struct red_payload {
    unsigned count; /* of repeated blocks, oldest first */
    struct red_block blocks[RED_MAX_BLOCKS];
    uint16_t primary_at, primary_len; /* what is new; len 0: this is no RED */
};

/* Reads a payload whose blocks must all be of payload type `pt`. 0, or -EBADMSG: truncated, another payload
 * type, more than RED_MAX_BLOCKS, or nothing new in it; `ret_red` is then untouched. */
int red_parse(const uint8_t *payload, size_t len, uint8_t pt, struct red_payload *ret_red);

/* Gives the block headers of a payload that was read as `red` another payload type. */
void red_pt_set(uint8_t *payload, const struct red_payload *red, uint8_t pt);

#endif
