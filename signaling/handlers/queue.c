/* A citizen's ticket. */
#include <errno.h>
#include <string.h>

#include "signaling/daemon.h"
#include "signaling/handlers/handlers.h"
#include "signaling/session/client.h"
#include "signaling/session/gathering.h"
#include "signaling/session/session.h"
#include "signaling/session/view.h"
#include "signaling/wire/json.h"
#include "signaling/wire/request.h"

/* Whoever a session of the API was opened for does not stand in the queue. */
static bool may_queue(struct sig_request *request, const struct sig_client *client)
{
    if (!*client->identity.session)
        return true;
    sig_request_fail(request, "auth.role", "this token belongs to one session", 0);
    return false;
}

/* [ticket] as {ticket}. */
static void ticket_answered(const struct hall_reply *reply, void *user)
{
    if (!sig_request_refused(user, reply))
        sig_request_answer(user, json_pack("{s:o}", "ticket", sig_view_ticket(reply->ticket)));
}

static void ticket_create(struct sig_request *request, struct sig_client *client, const json_t *d)
{
    struct hall *hall = client->daemon->hall;
    const char *matter = sig_json_string(d, "matter", ""),
               *notice = sig_json_string(d, "notice_sha256", "");
    if (!may_queue(request, client))
        return;
    if (!hall_matter_find(hall, matter)) {
        sig_request_fail(request, "matter.unknown", "no such matter", 0);
        return;
    }
    if (!hall_notice_is(hall_notice(hall), notice)) {
        sig_request_fail(request, "notice.outdated", "another notice is in force", 0);
        return;
    }
    sig_request_wait(request, hall_ticket_create(hall, client->identity.subject, matter, notice,
                                                 sig_json_bool(d, "elder", false), ticket_answered,
                                                 request));
}

static void ticket_cancel(struct sig_request *request, struct sig_client *client, const json_t *d)
{
    if (may_queue(request, client))
        sig_request_wait(request, hall_ticket_cancel(client->daemon->hall, client->identity.subject,
                                                     sig_request_done, request));
}

static void ticket_requeue(struct sig_request *request, struct sig_client *client, const json_t *d)
{
    if (may_queue(request, client))
        sig_request_wait(request,
                         hall_ticket_requeue(client->daemon->hall, client->identity.subject,
                                             ticket_answered, request));
}

/* 进入: the session is made, or the reason why it cannot be is told and the ticket keeps its place. */
static void entered(const struct hall_reply *reply, void *user)
{
    struct sig_request *request = user;
    struct sig_session *session = NULL;
    struct sig_client *client = sig_request_client(request);

    if (reply->code && !strcmp(reply->code, "ticket.state") && client) {
        /* Not called (yet): it means 我在. */
        sig_request_wait(request, hall_ticket_ready(request->daemon->hall, client->identity.subject,
                                                    ticket_answered, request));
        return;
    }
    if (sig_request_refused(request, reply))
        return;
    int r = sig_gathering_of_ticket(request->daemon, reply->ticket, reply->session, &session);
    if (r == -EIO) {
        sig_request_fail(request, "recording.unavailable",
                         "this matter needs a recording, and there is none", 30000);
    } else if (r < 0) {
        sig_request_fail(request, "server.busy", "no room is free", 5000);
    } else {
        const struct sig_participant *me =
            sig_participant_find(request->daemon, HALL_CITIZEN, reply->ticket->citizen.text);
        sig_request_answer(request, json_pack("{s:o}", "session", sig_view_session(session, me)));
    }
}

void sig_ticket_accept_citizen(struct sig_request *request, struct sig_client *client)
{
    if (may_queue(request, client))
        sig_request_wait(request, hall_ticket_enter(client->daemon->hall, client->identity.subject,
                                                    entered, request));
}

static void ticket_accept(struct sig_request *request, struct sig_client *client, const json_t *d)
{
    if (client->identity.role == HALL_CLERK)
        sig_ticket_accept_clerk(request, client, d);
    else
        sig_ticket_accept_citizen(request, client);
}

static const struct sig_param create_params[] = {
    {.name = "matter", .type = SIG_TEXT, .required = true, .min = 1, .max = HALL_CODE_BYTES - 1},
    {.name = "notice_sha256", .type = SIG_TEXT, .required = true, .min = 64, .max = 64},
    {.name = "elder", .type = SIG_TRUTH},
    {0},
};

static const struct sig_param accept_params[] = {
    {.name = "ticket", .type = SIG_TOKEN},
    {0},
};

const struct sig_message sig_queue_messages[] = {
    {"ticket.create", SIG_CITIZEN, create_params, ticket_create, .begins = true},
    {"ticket.cancel", SIG_CITIZEN, NULL, ticket_cancel},
    {"ticket.requeue", SIG_CITIZEN, NULL, ticket_requeue, .begins = true},
    {"ticket.accept", SIG_CITIZEN | SIG_CLERK, accept_params, ticket_accept, .begins = true},
    {0},
};
