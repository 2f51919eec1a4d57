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

/* A session on its way to whoever opened it: told when its codes are written, since he may rely on them. */
struct opening {
    struct sig_later *later;
    json_t *body;      /* owned */
    unsigned awaited;  /* codes that the hall has not answered for */
    const char *fault; /* the first code of an error, NULL: none */
    int64_t retry_ms;
    size_t count;
    struct id codes[SIG_MAX_PARTICIPANTS];
    struct id session;
};

static void opening_fail(struct opening *opening, const char *fault, int64_t retry_ms)
{
    if (opening->fault)
        return;
    opening->fault = fault;
    opening->retry_ms = retry_ms;
}

/* Nobody waits for it, or could come in: it is as if it had never been opened. */
static void opening_undo(const struct opening *opening)
{
    struct sig_daemon *daemon = opening->later->daemon;
    struct sig_session *session = sig_session_find(daemon, opening->session.text);
    for (size_t i = 0; i < opening->count; i++)
        sig_invitation_take_back(daemon, opening->codes[i].text);
    if (session)
        sig_session_end(session, SIG_REASON_CLOSED, NULL);
}

static void opening_end(struct opening *opening)
{
    struct sig_exchange *exchange = sig_later_exchange(opening->later);
    if (!exchange || opening->fault)
        opening_undo(opening);
    if (exchange && opening->fault)
        sig_http_error(exchange, opening->fault, "its invitations cannot be made",
                       opening->retry_ms);
    else if (exchange)
        sig_http_json(exchange, 201, json_incref(opening->body));
    json_decref(opening->body);
    sig_later_destroy(opening->later);
    g_free(opening);
}

static void code_written(const struct hall_reply *reply, void *user)
{
    struct opening *opening = user;
    if (reply->code)
        opening_fail(opening, reply->code, reply->retry_us / 1000);
    if (--opening->awaited == 0)
        opening_end(opening);
}

/* {role, token, url}, NULL: too many codes are open. */
static json_t *ticket_in(struct opening *opening, const struct sig_participant *participant)
{
    struct sig_daemon *daemon = opening->later->daemon;
    struct sig_identity identity = {.role = participant->role};
    struct id code;
    g_strlcpy(identity.subject, participant->subject, sizeof identity.subject);
    g_strlcpy(identity.session, participant->session->id.text, sizeof identity.session);
    if (sig_invitation_make(daemon, &identity, CLAIM_S, code_written, opening, &code) < 0)
        return NULL;
    opening->codes[opening->count++] = code;
    opening->awaited++;
    g_autofree char *token = sig_auth_issue(hall_secret(daemon->hall), &identity, SIG_TOKEN_S);
    g_autofree char *url =
        g_strdup_printf("%s%s#claim=%s", daemon->public_url, page_of(participant->role), code.text);
    return json_pack("{s:s, s:s, s:s, s:s}", "role", hall_role_name(participant->role),
                     "participant", participant->id.text, "token", token, "url", url);
}

static void opening_begin(struct sig_later *later, const struct sig_session *session)
{
    struct opening *opening = g_new0(struct opening, 1);
    json_t *people = json_array();
    opening->later = later;
    opening->session = session->id;
    for (unsigned i = 0; i < SIG_MAX_PARTICIPANTS; i++) {
        if (!session->participants[i])
            continue;
        json_t *in = ticket_in(opening, session->participants[i]);
        if (in)
            json_array_append_new(people, in);
        else
            opening_fail(opening, "server.busy", 5000);
    }
    opening->body = json_pack("{s:s, s:o}", "session", session->id.text, "participants", people);
    if (opening->awaited == 0)
        opening_end(opening);
}

static void opened(const struct hall_reply *reply, void *user)
{
    struct sig_later *later = user;
    struct sig_exchange *exchange = sig_later_exchange(later);
    if (!reply->code) {
        opening_begin(later, sig_gathering_of_api(later->daemon, reply->session,
                                                  !strcmp(later->subject, UNRECORDED)));
        return;
    }
    if (exchange)
        sig_http_error(exchange, reply->code, reply->message, reply->retry_us / 1000);
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

/* More than its pages are told. */
static json_t *live_view(const struct sig_participant *participant)
{
    json_t *view = sig_participant_view(participant);
    if (sig_participant_way(participant))
        json_object_set_new(view, "way", json_string(sig_participant_way(participant)));
    json_t *media = sig_quality_view(participant);
    if (media)
        json_object_set_new(view, "media", media);
    return view;
}

/* Whoever is in it; of one that is over, whoever came. */
static json_t *people_view(const struct sig_session *live, const struct hall_reply *reply)
{
    json_t *list = json_array();
    for (unsigned i = 0; live && i < SIG_MAX_PARTICIPANTS; i++)
        if (live->participants[i])
            json_array_append_new(list, live_view(live->participants[i]));
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
