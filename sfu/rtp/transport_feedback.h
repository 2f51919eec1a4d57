/* Transport-wide congestion control, the sending side's reading (draft-holmer-rmcat-transport-wide-cc-extensions-01
 * section 3.1): which packets the peer says arrived, and when. Any thread; nothing allocates. */
#ifndef SFU_RTP_TRANSPORT_FEEDBACK_H
#define SFU_RTP_TRANSPORT_FEEDBACK_H

#include <stdbool.h>
#include <stdint.h>

#include "sfu/rtp/rtcp.h"

enum {
    TRANSPORT_FEEDBACK_MOST = 1024, /* packets that one feedback may tell of */
    TRANSPORT_REFERENCE_US = 64000, /* unit of the reference time */
    TRANSPORT_DELTA_US = 250,       /* … and of what is added to it */
};

/* A packet with a transport-wide number, as the peer tells of it. */
struct transport_arrival {
    uint16_t seq;
    bool arrived;
    int64_t
        arrival_us; /* on the peer's clock, which never wraps here: only differences mean something */
};

/* The peer's clock: 24 bits of reference time on an endless line. */
struct transport_feedback {
    bool known;
    int64_t reference;
};

/* Reads a feedback (RTCP_RTPFB, RTCP_RTPFB_TRANSPORT_CC) in the order of its numbers. Returns how many packets it
 * tells of; 0: it is malformed, or tells of too many. */
unsigned transport_feedback_read(struct transport_feedback *feedback,
                                 const struct rtcp_packet *packet,
                                 struct transport_arrival ret_arrivals[TRANSPORT_FEEDBACK_MOST]);

#endif
