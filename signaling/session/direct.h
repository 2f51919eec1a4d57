/* People who come without a page: their PeerConnections by WHIP and WHEP (docs/protocol.md), one resource each. Control
 * thread. */
#ifndef SIGNALING_SESSION_DIRECT_H
#define SIGNALING_SESSION_DIRECT_H

#include <stdbool.h>
#include <stdint.h>

#include "signaling/session/auth.h"
#include "signaling/session/peer.h"

struct sig_daemon;
struct sig_participant;

struct sig_direct_fault {
    struct sig_offer_error error;
    int64_t retry_ms; /* 0: trying again makes no sense */
};

/* Answers the offer of who holds `identity`, who is present from then on; the session begins when nobody else is
 * missing. 0 with the answer (g_free() it) and the peer, or a negative errno with `ret_fault` filled. */
int sig_direct_offer(struct sig_daemon *daemon, const struct sig_identity *identity,
                     enum sig_peer_kind kind, const char *offer, char **ret_answer,
                     const struct sig_peer **ret_peer, struct sig_direct_fault *ret_fault);

/* The resource of that name, if it is of who holds `identity`; NULL: it is not, or not any more. */
struct sig_peer *sig_direct_find(struct sig_daemon *daemon, const struct sig_identity *identity,
                                 enum sig_peer_kind kind, const char *resource,
                                 struct sig_participant **ret_participant);

/* ICE restart, under the limit of offers. 0 with the fragment to answer (g_free() it), or a negative errno. */
int sig_direct_restart(struct sig_participant *participant, struct sig_peer *peer,
                       const struct sdp_fragment *fragment, char **ret_fragment,
                       struct sig_direct_fault *ret_fault);

/* Closes it; the last one of who has no page is a hang-up. `participant` may be gone after it. */
void sig_direct_close(struct sig_participant *participant, struct sig_peer *peer);

#endif
