#include "sfu/rtp/h264.h"

#include <errno.h>

#include "base/bytes.h"

enum {
    NAL_IDR = 5,
    NAL_SPS = 7,
    NAL_LAST_SINGLE = 23,
    NAL_STAP_A = 24,
    NAL_FU_A = 28,
};

static void nal_mark(struct h264_mark *mark, uint8_t header)
{
    uint8_t type = header & 0x1f;
    mark->sps |= type == NAL_SPS;
    mark->idr |= type == NAL_IDR;
}

/* RFC 6184 section 5.7.1. */
static int stap_a_parse(struct bytes_reader *r, struct h264_mark *mark)
{
    while (bytes_left(r) > 0) {
        uint16_t size = bytes_u16(r);
        const uint8_t *nal = bytes_take(r, size);
        if (!nal || size == 0)
            return -EBADMSG;
        nal_mark(mark, nal[0]);
    }
    return r->bad ? -EBADMSG : 0;
}

int h264_parse(const uint8_t *payload, size_t len, struct h264_mark *ret_mark)
{
    struct bytes_reader r = bytes_reader(payload, len);
    struct h264_mark mark = {0};
    uint8_t header = bytes_u8(&r);
    uint8_t type = header & 0x1f;
    if (r.bad || type == 0)
        return -EBADMSG;
    if (type <= NAL_LAST_SINGLE) {
        nal_mark(&mark, header);
    } else if (type == NAL_STAP_A) {
        if (bytes_left(&r) == 0 || stap_a_parse(&r, &mark) < 0)
            return -EBADMSG;
    } else if (type == NAL_FU_A) {
        uint8_t fu = bytes_u8(&r);
        if (bytes_left(&r) == 0)
            return -EBADMSG;
        nal_mark(&mark, fu);
    } else {
        return -EBADMSG;
    }
    *ret_mark = mark;
    return 0;
}
