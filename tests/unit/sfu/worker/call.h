/* A running sfu on loopback with a call between two real peers: a speaks, b hears. What fails ends the
 * test. */
#ifndef TESTS_UNIT_SFU_WORKER_CALL_H
#define TESTS_UNIT_SFU_WORKER_CALL_H

#include "sfu/sfu.h"
#include "tests/harness/peer.h"

#include <stdint.h>

enum { CALL_WAIT_US = 5000000, PT_A = 111, PT_B = 109 };

struct call {
    struct sfu *sfu;
    sfu_room_id room;
    struct far_peer *a, *b;
    sfu_peer_id a_id, b_id;
    uint16_t seq; /* of what a sends */
};

/* One worker on 127.0.0.1, 4 rooms and 8 peers. */
struct sfu *call_start_sfu(unsigned consent_timeout_ms);

/* One Opus section, inbound and outbound. */
struct sfu_section call_audio_section(uint8_t pt, uint32_t ssrc, uint32_t slot_ssrc);

/* `profiles_a` as for far_peer_create(). */
void call_open(struct call *call, const char *profiles_a);
void call_close(struct call *call);

/* Sends one audio packet from a. */
void call_send(struct call *call, const char *payload);

/* What b hears next is `payload`, in b's payload type and its slot's SSRC. */
void call_expect(struct call *call, const char *payload);

/* Waits until so many packets have been dropped for that reason. */
void call_expect_dropped(struct sfu *sfu, enum sfu_drop drop, uint64_t at_least);

#endif
