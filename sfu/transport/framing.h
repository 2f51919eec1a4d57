/* Packets in a byte stream, each behind its length (RFC 4571): the reading half. Pure bookkeeping; no
 * socket. One thread. */
#ifndef SFU_TRANSPORT_FRAMING_H
#define SFU_TRANSPORT_FRAMING_H

#include <stddef.h>
#include <stdint.h>

enum {
    FRAMING_HEAD_BYTES = 2,
    FRAMING_PACKET_BYTES_MAX = 1600, /* as long as a datagram may be; a longer one is no media */
    FRAMING_BUFFER_BYTES = 4096,
};

/* What was received and not taken yet. Zero is empty. */
struct framing {
    unsigned at, end; /* not taken: from … to */
    uint8_t bytes[FRAMING_BUFFER_BYTES];
};

/* Where the next bytes may be received to: always room for the rest of a packet, once what is whole was
 * taken. */
uint8_t *framing_room(struct framing *framing, size_t *ret_len);

/* So many bytes were received there. */
void framing_received(struct framing *framing, size_t len);

/* The next whole packet: 1, and it stands in the buffer until the next framing_room(). 0: not whole yet.
 * -EBADMSG: a length that no packet has; what follows means nothing. Empty packets are passed over. */
int framing_take(struct framing *framing, const uint8_t **ret_data, size_t *ret_len);

/* The head of a packet of so many bytes. */
void framing_head(uint8_t ret_head[FRAMING_HEAD_BYTES], size_t len);

#endif
