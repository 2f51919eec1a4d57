/* One-time codes that stand for a token: a link carries the code behind its #, the page claims the token once.
 * Control thread. */
#ifndef SIGNALING_SESSION_CLAIMS_H
#define SIGNALING_SESSION_CLAIMS_H

#include <stdint.h>

#include "base/id.h"
#include "signaling/session/auth.h"

enum { SIG_MAX_CLAIMS = 4096 };

struct sig_claims;

struct sig_claims *sig_claims_create(void);
void sig_claims_destroy(struct sig_claims *claims);

/* 0 or -ENOSPC: too many codes are open. */
int sig_claims_add(struct sig_claims *claims, const struct sig_identity *identity,
                   int64_t lifetime_s, struct id *ret_code);

/* One that is known by its digest alone: of a former run, or given back. 0 or -ENOSPC. */
int sig_claims_restore(struct sig_claims *claims, const char *code_sha256,
                       const struct sig_identity *identity, int64_t until_at_us);

/* Uses a code up. 0 or -ENOENT: unknown, used or too old. `ret_until_at_us` (wall clock) may be NULL. */
int sig_claims_take(struct sig_claims *claims, const char *code, struct sig_identity *ret_identity,
                    int64_t *ret_until_at_us);

/* What a code is known by: hex, 65 bytes with the NUL. */
void sig_claims_digest(const char *code, char ret_code_sha256[HALL_SHA256_HEX_BYTES]);

#endif
