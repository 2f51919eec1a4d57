/* What the sfu tells of a session's peers: connected, heard, silent, lossy, failed. Control thread. */
#ifndef SIGNALING_SESSION_MEDIA_EVENTS_H
#define SIGNALING_SESSION_MEDIA_EVENTS_H

#include "sfu/sfu.h"

struct sig_daemon;
struct sig_participant;

void sig_media_event(struct sig_daemon *daemon, const struct sfu_event *event);

/* A new PeerConnection takes the place of one that sent: the participant is lost when it does not come up, as it would
 * have been with the old. */
void sig_media_await(struct sig_participant *participant);

#endif
