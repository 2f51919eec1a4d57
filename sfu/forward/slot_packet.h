/* Packets of a slot as its receiver gets them. */
#ifndef SFU_FORWARD_SLOT_PACKET_H
#define SFU_FORWARD_SLOT_PACKET_H

#include "sfu/forward/slot.h"

/* Writes `packet` as number `number` of the slot and sends it. */
void slot_packet_send(struct slot *slot, const struct uplink_packet *packet, int64_t number,
                      int64_t now_us);

#endif
