/* Hold, invite, end and chat of a running session. */
#include <errno.h>
#include <glib.h>
#include <string.h>

#include "base/clock.h"
#include "signaling/daemon.h"
#include "signaling/handlers/handlers.h"
#include "signaling/session/client.h"
#include "signaling/session/hold.h"
#include "signaling/session/invitation.h"
#include "signaling/session/participant.h"
#include "signaling/session/recording.h"
#include "signaling/session/session.h"
#include "signaling/wire/json.h"
#include "signaling/wire/request.h"

enum { WORDS = HALL_NAME_BYTES - 1, CHAT_BYTES = SIG_CHAT_CHARS * 4, INVITE_S = 300 };

struct sig_participant *sig_request_seat(struct sig_request *request,
                                         const struct sig_client *client)
{
    struct sig_participant *me =
        sig_participant_find(client->daemon, client->identity.role, client->identity.subject);
    if (!me)
        sig_request_fail(request, "session.none", "there is no session", 0);
    return me;
}

static void session_hold(struct sig_request *request, struct sig_client *client, const json_t *d)
{
    struct sig_participant *me = sig_request_seat(request, client);
    if (!me)
        return;
    if (sig_hold_begin(me->session, sig_json_string(d, "reason", ""), false) < 0)
        sig_request_fail(request, "session.state", "only an active session can be held", 0);
    else
        sig_request_answer(
            request, json_pack("{s:i}", "cap_ms", (int)client->daemon->config->hall.hold_cap_ms));
}

static void session_resume(struct sig_request *request, struct sig_client *client, const json_t *d)
{
    struct sig_participant *me = sig_request_seat(request, client);
    if (!me)
        return;
    int r = sig_hold_end(me->session);
    if (r == -EIO)
        sig_request_fail(request, "recording.unavailable", "the recording cannot go on", 5000);
    else if (r < 0)
        sig_request_fail(request, "session.state", "the session is not held", 0);
    else
        sig_request_answer(request, NULL);
}

/* One on its way to the store: whoever is told of it may rely on it. */
struct invitation {
    struct sig_request *request;
    struct id code;
};

static void invited(const struct hall_reply *reply, void *user)
{
    struct invitation *invitation = user;
    const char *code = invitation->code.text;
    if (reply->code) {
        sig_invitation_take_back(invitation->request->daemon, code);
        (void)sig_request_refused(invitation->request, reply);
        g_free(invitation);
        return;
    }
    g_autofree char *url =
        g_strdup_printf("%s/#claim=%s", invitation->request->daemon->public_url, code);
    sig_request_answer(invitation->request,
                       json_pack("{s:s, s:s, s:I}", "token", code, "url", url, "expires_at",
                                 (json_int_t)(clock_wall_us() / 1000 + INVITE_S * 1000)));
    g_free(invitation);
}

static void session_invite(struct sig_request *request, struct sig_client *client, const json_t *d)
{
    struct sig_participant *me = sig_request_seat(request, client);
    if (!me)
        return;
    struct sig_identity helper = {.role = HALL_HELPER};
    struct id subject = id_random();
    g_strlcpy(helper.subject, subject.text, sizeof helper.subject);
    g_strlcpy(helper.session, me->session->id.text, sizeof helper.session);
    struct invitation *invitation = g_new0(struct invitation, 1);
    invitation->request = request;
    if (sig_invitation_make(client->daemon, &helper, INVITE_S, invited, invitation,
                            &invitation->code) < 0) {
        g_free(invitation);
        sig_request_fail(request, "server.busy", "too many invitations are open", 5000);
        return;
    }
    sig_recording_write(me->session, "session.invite", "PARTICIPANT", me->id.text, "ROLE", "helper",
                        NULL);
}

/* Who was invited goes alone; the page hears the end that it shows. */
static void helper_leave(struct sig_participant *me, struct sig_client *client)
{
    json_int_t at = (json_int_t)(clock_wall_us() / 1000);
    sig_participant_event(me, "session.state",
                          json_pack("{s:s, s:s, s:s, s:I}", "state", "ended", "reason",
                                    sig_reason_name(SIG_REASON_HANGUP_HELPER), "ended_by",
                                    me->id.text, "at", at));
    client->has_left = true;
    sig_participant_leave(me, SIG_REASON_HANGUP_HELPER);
}

static void session_end(struct sig_request *request, struct sig_client *client, const json_t *d)
{
    struct sig_participant *me = sig_request_seat(request, client);
    if (!me)
        return;
    if (me->role == HALL_HELPER) {
        helper_leave(me, client);
        sig_request_answer(request, NULL);
        return;
    }
    sig_session_end(me->session,
                    me->role == HALL_CLERK ? SIG_REASON_HANGUP_CLERK : SIG_REASON_HANGUP_CITIZEN,
                    me);
    sig_request_answer(request, NULL);
}

/* Whether what is said now goes into the record that must be kept; else a refusal. */
static bool chat_is_open(struct sig_request *request, const struct sig_session *session)
{
    if (session->state == SIG_SESSION_GATHERING) {
        sig_request_fail(request, "session.state", "the session has not begun", 0);
        return false;
    }
    if (session->recording_required && !session->journal) {
        sig_request_fail(request, "recording.unavailable", "what is said cannot be recorded now",
                         5000);
        return false;
    }
    return true;
}

static void chat_send(struct sig_request *request, struct sig_client *client, const json_t *d)
{
    struct sig_participant *me = sig_request_seat(request, client);
    if (!me)
        return;
    const char *text = sig_json_string(d, "text", ""), *kind = sig_json_string(d, "kind", "text");
    if (g_utf8_strlen(text, -1) > SIG_CHAT_CHARS) {
        sig_request_fail(request, "proto.params", "text: too long", 0);
        return;
    }
    if (!chat_is_open(request, me->session))
        return;
    struct id id = id_random();
    json_int_t at = (json_int_t)(clock_wall_us() / 1000);
    sig_recording_write(me->session, "chat.message", "PARTICIPANT", me->id.text, "KIND", kind,
                        "TEXT", text, NULL);
    sig_session_event(me->session, NULL, "chat.message",
                      json_pack("{s:s, s:s, s:s, s:s, s:I}", "id", id.text, "from", me->id.text,
                                "text", text, "kind", kind, "at", at));
    sig_request_answer(request, json_pack("{s:s, s:I}", "id", id.text, "at", at));
}

static const struct sig_param hold_params[] = {
    {.name = "reason", .type = SIG_TEXT, .required = true, .min = 1, .max = WORDS},
    {0},
};

static const struct sig_param invite_params[] = {
    {.name = "role", .type = SIG_CHOICE, .required = true, .choices = "helper"},
    {0},
};

static const struct sig_param end_params[] = {
    {.name = "reason", .type = SIG_TEXT, .max = WORDS},
    {0},
};

static const struct sig_param chat_params[] = {
    {.name = "text", .type = SIG_TEXT, .required = true, .min = 1, .max = CHAT_BYTES},
    {.name = "kind", .type = SIG_CHOICE, .choices = "text phrase cannot_hear"},
    {0},
};

const struct sig_message sig_session_messages[] = {
    {"session.hold", SIG_CLERK, hold_params, session_hold},
    {"session.resume", SIG_CLERK, NULL, session_resume},
    {"session.invite", SIG_CLERK, invite_params, session_invite, .begins = true},
    {"session.end", SIG_IN_SESSION, end_params, session_end},
    {"chat.send", SIG_IN_SESSION, chat_params, chat_send},
    {0},
};
