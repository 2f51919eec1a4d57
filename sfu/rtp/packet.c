#include "sfu/rtp/packet.h"

#include <errno.h>

#include "base/bytes.h"

enum {
    PROFILE_ONE_BYTE = 0xbede,
    PROFILE_TWO_BYTE = 0x1000, /* the lower four bits are free for the application */
};

static void element_keep(struct rtp_packet *packet, uint8_t id, uint8_t len, const uint8_t *value)
{
    if (packet->element_count == RTP_MAX_ELEMENTS)
        return;
    packet->elements[packet->element_count++] =
        (struct rtp_element){.id = id, .len = len, .at = (uint16_t)(value - packet->data)};
}

/* RFC 8285 section 4.2. Id 0 is a padding byte, id 15 ends the parsing. */
static bool one_byte_parse(struct rtp_packet *packet, struct bytes_reader *r)
{
    while (bytes_left(r) > 0) {
        uint8_t head = bytes_u8(r);
        uint8_t id = head >> 4;
        if (head == 0)
            continue;
        if (id == 15)
            return true;
        uint8_t len = (head & 0x0f) + 1;
        const uint8_t *value = bytes_take(r, len);
        if (!value)
            return false;
        if (id != 0)
            element_keep(packet, id, len, value);
    }
    return true;
}

/* RFC 8285 section 4.3. */
static bool two_byte_parse(struct rtp_packet *packet, struct bytes_reader *r)
{
    while (bytes_left(r) > 0) {
        uint8_t id = bytes_u8(r);
        if (id == 0)
            continue;
        uint8_t len = bytes_u8(r);
        const uint8_t *value = bytes_take(r, len);
        if (!value)
            return false;
        element_keep(packet, id, len, value);
    }
    return true;
}

static bool extension_parse(struct rtp_packet *packet, struct bytes_reader *r)
{
    uint16_t profile = bytes_u16(r);
    size_t len = (size_t)bytes_u16(r) * 4;
    const uint8_t *body = bytes_take(r, len);
    if (!body)
        return false;
    struct bytes_reader inner = bytes_reader(body, len);
    if (profile == PROFILE_ONE_BYTE)
        return one_byte_parse(packet, &inner);
    if ((profile & 0xfff0) == PROFILE_TWO_BYTE)
        return two_byte_parse(packet, &inner);
    return true; /* some other profile's business: skipped */
}

int rtp_packet_parse(const uint8_t *data, size_t len, struct rtp_packet *ret_packet)
{
    if (len < RTP_HEADER_BYTES || len > RTP_MAX_PACKET_BYTES)
        return -EBADMSG;
    struct bytes_reader r = bytes_reader(data, len);
    uint8_t first = bytes_u8(&r);
    uint8_t second = bytes_u8(&r);
    if (first >> 6 != 2)
        return -EBADMSG;
    struct rtp_packet packet = {.data = data, .len = len};
    packet.marker = second >> 7;
    packet.pt = second & 0x7f;
    packet.seq = bytes_u16(&r);
    packet.timestamp = bytes_u32(&r);
    packet.ssrc = bytes_u32(&r);
    bytes_skip(&r, (size_t)(first & 0x0f) * 4);
    if ((first & 0x10) && !extension_parse(&packet, &r))
        return -EBADMSG;
    if (r.bad)
        return -EBADMSG;
    size_t left = bytes_left(&r);
    if (first & 0x20) {
        uint8_t padding = left > 0 ? data[len - 1] : 0;
        if (padding == 0 || padding > left)
            return -EBADMSG;
        packet.padding_len = padding;
    }
    packet.payload_at = (uint16_t)r.at;
    packet.payload_len = (uint16_t)(left - packet.padding_len);
    *ret_packet = packet;
    return 0;
}

const uint8_t *rtp_packet_element(const struct rtp_packet *packet, uint8_t id, uint8_t *ret_len)
{
    if (id == 0)
        return NULL;
    for (unsigned i = 0; i < packet->element_count; i++) {
        if (packet->elements[i].id != id)
            continue;
        *ret_len = packet->elements[i].len;
        return packet->data + packet->elements[i].at;
    }
    return NULL;
}

void rtp_head_add(struct rtp_head *head, uint8_t id, const void *value, size_t len)
{
    if (id == 0 || len == 0 || len > RTP_MAX_ELEMENT_BYTES ||
        head->element_count == RTP_MAX_ELEMENTS)
        return;
    head->elements[head->element_count].id = id;
    head->elements[head->element_count].len = (uint8_t)len;
    head->elements[head->element_count].value = value;
    head->element_count++;
}

static void extension_write(const struct rtp_head *head, struct bytes_writer *w)
{
    bool two_byte = false;
    for (unsigned i = 0; i < head->element_count; i++)
        two_byte |= head->elements[i].id > 14;
    bytes_put_u16(w, two_byte ? PROFILE_TWO_BYTE : PROFILE_ONE_BYTE);
    size_t words_at = w->at;
    bytes_put_u16(w, 0);
    for (unsigned i = 0; i < head->element_count; i++) {
        uint8_t id = head->elements[i].id;
        uint8_t len = head->elements[i].len;
        if (two_byte)
            bytes_put_u16(w, (uint16_t)(id << 8 | len));
        else
            bytes_put_u8(w, (uint8_t)(id << 4 | (len - 1)));
        bytes_put(w, head->elements[i].value, len);
    }
    while (!w->bad && (w->at - words_at - 2) % 4 != 0)
        bytes_put_u8(w, 0);
    if (w->bad)
        return;
    size_t words = (w->at - words_at - 2) / 4;
    w->data[words_at] = (uint8_t)(words >> 8);
    w->data[words_at + 1] = (uint8_t)words;
}

size_t rtp_head_write(const struct rtp_head *head, uint8_t *out, size_t cap)
{
    struct bytes_writer w = bytes_writer(out, cap);
    bytes_put_u8(&w, head->element_count ? 0x90 : 0x80);
    bytes_put_u8(&w, (uint8_t)((head->marker ? 0x80 : 0) | (head->pt & 0x7f)));
    bytes_put_u16(&w, head->seq);
    bytes_put_u32(&w, head->timestamp);
    bytes_put_u32(&w, head->ssrc);
    if (head->element_count)
        extension_write(head, &w);
    return w.bad ? 0 : w.at;
}
