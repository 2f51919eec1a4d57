/* Claims that outlive the daemon: the hall keeps their digests. Control thread. */
#ifndef SIGNALING_SESSION_INVITATION_H
#define SIGNALING_SESSION_INVITATION_H

#include <stdint.h>

#include "base/id.h"
#include "hall/hall.h"

struct sig_daemon;
struct sig_identity;

/* A code for `identity`. `fn` (may be NULL) is called when it is written, or cannot be: it is then good in this run alone,
 * and whoever may not promise more takes it back.
 * 0, -ENOSPC (too many are open) or -EAGAIN (the hall is busy). */
int sig_invitation_make(struct sig_daemon *daemon, const struct sig_identity *identity,
                        int64_t lifetime_s, hall_reply_fn fn, void *user, struct id *ret_code);

/* A code that nobody was told of is good for nothing. */
void sig_invitation_take_back(struct sig_daemon *daemon, const char *code);

/* One that was used up, and whose user went before he had the token, is good again, here and in the store. */
void sig_invitation_give_back(struct sig_daemon *daemon, const char *code_sha256,
                              const struct sig_identity *identity, int64_t until_at_us);

#endif
