#include "signaling/session/invitation.h"

#include <glib.h>

#include "base/clock.h"
#include "signaling/daemon.h"
#include "signaling/session/claims.h"

static struct hall_claim claim_of(const struct sig_identity *identity, int64_t until_at_us)
{
    struct hall_claim claim = {
        .who = {.role = identity->role, .window = identity->window, .since_s = identity->since_s},
        .until_at_us = until_at_us,
    };
    g_strlcpy(claim.who.subject, identity->subject, sizeof claim.who.subject);
    g_strlcpy(claim.who.session, identity->session, sizeof claim.who.session);
    return claim;
}

int sig_invitation_make(struct sig_daemon *daemon, const struct sig_identity *identity,
                        int64_t lifetime_s, hall_reply_fn fn, void *user, struct id *ret_code)
{
    struct hall_claim claim = claim_of(identity, clock_wall_us() + lifetime_s * G_USEC_PER_SEC);
    struct sig_identity unused;
    struct id code;
    int r = sig_claims_add(daemon->claims, identity, lifetime_s, &code);
    if (r < 0)
        return r;
    sig_claims_digest(code.text, claim.code_sha256);
    r = hall_claim_put(daemon->hall, &claim, fn, user);
    if (r < 0)
        (void)sig_claims_take(daemon->claims, code.text, &unused, NULL);
    else
        *ret_code = code;
    return r;
}

void sig_invitation_take_back(struct sig_daemon *daemon, const char *code)
{
    struct sig_identity unused;
    char code_sha256[HALL_SHA256_HEX_BYTES];
    sig_claims_digest(code, code_sha256);
    (void)sig_claims_take(daemon->claims, code, &unused, NULL);
    hall_claim_drop(daemon->hall, code_sha256, NULL, NULL);
}

void sig_invitation_give_back(struct sig_daemon *daemon, const char *code_sha256,
                              const struct sig_identity *identity, int64_t until_at_us)
{
    struct hall_claim claim = claim_of(identity, until_at_us);
    g_strlcpy(claim.code_sha256, code_sha256, sizeof claim.code_sha256);
    if (sig_claims_restore(daemon->claims, code_sha256, identity, until_at_us) == 0)
        hall_claim_put(daemon->hall, &claim, NULL, NULL);
}
