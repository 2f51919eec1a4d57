/* Transport-wide congestion control, the receiving side
 * (draft-holmer-rmcat-transport-wide-cc-extensions-01): remembers when each packet of a peer
 * arrived and writes the feedback its bandwidth estimator needs. One thread; nothing allocates. */
#ifndef SFU_RTP_TRANSPORT_CC_H
#define SFU_RTP_TRANSPORT_CC_H

#include <stdbool.h>
#include <stdint.h>

#include "base/bytes.h"

enum {
    TRANSPORT_CC_WINDOW = 1024,   /* arrivals that are remembered */
    TRANSPORT_CC_BACK = 512,      /* a packet this late is still reported */
    TRANSPORT_CC_BASE_BYTES = 20, /* a feedback packet before its chunks and deltas */
};

struct transport_cc {
    bool started;
    uint8_t feedback_count;
    int64_t next;                             /* the first number the next feedback will tell of */
    int64_t end;                              /* one past the highest that arrived */
    unsigned unreported;                      /* arrivals since the last feedback */
    int64_t arrivals_us[TRANSPORT_CC_WINDOW]; /* by number modulo window; -1: has not arrived */
};

/* Notes that the packet with this transport-wide number arrived. */
void transport_cc_arrived(struct transport_cc *cc, uint16_t seq, int64_t now_us);

/* Writes one RTCP feedback packet about as many packets as fit into `w` and moves on. False when
 * there is nothing (more) to tell; nothing is written then. */
bool transport_cc_write(struct transport_cc *cc, struct bytes_writer *w, uint32_t sender_ssrc,
                        uint32_t media_ssrc);

#endif
