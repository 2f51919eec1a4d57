/* The kinds of packets that tests/flow/flood.c sends: each fills one packet of a given length, seeded, before encryption. */
#ifndef TESTS_FLOW_FLOOD_KINDS_H
#define TESTS_FLOW_FLOOD_KINDS_H

#include "tests/flow/media_offer.h"

enum { FLOOD_MAX_BYTES = 1200 };

enum flood_way {
    FLOOD_STRANGER, /* from addresses that passed no check */
    FLOOD_CROWD,    /* from hundreds of addresses, one packet each */
    FLOOD_RAW,      /* from the participant's address, as it is */
    FLOOD_RTP,      /* from there, encrypted */
    FLOOD_RTCP,
};

struct flood_source {
    struct far_peer *peer;
    struct media_slots slots;
    char victim_ufrag[SFU_UFRAG_BYTES];
    uint64_t seed;
    uint16_t seq;
    uint32_t ssrc_at;
};

struct flood_kind {
    const char *name;
    enum flood_way way;
    size_t least_bytes, most_bytes;
    /* Returns the length of the packet, the same for all of the same `len`. */
    size_t (*fill)(struct flood_source *source, uint8_t *packet, size_t len);
};

/* NULL: there is none. */
const struct flood_kind *flood_kind_find(const char *name);

/* A length for the next packets of the kind. */
size_t flood_length(struct flood_source *source, const struct flood_kind *kind);

#endif
