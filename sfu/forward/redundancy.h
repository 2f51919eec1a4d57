/* Redundant audio (RFC 2198) on its way through: a packet that got lost before us is taken out of the one
 * that repeats it, and who did not negotiate RED gets what is new alone. Worker thread; nothing allocates. */
#ifndef SFU_FORWARD_REDUNDANCY_H
#define SFU_FORWARD_REDUNDANCY_H

#include "base/bytes.h"
#include "sfu/forward/slot.h"
#include "sfu/forward/uplink.h"

/* Reads `packet->red` where the packet came as RED. 0 or -EBADMSG. */
int redundancy_read(const struct uplink *uplink, struct uplink_packet *packet);

/* Before uplink_receive() of `packet`: what the uplink lacks and this packet repeats is received first, as a
 * repair, in order. */
void redundancy_recover(struct uplink *uplink, const struct uplink_packet *packet, int64_t now_us);

/* The payload type `packet` goes out with on this slot, and its payload. */
uint8_t redundancy_pt(const struct slot *slot, const struct uplink_packet *packet);
void redundancy_put(const struct slot *slot, const struct uplink_packet *packet,
                    struct bytes_writer *w);

#endif
