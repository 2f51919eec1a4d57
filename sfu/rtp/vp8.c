#include "sfu/rtp/vp8.h"

#include <errno.h>

#include "base/bytes.h"

enum {
    FIRST_X = 0x80,
    FIRST_S = 0x10,
    FIRST_PID = 0x07,
    EXT_I = 0x80,
    EXT_L = 0x40,
    EXT_T = 0x20,
    EXT_K = 0x10,
    ID_M = 0x80,
};

static void extension_parse(struct vp8_descriptor *d, struct bytes_reader *r)
{
    uint8_t ext = bytes_u8(r);
    if (ext & EXT_I) {
        uint8_t high = bytes_u8(r);
        d->id_bits = high & ID_M ? 15 : 7;
        d->picture_id = high & 0x7f;
        if (high & ID_M)
            d->picture_id = (uint16_t)(d->picture_id << 8 | bytes_u8(r));
    }
    if (ext & EXT_L) {
        d->has_tl0 = true;
        d->tl0 = bytes_u8(r);
    }
    if (ext & (EXT_T | EXT_K)) {
        d->has_tid = ext & EXT_T;
        d->has_key_index = ext & EXT_K;
        d->layer = bytes_u8(r);
    }
}

int vp8_parse(const uint8_t *payload, size_t len, struct vp8_descriptor *ret_descriptor)
{
    struct bytes_reader r = bytes_reader(payload, len);
    struct vp8_descriptor d = {.first = bytes_u8(&r)};
    if (d.first & FIRST_X)
        extension_parse(&d, &r);
    if (bytes_left(&r) == 0)
        return -EBADMSG;
    d.len = (uint8_t)r.at;
    d.start = (d.first & FIRST_S) && (d.first & FIRST_PID) == 0;
    /* RFC 7741 section 4.3: the lowest bit of the first data byte is 0 in a key frame. */
    d.keyframe = d.start && (payload[r.at] & 1) == 0;
    *ret_descriptor = d;
    return 0;
}

size_t vp8_write(const struct vp8_descriptor *descriptor, uint16_t picture_id, uint8_t tl0,
                 uint8_t ret_out[VP8_MAX_DESCRIPTOR_BYTES])
{
    uint8_t ext =
        (uint8_t)((descriptor->id_bits ? EXT_I : 0) | (descriptor->has_tl0 ? EXT_L : 0) |
                  (descriptor->has_tid ? EXT_T : 0) | (descriptor->has_key_index ? EXT_K : 0));
    struct bytes_writer w = bytes_writer(ret_out, VP8_MAX_DESCRIPTOR_BYTES);
    bytes_put_u8(&w, (uint8_t)(ext ? descriptor->first | FIRST_X : descriptor->first & ~FIRST_X));
    if (!ext)
        return w.at;
    bytes_put_u8(&w, ext);
    if (ext & EXT_I)
        bytes_put_u16(&w, (uint16_t)(0x8000 | (picture_id & 0x7fff)));
    if (ext & EXT_L)
        bytes_put_u8(&w, tl0);
    if (ext & (EXT_T | EXT_K))
        bytes_put_u8(&w, descriptor->layer);
    return w.at;
}
