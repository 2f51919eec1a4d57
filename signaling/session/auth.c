#include "signaling/session/auth.h"

#include <errno.h>
#include <glib.h>
#include <jwt.h>
#include <stdbool.h>
#include <string.h>

#include "base/clock.h"

#define REPLAY "replay"

G_DEFINE_AUTOPTR_CLEANUP_FUNC(jwt_t, jwt_free)

static char *sign(const uint8_t *secret, const char *subject, const char *role, unsigned window,
                  const char *session, int64_t since_s, int64_t lifetime_s)
{
    g_autoptr(jwt_t) jwt = NULL;
    int64_t now_s = clock_wall_us() / 1000000;
    if (jwt_new(&jwt))
        return NULL;
    int r = jwt_add_grant(jwt, "sub", subject) | jwt_add_grant(jwt, "role", role) |
            jwt_add_grant_int(jwt, "iat", (long)(since_s ? since_s : now_s)) |
            jwt_add_grant_int(jwt, "exp", (long)(now_s + lifetime_s)) |
            jwt_set_alg(jwt, JWT_ALG_HS256, secret, HALL_SECRET_BYTES);
    if (window)
        r |= jwt_add_grant_int(jwt, "win", (long)window);
    if (session && *session)
        r |= jwt_add_grant(jwt, "ses", session);
    if (r)
        return NULL;
    char *text = jwt_encode_str(jwt);
    char *token = g_strdup(text);
    free(text);
    return token;
}

/* The signature holds and the time has not come. jwt_decode() itself accepts whatever algorithm the token
 * names, "none" included when there is no key. */
static int verify(const uint8_t *secret, const char *token, jwt_t **ret_jwt)
{
    g_autoptr(jwt_t) jwt = NULL;
    if (!token || strlen(token) > SIG_TOKEN_BYTES)
        return -EACCES;
    if (jwt_decode(&jwt, token, secret, HALL_SECRET_BYTES) || jwt_get_alg(jwt) != JWT_ALG_HS256)
        return -EACCES;
    if (jwt_get_grant_int(jwt, "exp") <= clock_wall_us() / 1000000)
        return -ETIME;
    *ret_jwt = g_steal_pointer(&jwt);
    return 0;
}

char *sig_auth_issue(const uint8_t secret[HALL_SECRET_BYTES], const struct sig_identity *identity,
                     int64_t lifetime_s)
{
    return sign(secret, identity->subject, hall_role_name(identity->role), identity->window,
                identity->session, identity->since_s, lifetime_s);
}

int64_t sig_auth_lifetime_s(const struct sig_identity *identity, int64_t now_s)
{
    bool staff = identity->role == HALL_CLERK || identity->role == HALL_AUDITOR ||
                 identity->role == HALL_SUPERVISOR;
    int64_t life_s = staff ? SIG_STAFF_LIFE_S : SIG_VISITOR_LIFE_S;
    return identity->since_s ? MIN(SIG_TOKEN_S, identity->since_s + life_s - now_s) : SIG_TOKEN_S;
}

static int role_parse(const char *name, enum hall_role *ret_role)
{
    static const enum hall_role roles[] = {HALL_CLERK, HALL_AUDITOR, HALL_CITIZEN, HALL_HELPER,
                                           HALL_SUPERVISOR};
    for (size_t i = 0; name && i < G_N_ELEMENTS(roles); i++)
        if (!strcmp(name, hall_role_name(roles[i]))) {
            *ret_role = roles[i];
            return 0;
        }
    return -EACCES;
}

int sig_auth_check(const uint8_t secret[HALL_SECRET_BYTES], const char *token,
                   struct sig_identity *ret_identity)
{
    g_autoptr(jwt_t) jwt = NULL;
    struct sig_identity identity = {0};
    int r = verify(secret, token, &jwt);
    if (r < 0)
        return r;
    const char *subject = jwt_get_grant(jwt, "sub"), *session = jwt_get_grant(jwt, "ses");
    if (!subject || !*subject || strlen(subject) >= sizeof identity.subject ||
        role_parse(jwt_get_grant(jwt, "role"), &identity.role) < 0)
        return -EACCES;
    g_strlcpy(identity.subject, subject, sizeof identity.subject);
    g_strlcpy(identity.session, session ? session : "", sizeof identity.session);
    long window = jwt_get_grant_int(jwt, "win"); /* -1 when the token names none */
    identity.window = window > 0 ? (unsigned)window : 0;
    identity.since_s = jwt_get_grant_int(jwt, "iat");
    *ret_identity = identity;
    return 0;
}

char *sig_auth_issue_replay(const uint8_t secret[HALL_SECRET_BYTES], const char *staff_no,
                            const char *session)
{
    return sign(secret, staff_no, REPLAY, 0, session, 0, SIG_REPLAY_S);
}

int sig_auth_check_replay(const uint8_t secret[HALL_SECRET_BYTES], const char *token,
                          const char *session)
{
    g_autoptr(jwt_t) jwt = NULL;
    int r = verify(secret, token, &jwt);
    if (r < 0)
        return r;
    const char *role = jwt_get_grant(jwt, "role"), *granted = jwt_get_grant(jwt, "ses");
    return g_strcmp0(role, REPLAY) || g_strcmp0(granted, session) ? -EACCES : 0;
}
