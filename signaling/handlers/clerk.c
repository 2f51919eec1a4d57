/* A window's tickets. */
#include <string.h>

#include "signaling/daemon.h"
#include "signaling/handlers/console.h"
#include "signaling/handlers/handlers.h"
#include "signaling/session/client.h"
#include "signaling/session/participant.h"
#include "signaling/session/session.h"
#include "signaling/session/view.h"
#include "signaling/wire/json.h"
#include "signaling/wire/request.h"

enum { WORDS = HALL_NAME_BYTES - 1, NOTE = HALL_TEXT_BYTES - 1 };

/* A clerk of a session that the API opened sits at no window. */
static bool has_window(struct sig_request *request, const struct sig_client *client)
{
    if (client->identity.window)
        return true;
    sig_request_fail(request, "window.none", "this token names no window", 0);
    return false;
}

static void ticket_answered(const struct hall_reply *reply, void *user)
{
    if (!sig_request_refused(user, reply))
        sig_request_answer(
            user, json_pack("{s:o}", "ticket",
                            reply->ticket ? sig_view_ticket_staff(reply->ticket) : json_null()));
}

static void window_answered(const struct hall_reply *reply, void *user)
{
    if (!sig_request_refused(user, reply))
        sig_request_answer(
            user, json_pack("{s:o}", "window", sig_view_window(reply->window, reply->ticket)));
}

static void deadline_answered(const struct hall_reply *reply, void *user)
{
    if (!sig_request_refused(user, reply))
        sig_request_answer(
            user, json_pack("{s:I}", "deadline_at", (json_int_t)(reply->deadline_at_us / 1000)));
}

static void clerk_state(struct sig_request *request, struct sig_client *client, const json_t *d)
{
    const char *name = sig_json_string(d, "state", "");
    enum hall_window_state state = !strcmp(name, "ready")  ? HALL_WINDOW_READY
                                   : !strcmp(name, "rest") ? HALL_WINDOW_REST
                                                           : HALL_WINDOW_NOT_READY;
    if (state == HALL_WINDOW_READY && client->daemon->draining)
        sig_request_fail(request, "server.draining", "the server is going down: nobody is called",
                         sig_drain_retry_ms(client->daemon));
    else if (has_window(request, client))
        sig_request_wait(request,
                         hall_window_set_state(client->daemon->hall, client->identity.window, state,
                                               window_answered, request));
}

static void ticket_next(struct sig_request *request, struct sig_client *client, const json_t *d)
{
    if (has_window(request, client))
        sig_request_wait(request, hall_ticket_next(client->daemon->hall, client->identity.window,
                                                   ticket_answered, request));
}

void sig_ticket_accept_clerk(struct sig_request *request, struct sig_client *client,
                             const json_t *d)
{
    const char *ticket = sig_json_string(d, "ticket", NULL);
    if (!ticket)
        sig_request_fail(request, "proto.params", "ticket: missing", 0);
    else if (has_window(request, client))
        sig_request_wait(request, hall_ticket_take(client->daemon->hall, client->identity.window,
                                                   ticket, ticket_answered, request));
}

static void ticket_reject(struct sig_request *request, struct sig_client *client, const json_t *d)
{
    if (has_window(request, client))
        sig_request_wait(request, hall_ticket_reject(client->daemon->hall, client->identity.window,
                                                     sig_json_string(d, "ticket", ""),
                                                     sig_json_string(d, "reason", ""),
                                                     sig_request_done, request));
}

static void ticket_noshow(struct sig_request *request, struct sig_client *client, const json_t *d)
{
    if (has_window(request, client))
        sig_request_wait(request, hall_ticket_noshow(client->daemon->hall, client->identity.window,
                                                     sig_json_string(d, "ticket", ""),
                                                     sig_request_done, request));
}

/* The clerk let go of the ticket: the session that still runs for it ends, whatever became of the page that asked. */
static void session_close(struct sig_request *request, const struct hall_reply *reply,
                          enum sig_reason reason)
{
    struct sig_session *session =
        reply->ticket ? sig_session_by_ticket(request->daemon, reply->ticket->id.text) : NULL;
    const struct sig_participant *clerk =
        session ? sig_participant_find(request->daemon, HALL_CLERK, session->staff_no) : NULL;
    if (session)
        sig_session_end(session, reason, clerk && clerk->session == session ? clerk : NULL);
}

static void transferred(const struct hall_reply *reply, void *user)
{
    if (sig_request_refused(user, reply))
        return;
    session_close(user, reply, SIG_REASON_TRANSFERRED);
    sig_request_answer(user, NULL);
}

static void ticket_transfer(struct sig_request *request, struct sig_client *client, const json_t *d)
{
    if (has_window(request, client))
        sig_request_wait(
            request, hall_ticket_transfer(client->daemon->hall, client->identity.window,
                                          sig_json_string(d, "ticket", ""),
                                          (unsigned)sig_param_whole(d, "window", 0),
                                          sig_json_string(d, "note", ""), transferred, request));
}

static void finished(const struct hall_reply *reply, void *user)
{
    if (sig_request_refused(user, reply))
        return;
    session_close(user, reply, SIG_REASON_FINISHED);
    sig_request_answer(user, NULL);
}

static void result_read(const json_t *d, struct hall_result *result)
{
    const json_t *missing = json_object_get(d, "missing");
    g_strlcpy(result->code, sig_json_string(d, "code", ""), sizeof result->code);
    g_strlcpy(result->note, sig_json_string(d, "note", ""), sizeof result->note);
    for (size_t i = 0; i < json_array_size(missing) && i < HALL_MAX_MISSING; i++)
        g_strlcpy(result->missing[result->missing_count++],
                  json_string_value(json_array_get(missing, i)), sizeof result->missing[0]);
}

static void ticket_finish(struct sig_request *request, struct sig_client *client, const json_t *d)
{
    struct hall_result result = {0};
    result_read(json_object_get(d, "result"), &result);
    if (has_window(request, client))
        sig_request_wait(request, hall_ticket_finish(client->daemon->hall, client->identity.window,
                                                     sig_json_string(d, "ticket", ""), &result,
                                                     finished, request));
}

static void wrapup_extend(struct sig_request *request, struct sig_client *client, const json_t *d)
{
    if (has_window(request, client))
        sig_request_wait(request, hall_wrap_up_extend(client->daemon->hall, client->identity.window,
                                                      deadline_answered, request));
}

static void queue_subscribe(struct sig_request *request, struct sig_client *client, const json_t *d)
{
    if (has_window(request, client))
        sig_request_wait(request, hall_queue_read(client->daemon->hall, client->identity.window,
                                                  sig_console_subscribed, request));
}

static const struct sig_param state_params[] = {
    {.name = "state", .type = SIG_CHOICE, .required = true, .choices = "ready not_ready rest"},
    {0},
};

static const struct sig_param ticket_params[] = {
    {.name = "ticket", .type = SIG_TOKEN, .required = true},
    {0},
};

static const struct sig_param reject_params[] = {
    {.name = "ticket", .type = SIG_TOKEN, .required = true},
    {.name = "reason", .type = SIG_TEXT, .required = true, .min = 1, .max = WORDS},
    {0},
};

static const struct sig_param transfer_params[] = {
    {.name = "ticket", .type = SIG_TOKEN, .required = true},
    {.name = "window", .type = SIG_WHOLE, .required = true, .min = 1, .max = 9999},
    {.name = "note", .type = SIG_TEXT, .max = NOTE},
    {0},
};

static const struct sig_param result_params[] = {
    {.name = "code",
     .type = SIG_CHOICE,
     .required = true,
     .choices =
         "ANSWERED ACCEPTED SUPPLEMENT NOT_ACCEPTED BOOKED_ONSITE TRANSFERRED_DEPT TO_12345 CALLBACK FAILED_TECH "
         "ABORTED"},
    {.name = "note", .type = SIG_TEXT, .max = NOTE},
    {.name = "missing", .type = SIG_TEXTS, .max = WORDS, .count = HALL_MAX_MISSING},
    {0},
};

static const struct sig_param finish_params[] = {
    {.name = "ticket", .type = SIG_TOKEN, .required = true},
    {.name = "result", .type = SIG_OBJECT, .required = true, .of = result_params},
    {0},
};

const struct sig_message sig_clerk_messages[] = {
    {"clerk.state", SIG_CLERK, state_params, clerk_state},
    {"queue.subscribe", SIG_CLERK, NULL, queue_subscribe},
    {"ticket.next", SIG_CLERK, NULL, ticket_next, .begins = true},
    {"ticket.reject", SIG_CLERK, reject_params, ticket_reject},
    {"ticket.noshow", SIG_CLERK, ticket_params, ticket_noshow},
    {"ticket.transfer", SIG_CLERK, transfer_params, ticket_transfer},
    {"ticket.finish", SIG_CLERK, finish_params, ticket_finish},
    {"wrapup.extend", SIG_CLERK, NULL, wrapup_extend},
    {0},
};
