/* Which protocol a datagram of a shared socket belongs to, by its first bytes (RFC 7983 section 7;
 * RFC 5761 section 4 for RTP and RTCP). */
#ifndef SFU_TRANSPORT_DEMUX_H
#define SFU_TRANSPORT_DEMUX_H

#include <stddef.h>
#include <stdint.h>

enum demux_kind { DEMUX_STUN, DEMUX_DTLS, DEMUX_RTP, DEMUX_RTCP, DEMUX_SHORT, DEMUX_OTHER };

/* Worker thread. Looks at the first two bytes and the length only; content is not judged. */
static inline enum demux_kind demux_classify(const uint8_t *data, size_t len)
{
    if (len < 2)
        return DEMUX_SHORT;
    uint8_t first = data[0];
    if (first <= 3)
        return len < 20 ? DEMUX_SHORT : DEMUX_STUN;
    if (first >= 20 && first <= 63)
        return len < 13 ? DEMUX_SHORT : DEMUX_DTLS;
    if (first < 128 || first > 191)
        return DEMUX_OTHER;
    if (data[1] >= 192 && data[1] <= 223)
        return len < 8 ? DEMUX_SHORT : DEMUX_RTCP;
    return len < 12 ? DEMUX_SHORT : DEMUX_RTP;
}

#endif
