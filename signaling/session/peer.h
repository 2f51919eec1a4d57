/* A participant's PeerConnection: its negotiation, its sections by what they carry, what its slots are fed with. The
 * participant owns it. Control thread. */
#ifndef SIGNALING_SESSION_PEER_H
#define SIGNALING_SESSION_PEER_H

#include <stdbool.h>
#include <stdint.h>

#include "sfu/sfu.h"
#include "signaling/sdp/sdp.h"
#include "signaling/session/layout.h"

struct sig_participant;

enum sig_source { SIG_MIC, SIG_CAMERA, SIG_DOCUMENT, SIG_SOURCES };
const char *sig_source_name(enum sig_source source);

struct sig_feed {
    sfu_peer_id peer; /* 0: nothing */
    unsigned section;
};

struct sig_slot_view {
    struct sig_feed fed;
    enum sfu_slot_state state;
    int place; /* of the participant that is meant to be in it, -1 nobody */
    enum sig_source source;
};

struct sig_peer {
    sfu_peer_id id;
    uint32_t tag;
    uint64_t origin; /* session id of the offer's o= line: names the PeerConnection */
    struct sdp_memory memory;
    struct sfu_negotiation negotiation;
    int uplinks[SIG_SOURCES]; /* section that carries it, -1: none */
    unsigned audio_count, video_count;
    unsigned audio_slots[SIG_MAX_SLOTS], video_slots[SIG_MAX_SLOTS]; /* their sections, in order */
    struct sig_slot_view slots[SFU_MAX_SECTIONS];                    /* by section */
    bool heard[SFU_MAX_SECTIONS]; /* packets came on this uplink */
    bool media;                   /* on any */
};

struct sig_offer_error {
    const char *code;
    char message[192];
};

/* Answers an offer: the first of a PeerConnection opens a peer (and closes the one before), a later one changes it.
 * 0 with the answer (g_free() it), or a negative errno with `ret_error` filled. */
int sig_peer_offer(struct sig_participant *participant, const char *offer, char **ret_answer,
                   struct sig_offer_error *ret_error);

/* Closes the participant's peer. */
void sig_peer_close(struct sig_participant *participant);

/* Opens and closes the gates of its uplinks as the session's state asks. */
void sig_peer_gate(struct sig_participant *participant);

#endif
