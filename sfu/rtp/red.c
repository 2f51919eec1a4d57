#include "sfu/rtp/red.h"

#include <errno.h>

#include "base/bytes.h"

enum {
    FOLLOWED = 0x80, /* another header comes after this one */
    HEADER_BYTES = 4,
    OFFSET_SHIFT = 10, /* 14 bits of offset above 10 bits of length */
    LENGTH_MASK = 0x3ff,
};

/* The headers; the lengths they tell are not yet held against the payload. */
static int headers_parse(struct bytes_reader *r, uint8_t pt, struct red_payload *red)
{
    for (;;) {
        uint8_t first = bytes_u8(r);
        if (r->bad || (first & ~FOLLOWED) != pt)
            return -EBADMSG;
        if (!(first & FOLLOWED))
            return 0;
        if (red->count == RED_MAX_BLOCKS)
            return -EBADMSG;
        uint32_t rest = bytes_u24(r);
        red->blocks[red->count++] = (struct red_block){.offset = (uint16_t)(rest >> OFFSET_SHIFT),
                                                       .len = (uint16_t)(rest & LENGTH_MASK)};
    }
}

int red_parse(const uint8_t *payload, size_t len, uint8_t pt, struct red_payload *ret_red)
{
    struct bytes_reader r = bytes_reader(payload, len);
    struct red_payload red = {0};
    if (len > UINT16_MAX || headers_parse(&r, pt, &red) < 0)
        return -EBADMSG;
    for (unsigned i = 0; i < red.count; i++) {
        red.blocks[i].at = (uint16_t)r.at;
        bytes_skip(&r, red.blocks[i].len);
    }
    red.primary_at = (uint16_t)r.at;
    red.primary_len = (uint16_t)bytes_left(&r);
    if (r.bad || red.primary_len == 0)
        return -EBADMSG;
    *ret_red = red;
    return 0;
}

void red_pt_set(uint8_t *payload, const struct red_payload *red, uint8_t pt)
{
    for (unsigned i = 0; i < red->count; i++)
        payload[(size_t)i * HEADER_BYTES] = FOLLOWED | pt;
    payload[(size_t)red->count * HEADER_BYTES] = pt;
}
