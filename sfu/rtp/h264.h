/* H.264 payloads (RFC 6184, packetization-mode 1: single NAL unit, STAP-A, FU-A): where a key frame
 * begins. Any thread; nothing allocates. */
#ifndef SFU_RTP_H264_H
#define SFU_RTP_H264_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct h264_mark {
    bool sps; /* carries a sequence parameter set: a decoder may start here */
    bool idr; /* carries (a part of) an IDR slice */
};

/* 0 or -EBADMSG: empty, a torn STAP-A or FU-A, or a NAL unit type that mode 1 does not allow. */
int h264_parse(const uint8_t *payload, size_t len, struct h264_mark *ret_mark);

#endif
