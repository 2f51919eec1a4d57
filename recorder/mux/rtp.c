#include "recorder/mux/rtp.h"

#include "base/bytes.h"

bool rec_rtp_parse(const uint8_t *data, size_t len, struct rec_rtp *ret_rtp)
{
    struct bytes_reader r = bytes_reader(data, len);
    uint8_t first = bytes_u8(&r);
    uint8_t second = bytes_u8(&r);
    struct rec_rtp rtp = {.pt = second & 0x7f, .marker = second >> 7};
    rtp.seq = bytes_u16(&r);
    rtp.timestamp = bytes_u32(&r);
    rtp.ssrc = bytes_u32(&r);
    bytes_skip(&r, (size_t)(first & 15) * 4); /* CSRCs */
    if (first & 0x10) {                       /* header extension */
        rtp.extension_profile = bytes_u16(&r);
        rtp.extension_len = (size_t)bytes_u16(&r) * 4;
        rtp.extension = bytes_take(&r, rtp.extension_len);
    }
    if (r.bad || first >> 6 != 2)
        return false;
    rtp.payload = data + r.at;
    rtp.len = bytes_left(&r);
    if (first & 0x20) {
        size_t padding = rtp.len ? data[len - 1] : 0;
        if (padding == 0 || padding > rtp.len)
            return false;
        rtp.len -= padding;
    }
    *ret_rtp = rtp;
    return true;
}

/* RFC 8285 section 4.2 and 4.3: elements with heads of one byte, or of two. */
const uint8_t *rec_rtp_element(const struct rec_rtp *rtp, uint8_t id, size_t *ret_len)
{
    bool one = rtp->extension_profile == 0xbede;
    if (id == 0 || rtp->extension_len == 0 || (!one && rtp->extension_profile >> 4 != 0x100))
        return NULL;
    struct bytes_reader r = bytes_reader(rtp->extension, rtp->extension_len);
    while (bytes_left(&r)) {
        uint8_t head = bytes_u8(&r);
        if (head == 0)
            continue; /* padding */
        if (one && head >> 4 == 15)
            return NULL;
        size_t len = one ? (size_t)(head & 15) + 1 : bytes_u8(&r);
        const uint8_t *data = bytes_take(&r, len);
        if (r.bad)
            return NULL;
        if ((one ? head >> 4 : head) == id) {
            *ret_len = len;
            return data;
        }
    }
    return NULL;
}

bool rec_sender_report_parse(const uint8_t *data, size_t len, struct rec_sender_report *ret_report)
{
    struct bytes_reader r = bytes_reader(data, len);
    uint8_t first = bytes_u8(&r);
    uint8_t type = bytes_u8(&r);
    bytes_skip(&r, 2);
    struct rec_sender_report report = {.ssrc = bytes_u32(&r)};
    report.ntp = bytes_u64(&r);
    report.timestamp = bytes_u32(&r);
    if (r.bad || first >> 6 != 2 || type != 200 || report.ntp == 0)
        return false;
    *ret_report = report;
    return true;
}

bool rec_rtx_unwrap(struct rec_rtp *rtp)
{
    if (rtp->len < 2)
        return false;
    rtp->seq = (uint16_t)(rtp->payload[0] << 8 | rtp->payload[1]);
    rtp->payload += 2;
    rtp->len -= 2;
    return rtp->len > 0;
}
