/* What the sfu tells of a session's peers: connected, heard, silent, lossy, failed. Control thread. */
#ifndef SIGNALING_SESSION_MEDIA_EVENTS_H
#define SIGNALING_SESSION_MEDIA_EVENTS_H

#include "sfu/sfu.h"

struct sig_daemon;

void sig_media_event(struct sig_daemon *daemon, const struct sfu_event *event);

#endif
