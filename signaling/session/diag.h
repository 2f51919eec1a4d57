/* Connection checks (docs/protocol.md): for a minute a page without a seat anywhere sends its own media through the
 * server and back, by one way after another. Control thread. */
#ifndef SIGNALING_SESSION_DIAG_H
#define SIGNALING_SESSION_DIAG_H

#include <stdint.h>

#include "base/id.h"

struct sig_daemon;
struct sig_diags;

enum {
    SIG_MAX_DIAGS = 8,       /* at a time */
    SIG_MAX_DIAG_OFFERS = 8, /* a PeerConnection for each way, and some that are tried again */
    SIG_DIAG_S = 60,
};

struct sig_diag_fault {
    const char *code; /* media.sdp …, media.limit, session.none, server.busy */
    char message[192];
    int64_t retry_ms; /* 0: trying again makes no sense */
};

struct sig_diags *sig_diags_create(struct sig_daemon *daemon);
/* Closes them all. NULL is fine. */
void sig_diags_destroy(struct sig_diags *diags);

/* Answers an offer: what it sends comes back in the same sections. `id` NULL begins a check, else it is one that runs.
 * 0 with the answer (g_free() it) and the check's id, or a negative errno with `ret_fault` filled. */
int sig_diag_offer(struct sig_diags *diags, const char *id, const char *offer, char **ret_answer,
                   struct id *ret_id, struct sig_diag_fault *ret_fault);

/* Ends it: room and PeerConnections are closed. 0, or -ENOENT: there is none of that id (any more). */
int sig_diag_end(struct sig_diags *diags, const char *id);

#endif
