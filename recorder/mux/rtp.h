/* RTP and RTCP as far as a rendering needs them. Bounds-checked: a journal's packets are a peer's. */
#ifndef RECORDER_MUX_RTP_H
#define RECORDER_MUX_RTP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct rec_rtp {
    uint8_t pt;
    bool marker;
    uint16_t seq;
    uint32_t timestamp;
    uint32_t ssrc;
    uint16_t extension_profile; /* RFC 8285; extension_len 0: there are none */
    const uint8_t *extension;
    size_t extension_len;
    const uint8_t *payload; /* into the packet; without padding */
    size_t len;             /* 0: padding only */
};

/* RFC 3550 section 5.1. False: no RTP. */
bool rec_rtp_parse(const uint8_t *data, size_t len, struct rec_rtp *ret_rtp);

/* The header extension element with this id (RFC 8285), or NULL. `id` 0 is never found. */
const uint8_t *rec_rtp_element(const struct rec_rtp *rtp, uint8_t id, size_t *ret_len);

struct rec_sender_report {
    uint32_t ssrc;
    uint64_t ntp;
    uint32_t timestamp;
};

/* RFC 3550 section 6.4.1: the first packet of `data`. False: no sender report. */
bool rec_sender_report_parse(const uint8_t *data, size_t len, struct rec_sender_report *ret_report);

/* RFC 4588 section 4: takes the original sequence number off the payload. False: too short, or a
 * retransmission of nothing (padding). */
bool rec_rtx_unwrap(struct rec_rtp *rtp);

#endif
