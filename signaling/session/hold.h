/* Hold: the citizen and the helpers are neither forwarded nor recorded, the clerk is recorded on. Control thread. */
#ifndef SIGNALING_SESSION_HOLD_H
#define SIGNALING_SESSION_HOLD_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

struct sig_session;

/* 0, or -EINVAL in another state. `is_fault`: the journal failed, only a new one ends it. Warns after hold_warn_ms; after
 * hold_cap_ms the session resumes by itself, or ends when it is held for a fault. */
int sig_hold_begin(struct sig_session *session, const char *reason, bool is_fault);

/* A hold that the daemon's death did not end: since when, wall clock. Nothing is told, and the gates are set with the
 * offers that come. */
void sig_hold_restore(struct sig_session *session, const char *reason, int64_t since_us);

/* 0; -EINVAL in another state; -EIO: held for a fault, and a new journal cannot be opened. Held for a fault it resumes as
 * soon as the new journal is durable. */
int sig_hold_end(struct sig_session *session);

/* The recording is durable again: what is held for a fault goes on. */
void sig_hold_recovered(struct sig_session *session);

/* The session ends while it is held: the journal hears of the gaps. */
void sig_hold_gaps_write(struct sig_session *session);

/* Puts into `view` since when it is held and until when, where that is known; nothing in another state. */
void sig_hold_view(const struct sig_session *session, json_t *view);

#endif
