/* A supervisor in a session: listening, whispering to the clerk alone, or speaking to everybody. Everybody is told who
 * listens and how; only a whisper's words are for the clerk. Control thread. */
#ifndef SIGNALING_SESSION_MONITOR_H
#define SIGNALING_SESSION_MONITOR_H

#include <stdbool.h>

#include "signaling/session/peer.h"

struct sig_participant;
struct sig_session;

enum sig_monitor {
    SIG_MONITOR_NONE, /* somebody else than a supervisor */
    SIG_MONITOR_LISTEN,
    SIG_MONITOR_WHISPER,
    SIG_MONITOR_BARGE,
};

/* "listen"; NULL for SIG_MONITOR_NONE. */
const char *sig_monitor_name(enum sig_monitor mode);

/* The supervisor that is in the session, NULL: none. */
struct sig_participant *sig_monitor_of(const struct sig_session *session);

/* Whether what it sends of this source is taken at all. Of everybody else: yes. */
bool sig_monitor_sends(const struct sig_participant *participant, enum sig_source source);
/* … and fed to `viewer`. */
bool sig_monitor_reaches(const struct sig_participant *sender, const struct sig_participant *viewer,
                         enum sig_source source);

/* A seat, listening; journal and everybody hear of it. NULL: the session is full. */
struct sig_participant *sig_monitor_join(struct sig_session *session, const char *staff_no,
                                         bool connected);
/* Another way to be there. Slots and gates follow before anybody is told. */
void sig_monitor_set(struct sig_participant *participant, enum sig_monitor mode);

#endif
