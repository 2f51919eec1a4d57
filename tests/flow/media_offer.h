/* The offer and the answer of the peers that the flow tests run as programs of their own, over standard output and input:
 * a voice and a picture to send, a document that is off, and slots to receive. */
#ifndef TESTS_FLOW_MEDIA_OFFER_H
#define TESTS_FLOW_MEDIA_OFFER_H

#include <stdbool.h>
#include <stdint.h>

#include "tests/harness/peer_parts.h"

enum {
    OPUS_PT = 111,
    VP8_PT = 96,
    AUDIO_SSRC = 0x11111111,
    VIDEO_SSRC = 0x22222222,
    MEDIA_MAX_SLOTS = 16,
};

/* Prints the offer and a line with a dot. */
void media_offer_print(const struct far_peer *peer);

/* The SSRCs of the answer, each as often as it is named. */
struct media_slots {
    unsigned count;
    uint32_t ssrcs[MEDIA_MAX_SLOTS];
};

/* Reads the answer up to a line with a dot and aims the peer at its first candidate; `ret_slots` may be NULL. False: no
 * whole answer. */
bool media_answer_read(struct far_peer *peer, struct media_slots *ret_slots);

#endif
