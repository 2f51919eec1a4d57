/* One RTP packet: the header (RFC 3550 section 5.1) and its extension elements (RFC 8285), read
 * from bytes that somebody else sent, and written anew for one receiver. Any thread; nothing
 * allocates. */
#ifndef SFU_RTP_PACKET_H
#define SFU_RTP_PACKET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    RTP_HEADER_BYTES = 12,
    RTP_MAX_ELEMENTS = 16,       /* extension elements that are kept; more are skipped */
    RTP_MAX_PACKET_BYTES = 2048, /* nothing longer is a packet to us */
    RTP_MAX_ELEMENT_BYTES = 16,  /* longest element the writer can place in one-byte form */
};

/* An extension element, by its place in the packet. */
struct rtp_element {
    uint8_t id;
    uint8_t len;
    uint16_t at;
};

struct rtp_packet {
    const uint8_t *data; /* borrowed; outlives the struct */
    size_t len;
    uint32_t timestamp, ssrc;
    uint16_t seq;
    uint8_t pt;
    bool marker;
    uint8_t element_count;
    uint16_t payload_at, payload_len; /* without padding; 0: a padding-only packet */
    uint8_t padding_len;
    struct rtp_element elements[RTP_MAX_ELEMENTS];
};

/* Parses `len` bytes at `data`. 0, or -EBADMSG for anything RFC 3550 or RFC 8285 does not allow:
 * `ret_packet` is then not to be used. */
int rtp_packet_parse(const uint8_t *data, size_t len, struct rtp_packet *ret_packet);

/* The element with this id, or NULL. `id` 0 (not negotiated) is never found. */
const uint8_t *rtp_packet_element(const struct rtp_packet *packet, uint8_t id, uint8_t *ret_len);

/* What to write: header fields and elements; the payload follows in pieces. */
struct rtp_head {
    uint32_t timestamp, ssrc;
    uint16_t seq;
    uint8_t pt;
    bool marker;
    uint8_t element_count;
    struct {
        uint8_t id, len; /* id 1 to 255, len at most RTP_MAX_ELEMENT_BYTES */
        const uint8_t *value;
    } elements[RTP_MAX_ELEMENTS];
};

/* Adds an element; nothing when `id` is 0 or it does not fit the limits. `value` is borrowed. */
void rtp_head_add(struct rtp_head *head, uint8_t id, const void *value, size_t len);

/* Writes header and extensions to `out`. One-byte form where all ids and lengths allow it, else
 * two-byte form. Returns the bytes written, 0 when `cap` is too small. */
size_t rtp_head_write(const struct rtp_head *head, uint8_t *out, size_t cap);

#endif
