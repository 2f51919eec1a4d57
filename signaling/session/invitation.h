/* Claims that outlive the daemon: the hall keeps their digests. Control thread. */
#ifndef SIGNALING_SESSION_INVITATION_H
#define SIGNALING_SESSION_INVITATION_H

#include <stdint.h>

#include "base/id.h"

struct sig_daemon;
struct sig_identity;

/* A code for `identity`. 0, -ENOSPC (too many are open) or -EAGAIN (the hall is busy). */
int sig_invitation_make(struct sig_daemon *daemon, const struct sig_identity *identity,
                        int64_t lifetime_s, struct id *ret_code);

#endif
