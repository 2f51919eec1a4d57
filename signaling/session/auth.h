/* Who holds which token: short-lived JWTs (RFC 7519, HS256) signed with the hall's secret. The only file that
 * knows libjwt. Control thread. */
#ifndef SIGNALING_SESSION_AUTH_H
#define SIGNALING_SESSION_AUTH_H

#include <stdint.h>

#include "base/id.h"
#include "hall/hall.h"

enum {
    SIG_TOKEN_S = 12 * 3600,        /* a day at the counter; token.refresh prolongs */
    SIG_STAFF_LIFE_S = 24 * 3600,   /* but no further than this from the signing in on */
    SIG_VISITOR_LIFE_S = 48 * 3600, /* citizens and helpers */
    SIG_REPLAY_S = 3600,            /* one look at one recording */
    SIG_TOKEN_BYTES = 2048,
};

struct sig_identity {
    enum hall_role role;
    char subject
        [ID_BYTES];  /* citizen's id, 工号, or the participant of a session that the API opened */
    unsigned window; /* a clerk's; 0 none */
    char session[ID_BYTES]; /* helpers and the API's participants belong to one session; "" none */
    int64_t since_s;        /* Unix time of the first token, kept through refreshes; 0: now */
};

/* How long a token that is made now for `identity` may live: SIG_TOKEN_S, or what is left of its total life; <= 0:
 * nothing is left, the person signs in again. */
int64_t sig_auth_lifetime_s(const struct sig_identity *identity, int64_t now_s);

/* A token for `identity`, valid for `lifetime_s`. NULL when it cannot be made; g_free() it. */
char *sig_auth_issue(const uint8_t secret[HALL_SECRET_BYTES], const struct sig_identity *identity,
                     int64_t lifetime_s);

/* 0, -EACCES (not ours) or -ETIME (expired). A replay grant is no token. */
int sig_auth_check(const uint8_t secret[HALL_SECRET_BYTES], const char *token,
                   struct sig_identity *ret_identity);

/* The grant in the replay cookie: `staff_no` may see the files of `session`. */
char *sig_auth_issue_replay(const uint8_t secret[HALL_SECRET_BYTES], const char *staff_no,
                            const char *session);
int sig_auth_check_replay(const uint8_t secret[HALL_SECRET_BYTES], const char *token,
                          const char *session);

#endif
