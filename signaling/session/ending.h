/* The end of a session in full: why, in which phase, whom it concerns; and what hinders one that does not come about.
 * Control thread. */
#ifndef SIGNALING_SESSION_ENDING_H
#define SIGNALING_SESSION_ENDING_H

#include <stdbool.h>

#include "hall/hall.h"
#include "sfu/sfu.h"
#include "signaling/session/reason.h"

struct sig_daemon;
struct sig_participant;
struct sig_session;

enum sig_phase { SIG_PHASE_GATHERING, SIG_PHASE_CONNECTING, SIG_PHASE_ACTIVE, SIG_PHASE_COUNT };
const char *sig_phase_name(enum sig_phase phase);

/* How far a participant came on the way to media; from the sfu's events and the offers. */
struct sig_progress {
    bool offered;     /* an offer was answered */
    bool no_codec;    /* the last offer was refused: no common codec */
    bool checked;     /* an ICE check selected a path */
    bool dtls_failed; /* refused, other certificate, no profile */
    bool secured;
};

/* What an event of the sfu says of it. */
void sig_progress_event(struct sig_progress *progress, const struct sfu_event *event);

struct sig_ending {
    enum sig_reason reason;
    enum sig_phase phase;
    const struct sig_participant *by; /* who did it, NULL: nobody */
    const struct sig_participant
        *party; /* whom it concerns: whose media did not come, who was lost; NULL: nobody */
};

/* What hinders a session that is gathering or connecting now, and whom; `ret_party` NULL: nobody in particular. */
enum sig_reason sig_ending_hindrance(const struct sig_session *session,
                                     const struct sig_participant **ret_party);

/* Before the state changes. */
struct sig_ending sig_ending_of(const struct sig_session *session, enum sig_reason reason,
                                const struct sig_participant *by);

/* After it: journal, pages, log, trail and figures. */
void sig_ending_tell(struct sig_session *session, const struct sig_ending *ending);
/* Of a session that ended while nobody was there to end it: log, trail and figures. */
void sig_ending_note(struct sig_daemon *daemon, const struct hall_session *view);

#endif
