#include "base/bytes.h"
#include "recorder/mux/picture.h"

/* Length of the payload descriptor (RFC 7741 section 4.2), 0: malformed. */
static size_t descriptor_len(const uint8_t *payload, size_t len)
{
    struct bytes_reader r = bytes_reader(payload, len);
    if (bytes_u8(&r) & 0x80) { /* X */
        uint8_t extension = bytes_u8(&r);
        if (extension & 0x80 && bytes_u8(&r) & 0x80) /* I, M: 15 bits */
            bytes_skip(&r, 1);
        if (extension & 0x40) /* L */
            bytes_skip(&r, 1);
        if (extension & 0x30) /* T or K share a byte */
            bytes_skip(&r, 1);
    }
    return r.bad || bytes_left(&r) == 0 ? 0 : r.at;
}

static bool starts_picture(const uint8_t *payload)
{
    return payload[0] & 0x10 && (payload[0] & 0x07) == 0; /* S, partition 0 */
}

/* RFC 6386 section 9.1: frame tag, and start code and sizes of a key frame. */
static void look_at_header(const uint8_t *data, size_t len, struct rec_picture *picture)
{
    if (len < 3) {
        picture->whole = false;
        return;
    }
    if (data[0] & 1)
        return;
    struct bytes_reader r = bytes_reader(data, len);
    bytes_skip(&r, 3);
    bool code = bytes_u24(&r) == 0x9d012a;
    unsigned width_low = bytes_u8(&r), width_high = bytes_u8(&r);
    unsigned height_low = bytes_u8(&r), height_high = bytes_u8(&r);
    picture->width = (uint16_t)((width_high << 8 | width_low) & 0x3fff);
    picture->height = (uint16_t)((height_high << 8 | height_low) & 0x3fff);
    picture->keyframe = !r.bad && code && picture->width && picture->height;
    picture->whole &= picture->keyframe;
}

void rec_vp8_look(const struct rec_stream *stream, guint first, guint count,
                  struct rec_picture *ret_picture)
{
    struct rec_picture picture = {.whole = true, .empty = true};
    for (guint i = first; i < first + count; i++) {
        const struct rec_media_packet *packet = rec_stream_packet(stream, i);
        if (!packet->len)
            continue;
        size_t skip = descriptor_len(packet->payload, packet->len);
        if (!skip) {
            picture.whole = false;
            continue;
        }
        bool starts = starts_picture(packet->payload);
        if (picture.empty) {
            picture.begins = starts;
            picture.whole &= starts;
            look_at_header(packet->payload + skip, packet->len - skip, &picture);
        } else if (starts) { /* two pictures of one time: not what a browser sends */
            picture.whole = false;
        }
        picture.empty = false;
    }
    *ret_picture = picture;
}

void rec_vp8_append(const struct rec_stream *stream, guint first, guint count, GByteArray *bytes)
{
    for (guint i = first; i < first + count; i++) {
        const struct rec_media_packet *packet = rec_stream_packet(stream, i);
        size_t skip = descriptor_len(packet->payload, packet->len);
        if (skip)
            g_byte_array_append(bytes, packet->payload + skip, (guint)(packet->len - skip));
    }
}
