/* The VP8 payload descriptor (RFC 7741 section 4.2): read, and written anew with another picture id
 * and TL0PICIDX. Any thread; nothing allocates. */
#ifndef SFU_RTP_VP8_H
#define SFU_RTP_VP8_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { VP8_MAX_DESCRIPTOR_BYTES = 6 };

struct vp8_descriptor {
    uint8_t len;     /* bytes of the descriptor; the VP8 data follows */
    uint8_t first;   /* its first byte */
    bool start;      /* first packet of a frame (S, partition 0) */
    bool keyframe;   /* `start` of a key frame */
    uint8_t id_bits; /* width of the picture id: 0 (none), 7 or 15 */
    uint16_t picture_id;
    bool has_tl0;
    uint8_t tl0;
    bool has_tid, has_key_index;
    uint8_t layer; /* the TID/Y/KEYIDX byte */
};

/* The temporal layer of a packet's picture, 0 where none is told; and whether one of a higher layer can be decoded though
 * the ones of its layer before it are not there (Y, RFC 7741 section 4.2). */
static inline unsigned vp8_tid(const struct vp8_descriptor *descriptor)
{
    return descriptor->has_tid ? descriptor->layer >> 6 : 0;
}

static inline bool vp8_is_sync(const struct vp8_descriptor *descriptor)
{
    return descriptor->has_tid && (descriptor->layer & 0x20);
}

/* 0 or -EBADMSG. A descriptor without VP8 data after it is malformed. */
int vp8_parse(const uint8_t *payload, size_t len, struct vp8_descriptor *ret_descriptor);

/* Writes `descriptor` with these values. A picture id is written with 15 bits whatever its width
 * was; none is written where there was none. Returns the bytes written, at most
 * VP8_MAX_DESCRIPTOR_BYTES. */
size_t vp8_write(const struct vp8_descriptor *descriptor, uint16_t picture_id, uint8_t tl0,
                 uint8_t ret_out[VP8_MAX_DESCRIPTOR_BYTES]);

#endif
