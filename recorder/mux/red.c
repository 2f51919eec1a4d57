#include "recorder/mux/red.h"

#include "base/bytes.h"
#include "recorder/mux/frame.h"

enum { FOLLOWED = 0x80, TICKS_PER_MS = 48 };

/* The headers: how long each block is and how far back, oldest first. */
static bool read_headers(struct bytes_reader *r, unsigned pt, unsigned *ret_count,
                         uint32_t ret_rest[REC_RED_MAX_BLOCKS])
{
    *ret_count = 0;
    for (;;) {
        uint8_t first = bytes_u8(r);
        if (r->bad || (first & 0x7f) != pt)
            return false;
        if (!(first & FOLLOWED))
            return true;
        if (*ret_count == REC_RED_MAX_BLOCKS)
            return false;
        ret_rest[(*ret_count)++] = bytes_u24(r);
    }
}

/* `blocks` are all, oldest first, with their offset for a timestamp. */
static void keep_unbroken(struct rec_red *red, const struct rec_rtp *blocks, unsigned count)
{
    uint32_t offset = 0;
    while (red->count < count) {
        struct rec_rtp block = blocks[count - 1 - red->count];
        int64_t us = rec_opus_duration_us(block.payload, block.len);
        if (us == 0 || block.timestamp != offset + (uint32_t)(us * TICKS_PER_MS / 1000))
            return;
        offset = block.timestamp;
        block.timestamp = red->primary.timestamp - offset;
        block.seq = (uint16_t)(red->primary.seq - red->count - 1);
        red->repeated[red->count++] = block;
    }
}

bool rec_red_read(const struct rec_rtp *rtp, unsigned pt, struct rec_red *ret_red)
{
    struct bytes_reader r = bytes_reader(rtp->payload, rtp->len);
    struct rec_rtp blocks[REC_RED_MAX_BLOCKS];
    uint32_t rest[REC_RED_MAX_BLOCKS];
    unsigned count;
    if (!read_headers(&r, pt, &count, rest))
        return false;
    for (unsigned i = 0; i < count; i++) {
        blocks[i] = (struct rec_rtp){.pt = (uint8_t)pt,
                                     .ssrc = rtp->ssrc,
                                     .timestamp = rest[i] >> 10,
                                     .len = rest[i] & 0x3ff};
        blocks[i].payload = bytes_take(&r, blocks[i].len);
    }
    struct rec_red red = {.primary = *rtp};
    red.primary.pt = (uint8_t)pt;
    red.primary.payload = rtp->payload + r.at;
    red.primary.len = bytes_left(&r);
    if (red.primary.len == 0)
        return false;
    keep_unbroken(&red, blocks, count);
    *ret_red = red;
    return true;
}
