/* What a peer's line carries, and what follows for those who send to it. Worker thread. */
#ifndef SFU_FORWARD_ESTIMATE_H
#define SFU_FORWARD_ESTIMATE_H

#include "sfu/forward/peer.h"

struct rtcp_packet;
struct slot;

/* After a negotiation: an estimator where transport-wide feedback will come, the null one elsewhere. 0 or -ENOMEM. */
int peer_estimate_prepare(struct fwd_peer *peer);

/* A packet with the transport-wide number `seq` goes out, `len` bytes of plaintext. */
void peer_estimate_sent(struct fwd_peer *peer, uint16_t seq, size_t len, int64_t now_us);

/* Transport-wide feedback came. Who sends to this peer hears at once when the line got narrower. */
void peer_estimate_fed_back(struct fwd_peer *peer, const struct rtcp_packet *packet,
                            int64_t now_us);

/* On the timer: how much this peer may send, by the narrowest line that it is sent on to. */
void peer_estimate_tell(struct fwd_peer *peer, int64_t now_us);

/* How much of its peer's line this slot may have: pictures share evenly what voices leave. Millions while the line was never full. */
uint32_t slot_line_bps(const struct slot *slot);

/* Of the line to the peer; 0: nothing is known. */
uint32_t peer_estimate_bps(const struct fwd_peer *peer);

#endif
