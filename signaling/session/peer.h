/* A PeerConnection of a participant: its negotiation, its sections by what they carry, what its slots are fed with. A
 * page has one for both ways, WHIP and WHEP have one each. The participant owns it. Control thread. */
#ifndef SIGNALING_SESSION_PEER_H
#define SIGNALING_SESSION_PEER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/id.h"
#include "sfu/sfu.h"
#include "signaling/sdp/sdp.h"
#include "signaling/session/layout.h"

struct sig_participant;

enum sig_source { SIG_MIC, SIG_CAMERA, SIG_DOCUMENT, SIG_SOURCES };
const char *sig_source_name(enum sig_source source);

enum sig_peer_kind {
    SIG_PEER_PAGE, /* sends and receives */
    SIG_PEER_WHIP, /* sends (RFC 9725) */
    SIG_PEER_WHEP, /* receives (draft-ietf-wish-whep) */
};

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
    enum sig_peer_kind kind;
    struct id resource; /* names it in URLs and cannot be guessed; WHIP and WHEP */
    uint64_t origin;    /* session id of the offer's o= line: names the PeerConnection */
    struct sdp_memory memory;
    struct sfu_negotiation negotiation;
    int uplinks[SIG_SOURCES]; /* section that carries it, -1: none */
    unsigned audio_count, video_count;
    unsigned audio_slots[SIG_MAX_SLOTS], video_slots[SIG_MAX_SLOTS]; /* their sections, in order */
    struct sig_slot_view slots[SFU_MAX_SECTIONS];                    /* by section */
    bool heard[SFU_MAX_SECTIONS]; /* packets came on this uplink */
    bool media;                   /* on any */
    bool secured;                 /* DTLS is done */
};

struct sig_offer_error {
    const char *code;
    char message[192];
};

/* Answers an offer: a new PeerConnection opens a peer and takes the place of the one of its kind (a page's: of all). Of
 * a page, a later offer of the same one changes it. 0 with the answer (g_free() it), or a negative errno with `ret_error`
 * filled. */
int sig_peer_offer(struct sig_participant *participant, enum sig_peer_kind kind, const char *offer,
                   char **ret_answer, struct sig_offer_error *ret_error);

/* The far side has other ICE credentials (RFC 8445 section 9): so has ours, in peer->negotiation.local. 0 or a negative
 * errno: everything goes on as it was. */
int sig_peer_restart(struct sig_participant *participant, struct sig_peer *peer, const char *ufrag,
                     const char *pwd);

/* Closes one of the participant's peers. NULL is fine. */
void sig_peer_close(struct sig_participant *participant, struct sig_peer *peer);
/* Takes both from the participant, and frees them; they are closed with their room. */
void sig_peers_forget(struct sig_participant *participant);

/* Opens and closes the gates of its uplinks as the session's state asks. */
void sig_peer_gate(struct sig_participant *participant);

#endif
