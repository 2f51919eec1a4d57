/* Stands in for the media server: takes the sink that a tap sets and calls it as a worker would. Only
 * for one room at a time. */
#ifndef TESTS_UNIT_RECORDER_FAKE_ROOM_H
#define TESTS_UNIT_RECORDER_FAKE_ROOM_H

#include "sfu/sfu.h"

#include <stddef.h>
#include <stdint.h>

#define FAKE_ROOM 7

/* What rec_tap_attach() is given as sfu; never looked into. */
struct sfu *fake_sfu(void);

/* Hands a packet to the sink; SFU_SINK_CONTENT where none is set. */
enum sfu_sink_wish fake_room_rtp(const struct sfu_sink_packet *packet);
void fake_room_sender_report(const struct sfu_sink_packet *packet);

/* Lets go of the sink, as a room does that closes. */
void fake_room_close(void);

#endif
