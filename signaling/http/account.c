/* Tokens: for guests, staff and holders of a claim code. */
#include <errno.h>
#include <string.h>

#include "base/log.h"
#include "signaling/daemon.h"
#include "signaling/http/router.h"
#include "signaling/http/routes.h"
#include "signaling/session/claims.h"
#include "signaling/session/invitation.h"
#include "signaling/session/view.h"
#include "signaling/wire/json.h"
#include "signaling/wire/params.h"

static const struct sig_param login_params[] = {
    {.name = "staff_no",
     .type = SIG_TEXT,
     .required = true,
     .min = 1,
     .max = HALL_STAFF_NO_BYTES - 1},
    {.name = "password", .type = SIG_TEXT, .required = true, .min = 1, .max = 256},
    {.name = "window", .type = SIG_WHOLE, .min = 1, .max = 9999},
    {0},
};

static const struct sig_param claim_params[] = {
    {.name = "claim", .type = SIG_TOKEN, .required = true},
    {0},
};

static bool params_fit(struct sig_call *call, const struct sig_param *params)
{
    g_autofree char *wrong = sig_params_check(call->body, params);
    if (wrong)
        sig_http_error(call->exchange, "proto.params", wrong, 0);
    return !wrong;
}

/* `more` holds what stands beside the token; stolen. */
static void token_answer(struct sig_daemon *daemon, struct sig_exchange *exchange,
                         const struct sig_identity *identity, json_t *more)
{
    g_autofree char *token = sig_auth_issue(hall_secret(daemon->hall), identity, SIG_TOKEN_S);
    if (!token) {
        json_decref(more);
        sig_http_error(exchange, "server.busy", "no token can be made", 1000);
        return;
    }
    json_object_set_new(more, "token", json_string(token));
    sig_http_json(exchange, 200, more);
}

void sig_http_guest(struct sig_call *call)
{
    struct sig_identity guest = {.role = HALL_CITIZEN};
    struct id id = id_random();
    g_strlcpy(guest.subject, id.text, sizeof guest.subject);
    token_answer(call->daemon, call->exchange, &guest, json_object());
}

static json_t *windows_view(const struct hall *hall, const struct hall_staff *staff)
{
    struct hall_window_name names[HALL_MAX_WINDOWS];
    size_t count = hall_window_names(hall, names, HALL_MAX_WINDOWS);
    json_t *list = json_array();
    for (unsigned i = 0; i < staff->window_count; i++)
        for (size_t n = 0; n < count; n++)
            if (names[n].no == staff->windows[i])
                json_array_append_new(
                    list, sig_view_window_name(names[n].no, names[n].name, names[n].name_en));
    return list;
}

static void logged_in(const struct hall_reply *reply, void *user)
{
    struct sig_later *later = user;
    struct sig_exchange *exchange = sig_later_exchange(later);
    if (exchange && reply->code) {
        log_info("http", "login of %s refused: %s",
                 reply->staff ? reply->staff->staff_no : "an unknown account", reply->code);
        sig_http_error(exchange, reply->code, reply->message, reply->retry_us / 1000);
    } else if (exchange) {
        const struct hall_staff *staff = reply->staff;
        struct sig_identity identity = {.role = staff->role};
        g_strlcpy(identity.subject, staff->staff_no, sizeof identity.subject);
        if (staff->role == HALL_CLERK) {
            unsigned wanted = (unsigned)g_ascii_strtoull(later->object, NULL, 10);
            identity.window = wanted ? wanted : staff->window_count ? staff->windows[0] : 0;
        }
        json_t *more =
            json_pack("{s:s, s:s, s:o}", "role", hall_role_name(staff->role), "staff_no",
                      staff->staff_no, "windows", windows_view(later->daemon->hall, staff));
        if (identity.window)
            json_object_set_new(more, "window", json_integer(identity.window));
        token_answer(later->daemon, exchange, &identity, more);
    }
    sig_later_destroy(later);
}

void sig_http_login(struct sig_call *call)
{
    if (!params_fit(call, login_params))
        return;
    struct sig_later *later = sig_later_create(call);
    const char *staff_no = sig_json_string(call->body, "staff_no", "");
    unsigned window = (unsigned)sig_param_whole(call->body, "window", 0);
    g_strlcpy(later->subject, staff_no, sizeof later->subject);
    g_snprintf(later->object, sizeof later->object, "%u", window);
    sig_later_wait(later, hall_login(call->daemon->hall, staff_no,
                                     sig_json_string(call->body, "password", ""), window, logged_in,
                                     later));
}

/* A code on its way to being used: no token before the store has it as used, or a restart would open the door again. */
struct using
{
    struct sig_later *later;
    struct sig_identity identity;
    int64_t until_at_us;
    char code_sha256[HALL_SHA256_HEX_BYTES];
};

static void claim_give_back(const struct using *using)
{
    (void)sig_claims_restore(using->later->daemon->claims, using->code_sha256, &using->identity,
                             using->until_at_us);
}

static void claim_used(const struct hall_reply *reply, void *user)
{
    struct using *using = user;
    struct sig_exchange *exchange = sig_later_exchange(using->later);
    bool failed = reply->code && !strcmp(reply->code, "store.failed");
    if (failed)
        claim_give_back(using);
    if (!exchange && !failed) /* he never had the token */
        sig_invitation_give_back(using->later->daemon, using->code_sha256, &using->identity,
                                 using->until_at_us);
    if (exchange && failed)
        sig_http_error(exchange, reply->code, reply->message, reply->retry_us / 1000);
    else if (exchange) /* one that the store did not know was good in this run alone */
        token_answer(using->later->daemon, exchange, &using->identity,
                     json_pack("{s:s, s:s}", "role", hall_role_name(using->identity.role),
                               "session", using->identity.session));
    sig_later_destroy(using->later);
    g_free(using);
}

void sig_http_claim(struct sig_call *call)
{
    if (!params_fit(call, claim_params))
        return;
    const char *code = sig_json_string(call->body, "claim", "");
    struct using using = {0};
    if (sig_claims_take(call->daemon->claims, code, &using.identity, &using.until_at_us) < 0) {
        sig_http_error(call->exchange, "auth.bad_token", "this code is unknown, used or too old",
                       0);
        return;
    }
    sig_claims_digest(code, using.code_sha256);
    using.later = sig_later_create(call);
    struct using *waiting = g_memdup2(&using, sizeof using);
    int r = hall_claim_drop(call->daemon->hall, using.code_sha256, claim_used, waiting);
    if (r < 0) {
        claim_give_back(waiting);
        g_free(waiting);
    }
    sig_later_wait(using.later, r);
}
