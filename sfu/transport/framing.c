#include "sfu/transport/framing.h"

#include <errno.h>
#include <string.h>

_Static_assert(FRAMING_BUFFER_BYTES >= 2 * (FRAMING_HEAD_BYTES + FRAMING_PACKET_BYTES_MAX),
               "a rest never fills it");

uint8_t *framing_room(struct framing *framing, size_t *ret_len)
{
    unsigned left = framing->end - framing->at;
    if (framing->at)
        memmove(framing->bytes, framing->bytes + framing->at, left);
    framing->at = 0;
    framing->end = left;
    *ret_len = sizeof framing->bytes - left;
    return framing->bytes + left;
}

void framing_received(struct framing *framing, size_t len)
{
    framing->end += (unsigned)len;
}

int framing_take(struct framing *framing, const uint8_t **ret_data, size_t *ret_len)
{
    while (framing->end - framing->at >= FRAMING_HEAD_BYTES) {
        const uint8_t *head = framing->bytes + framing->at;
        unsigned len = (unsigned)head[0] << 8 | head[1];
        if (len > FRAMING_PACKET_BYTES_MAX)
            return -EBADMSG;
        if (framing->end - framing->at < FRAMING_HEAD_BYTES + len)
            return 0;
        framing->at += FRAMING_HEAD_BYTES + len;
        if (!len)
            continue;
        *ret_data = head + FRAMING_HEAD_BYTES;
        *ret_len = len;
        return 1;
    }
    return 0;
}

void framing_head(uint8_t ret_head[FRAMING_HEAD_BYTES], size_t len)
{
    ret_head[0] = (uint8_t)(len >> 8);
    ret_head[1] = (uint8_t)len;
}
