/* Sessions that an integrator opens, and what became of any session. */
#include <errno.h>
#include <string.h>

#include "signaling/daemon.h"
#include "signaling/http/router.h"
#include "signaling/http/routes.h"
#include "signaling/session/gathering.h"
#include "signaling/session/invitation.h"
#include "signaling/session/recording.h"
#include "signaling/session/session.h"
#include "signaling/session/view.h"
#include "signaling/wire/json.h"
#include "signaling/wire/params.h"

enum { CLAIM_S = 1800 };

/* What the one who answers is told of a session that nobody wants recorded. */
#define UNRECORDED "unrecorded"

static const struct sig_param open_params[] = {
    {.name = "matter", .type = SIG_TEXT, .required = true, .min = 1, .max = HALL_CODE_BYTES - 1},
    {.name = "recording", .type = SIG_TRUTH},
    {0},
};

/* Where this role's page is. */
static const char *page_of(enum hall_role role)
{
    return role == HALL_CLERK ? "/clerk" : "/";
}

/* {role, token, url}, NULL: too many codes are open. */
static json_t *ticket_in(struct sig_daemon *daemon, const struct sig_participant *participant)
{
    struct sig_identity identity = {.role = participant->role};
    struct id code;
    g_strlcpy(identity.subject, participant->subject, sizeof identity.subject);
    g_strlcpy(identity.session, participant->session->id.text, sizeof identity.session);
    if (sig_invitation_make(daemon, &identity, CLAIM_S, NULL, NULL, &code) < 0)
        return NULL;
    g_autofree char *token = sig_auth_issue(hall_secret(daemon->hall), &identity, SIG_TOKEN_S);
    g_autofree char *url =
        g_strdup_printf("%s%s#claim=%s", daemon->public_url, page_of(participant->role), code.text);
    return json_pack("{s:s, s:s, s:s, s:s}", "role", hall_role_name(participant->role),
                     "participant", participant->id.text, "token", token, "url", url);
}

/* The answer to a session that was opened, until its people and codes are written: whoever is told may rely on it. */
struct writing {
    struct sig_later *later;
    json_t *body; /* owned */
};

static void written(const struct hall_reply *reply, void *user)
{
    struct writing *writing = user;
    struct sig_exchange *exchange = sig_later_exchange(writing->later);
    if (exchange)
        sig_http_json(exchange, 201, writing->body);
    else
        json_decref(writing->body);
    sig_later_destroy(writing->later);
    g_free(writing);
}

/* The hall answers in order. 0, or -EAGAIN: it is busy and nobody waits. */
static int written_wait(struct sig_later *later, const char *session, json_t *body)
{
    struct writing *writing = g_new(struct writing, 1);
    *writing = (struct writing){later, body};
    int r = hall_session_get(later->daemon->hall, session, written, writing);
    if (r < 0)
        g_free(writing);
    return r;
}

static void opened(const struct hall_reply *reply, void *user)
{
    struct sig_later *later = user;
    struct sig_exchange *exchange = sig_later_exchange(later);
    if (reply->code && exchange)
        sig_http_error(exchange, reply->code, reply->message, reply->retry_us / 1000);
    if (!reply->code) {
        struct sig_session *session = sig_gathering_of_api(later->daemon, reply->session,
                                                           !strcmp(later->subject, UNRECORDED));
        json_t *people = json_array();
        bool full = false;
        for (unsigned i = 0; i < SIG_MAX_PARTICIPANTS; i++) {
            json_t *in = session->participants[i]
                             ? ticket_in(later->daemon, session->participants[i])
                             : NULL;
            full = full || (session->participants[i] && !in);
            if (in)
                json_array_append_new(people, in);
        }
        json_t *body = json_pack("{s:s, s:o}", "session", session->id.text, "participants", people);
        if (full || !exchange)
            sig_session_end(session, SIG_REASON_CLOSED, NULL);
        if (!exchange || full)
            json_decref(body);
        if (exchange && full)
            sig_http_error(exchange, "server.busy", "too many invitations are open", 5000);
        else if (exchange && written_wait(later, session->id.text, body) == 0)
            return;
        else if (exchange)
            sig_http_json(exchange, 201, body);
    }
    sig_later_destroy(later);
}

void sig_http_session_open(struct sig_call *call)
{
    g_autofree char *wrong = sig_params_check(call->body, open_params);
    if (wrong) {
        sig_http_error(call->exchange, "proto.params", wrong, 0);
        return;
    }
    const char *code = sig_json_string(call->body, "matter", "");
    const struct hall_matter *matter = hall_matter_find(call->daemon->hall, code);
    bool recording = sig_json_bool(call->body, "recording", false),
         unrecorded = !sig_json_bool(call->body, "recording", true);
    if (unrecorded && matter && matter->recording_required) {
        sig_http_error(call->exchange, "recording.required", "this matter must be recorded", 0);
        return;
    }
    struct sig_later *later = sig_later_create(call);
    if (unrecorded)
        g_strlcpy(later->subject, UNRECORDED, sizeof later->subject);
    sig_later_wait(later, hall_session_open(call->daemon->hall, code,
                                            unrecorded  ? HALL_RECORDING_NONE
                                            : recording ? HALL_RECORDING_REQUIRED
                                                        : HALL_RECORDING_USUAL,
                                            opened, later));
}

static const char *state_name(const struct hall_session *view)
{
    switch (view->state) {
    case HALL_SESSION_CONNECTING: return "connecting";
    case HALL_SESSION_ACTIVE: return "active";
    case HALL_SESSION_ENDED: return "ended";
    }
    return "ended";
}

static json_t *person_view(const struct hall_person *person)
{
    return json_pack("{s:s, s:s, s:s, s:s, s:{s:b, s:b}}", "id", person->id.text, "role",
                     hall_role_name(person->role), "label", person->label, "state", "left", "muted",
                     "audio", 0, "video", 0);
}

/* Whoever is in it; of one that is over, whoever came. */
static json_t *people_view(const struct sig_session *live, const struct hall_reply *reply)
{
    json_t *list = json_array();
    for (unsigned i = 0; live && i < SIG_MAX_PARTICIPANTS; i++)
        if (live->participants[i])
            json_array_append_new(list, sig_participant_view(live->participants[i]));
    for (size_t i = 0; !live && i < reply->person_count; i++)
        if (reply->people[i].present)
            json_array_append_new(list, person_view(&reply->people[i]));
    return list;
}

static json_t *session_view(struct sig_daemon *daemon, const struct hall_reply *reply)
{
    const struct hall_session *view = reply->session;
    const struct sig_session *live = sig_session_find(daemon, view->id.text);
    json_t *d = json_pack(
        "{s:s, s:s, s:o, s:I, s:o, s:o, s:o}", "session", view->id.text, "state",
        live ? sig_session_state_name(live->state) : state_name(view), "matter",
        sig_view_matter_ref(view->matter), "started_at", (json_int_t)(view->created_at_us / 1000),
        "ended_at",
        view->ended_at_us ? json_integer((json_int_t)(view->ended_at_us / 1000)) : json_null(),
        "end_reason", *view->end_reason ? json_string(view->end_reason) : json_null(),
        "participants", people_view(live, reply));
    if (*view->end_reason)
        json_object_set_new(d, "end_phase", json_string(view->end_phase));
    json_object_set_new(d, "recording",
                        live ? sig_recording_view(live, NULL)
                             : json_pack("{s:s}", "state", "stopped"));
    return d;
}

static void found(const struct hall_reply *reply, void *user)
{
    struct sig_later *later = user;
    struct sig_exchange *exchange = sig_later_exchange(later);
    if (exchange && reply->code)
        sig_http_error(exchange, reply->code, reply->message, reply->retry_us / 1000);
    else if (exchange)
        sig_http_json(exchange, 200, session_view(later->daemon, reply));
    sig_later_destroy(later);
}

void sig_http_session_get(struct sig_call *call)
{
    struct sig_later *later = sig_later_create(call);
    sig_later_wait(later, hall_session_get(call->daemon->hall, call->parts[0], found, later));
}
