/* Packets of a slot as its receiver gets them. */
#ifndef SFU_FORWARD_SLOT_PACKET_H
#define SFU_FORWARD_SLOT_PACKET_H

#include "sfu/forward/slot.h"

/* Writes `packet` as number `number` of the slot and sends it. */
void slot_packet_send(struct slot *slot, const struct uplink_packet *packet, int64_t number,
                      int64_t now_us);

/* … past the pace: what has waited, or need not. */
void slot_packet_send_now(struct slot *slot, const struct uplink_packet *packet, int64_t number,
                          int64_t now_us);

/* Whether padding can be sent beside the slot's picture, for a probe. */
bool slot_can_pad(const struct slot *slot);
/* A packet of padding alone on its repair stream. False: it did not go. */
bool slot_padding_send(struct slot *slot, int64_t now_us);

#endif
