#include <errno.h>
#include <glib.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "signaling/daemon.h"
#include "signaling/handlers/handlers.h"
#include "signaling/session/auth.h"
#include "signaling/session/client.h"
#include "signaling/session/departure.h"
#include "signaling/session/desk.h"
#include "signaling/session/gathering.h"
#include "signaling/session/greetings.h"
#include "signaling/session/participant.h"
#include "signaling/session/session.h"
#include "signaling/session/turn.h"
#include "signaling/session/view.h"
#include "signaling/wire/conn.h"
#include "signaling/wire/frame.h"
#include "signaling/wire/json.h"
#include "signaling/wire/params.h"
#include "signaling/wire/request.h"
#include "signaling/wire/server.h"

static const struct sig_param client_params[] = {
    {.name = "name", .type = SIG_TEXT, .max = 64},
    {.name = "version", .type = SIG_TEXT, .max = 64},
    {.name = "lang", .type = SIG_TEXT, .max = 35},
    {0},
};

static const struct sig_param resume_params[] = {
    {.name = "sid", .type = SIG_TOKEN, .required = true},
    {.name = "key", .type = SIG_TOKEN, .required = true},
    {.name = "last_seq", .type = SIG_NUMBER, .required = true},
    {0},
};

const struct sig_param sig_hello_params[] = {
    {.name = "token", .type = SIG_TEXT, .required = true, .min = 1, .max = SIG_TOKEN_BYTES},
    {.name = "client", .type = SIG_OBJECT, .of = client_params},
    {.name = "features", .type = SIG_TEXTS, .max = 64, .count = 32},
    {.name = "resume", .type = SIG_OBJECT, .of = resume_params},
    {0},
};

/* A hello that waits for the hall. */
struct hello {
    struct sig_daemon *daemon;
    guint64 conn;
    int64_t id;
    struct sig_identity identity;
    char sid[ID_BYTES], key[ID_BYTES]; /* "" starts anew */
    uint64_t last_seq;
};

static void refuse_until(struct sig_conn *conn, int64_t id, const char *code, const char *message,
                         int64_t retry_ms)
{
    g_autoptr(GBytes) frame = sig_frame_error(id, code, message, retry_ms);
    sig_conn_send(conn, frame, false);
    sig_conn_close(conn, SIG_CLOSE_BAD_HELLO);
}

static void refuse(struct sig_conn *conn, int64_t id, const char *code, const char *message)
{
    refuse_until(conn, id, code, message, 0);
}

static json_t *me_view(const struct sig_client *client, const struct sig_participant *participant)
{
    json_t *me = json_pack("{s:s, s:s*}", "role", hall_role_name(client->identity.role),
                           "participant", participant ? participant->id.text : NULL);
    if (client->identity.window || client->identity.role == HALL_AUDITOR ||
        client->identity.role == HALL_SUPERVISOR)
        json_object_set_new(me, "staff_no", json_string(client->identity.subject));
    if (client->identity.window)
        json_object_set_new(me, "window", json_integer(client->identity.window));
    return me;
}

static json_t *snapshot_view(const struct sig_client *client,
                             const struct sig_participant *participant,
                             const struct hall_reply *reply)
{
    json_t *snapshot = json_object();
    if (reply && reply->window)
        json_object_set_new(snapshot, "window", sig_view_window(reply->window, reply->ticket));
    if (reply && reply->ticket)
        json_object_set_new(snapshot, "ticket",
                            reply->window ? sig_view_ticket_staff(reply->ticket)
                                          : sig_view_ticket(reply->ticket));
    if (participant)
        json_object_set_new(snapshot, "session",
                            sig_view_session(participant->session, participant));
    return snapshot;
}

static json_t *welcome_view(const struct sig_client *client,
                            const struct sig_participant *participant, bool resumed)
{
    const struct sig_config *config = client->daemon->config;
    return json_pack(
        "{s:s, s:s, s:b, s:I, s:I, s:o, s:{s:i, s:i}, s:o, s:{s:{s:i, s:i}, s:i, s:i}, s:o}", "sid",
        client->sid.text, "key", client->key.text, "resumed", resumed, "seq",
        (json_int_t)client->ring.seq, "now", (json_int_t)(clock_wall_us() / 1000), "me",
        me_view(client, participant), "ping", "every_ms",
        (int)client->daemon->config->server.ping_every_ms, "timeout_ms",
        (int)client->daemon->config->server.ping_timeout_ms, "ice_servers",
        sig_turn_servers(client->daemon->turn, client->sid.text, clock_wall_us() / 1000000),
        "limits", "slots", "audio", (int)config->media.audio_slots, "video",
        (int)config->media.video_slots, "frame_bytes", SIG_FRAME_BYTES, "chat_chars",
        SIG_CHAT_CHARS, "notice", sig_view_notice(hall_notice(client->daemon->hall)));
}

/* A clerk who signs in at another window has left the one before. */
static void window_leave(const struct sig_client *before, const struct hello *hello)
{
    unsigned window = before->identity.window;
    if (before->identity.role == HALL_CLERK && window && window != hello->identity.window)
        hall_window_close(hello->daemon->hall, window, NULL, NULL);
}

/* The page's former self when it may resume, else a fresh client in place of whatever page this person had. */
static struct sig_client *client_choose(const struct hello *hello, bool *ret_resumed)
{
    struct sig_daemon *daemon = hello->daemon;
    struct sig_client *client = *hello->sid ? sig_client_by_sid(daemon, hello->sid) : NULL;
    *ret_resumed = client && sig_client_owns_key(client, hello->key) &&
                   client->identity.role == hello->identity.role &&
                   !strcmp(client->identity.subject, hello->identity.subject);
    if (*ret_resumed) {
        window_leave(client, hello);
        return client;
    }
    struct sig_client *before =
        hello->identity.role == HALL_AUDITOR
            ? NULL
            : sig_client_of(daemon, hello->identity.role, hello->identity.subject);
    if (before) {
        window_leave(before, hello);
        sig_client_replace(before);
        sig_client_forget(before);
    }
    return sig_client_create(daemon, &hello->identity);
}

static void ticket_remember(struct sig_client *client, const struct hall_reply *reply)
{
    if (client->identity.role != HALL_CITIZEN || !reply || !reply->ticket)
        return;
    client->ticket = reply->ticket->id;
    client->ticket_state = reply->ticket->state;
}

static void welcome(const struct hello *hello, struct sig_conn *conn,
                    const struct hall_reply *reply)
{
    bool resumed, news = false;
    struct sig_client *client = client_choose(hello, &resumed);
    bool revived = client->is_revived;
    bool replayed = resumed && !revived && sig_ring_holds(&client->ring, hello->last_seq);
    if (!resumed || client->identity.window != hello->identity.window)
        news = true;
    client->identity = hello->identity;
    client->is_revived = false;
    if (news)
        sig_client_remember(client);
    ticket_remember(client, reply);
    sig_gathering_join(client);
    struct sig_participant *participant =
        sig_participant_find(hello->daemon, client->identity.role, client->identity.subject);
    json_t *d = welcome_view(client, participant, resumed);
    if (revived)
        json_object_set_new(d, "revived", json_true());
    if (!replayed)
        json_object_set_new(d, "snapshot", snapshot_view(client, participant, reply));
    g_autoptr(GBytes) frame = sig_frame_answer(hello->id, d);
    sig_client_attach(client, conn);
    sig_conn_send(conn, frame, false);
    if (replayed)
        sig_client_replay(client, hello->last_seq);
    else if (client->queue)
        g_clear_pointer(&client->queue, g_hash_table_unref); /* the page subscribes again */
    if (hello->daemon->draining)
        sig_client_event(client, "server.draining", sig_drain_view(hello->daemon));
    sig_departure_back(client);
    sig_gathering_look(client);
    if (revived && participant && participant->session->room && hello->last_seq)
        sig_client_event(client, "media.restart", json_pack("{s:s}", "reason", "server"));
    log_info("session", "%s %s is here%s", hall_role_name(client->identity.role), client->sid.text,
             resumed ? " again" : "");
}

/* The socket went while the hall was asked: nobody will come for the window that was just opened. */
static void nobody_there(const struct hello *hello, const struct hall_reply *reply)
{
    const struct sig_client *client =
        sig_client_of(hello->daemon, hello->identity.role, hello->identity.subject);
    if (sig_greeting_is_pending(hello->daemon, &hello->identity))
        return; /* a newer hello: its page comes, or this is done when it does not */
    bool is_at_window = client && client->identity.window == hello->identity.window;
    if (hello->identity.role == HALL_CLERK && !reply->code && hello->identity.window &&
        !is_at_window)
        hall_window_close(hello->daemon->hall, hello->identity.window, NULL, NULL);
    if (hello->identity.role == HALL_CITIZEN && !(client && client->conn))
        hall_ticket_online(hello->daemon->hall, hello->identity.subject, false, NULL, NULL);
}

static void hall_answered(const struct hall_reply *reply, void *user)
{
    struct hello *hello = user;
    struct sig_conn *conn = sig_server_conn(hello->daemon->server, hello->conn);
    bool no_ticket =
        hello->identity.role == HALL_CITIZEN && reply->code && !strcmp(reply->code, "ticket.none");
    sig_greeting_end(hello->daemon, &hello->identity);
    if (!conn || sig_conn_is_closing(conn))
        nobody_there(hello, reply);
    else if (reply->code && !no_ticket)
        refuse(conn, hello->id, reply->code, reply->message);
    else if (sig_gathering_is_full(hello->daemon, &hello->identity))
        refuse(conn, hello->id, "session.full", "nobody else finds a place in the session");
    else
        welcome(hello, conn, no_ticket ? NULL : reply);
    if (conn)
        sig_conn_set_greeting(conn, false);
    g_hash_table_remove(hello->daemon->pending, hello);
}

/* What the page must know from the hall before it is welcomed. */
static void hall_ask(struct hello *hello, struct sig_conn *conn)
{
    struct sig_daemon *daemon = hello->daemon;
    const struct sig_identity *identity = &hello->identity;
    int r;
    if (identity->role == HALL_CLERK && identity->window)
        r = hall_window_open(daemon->hall, identity->subject, identity->window, hall_answered,
                             hello);
    else if (identity->role == HALL_CITIZEN && !*identity->session) {
        hall_ticket_online(daemon->hall, identity->subject, true, NULL, NULL);
        r = hall_ticket_of(daemon->hall, identity->subject, hall_answered, hello);
    } else {
        struct hall_reply nothing = {0};
        hall_answered(&nothing, hello);
        return;
    }
    if (r == 0)
        return;
    refuse(conn, hello->id, "server.busy", "too much is waiting for the hall");
    sig_greeting_end(daemon, identity);
    g_hash_table_remove(daemon->pending, hello);
}

static struct hello *hello_create(struct sig_daemon *daemon, struct sig_conn *conn, int64_t id,
                                  const struct sig_identity *identity, const json_t *resume)
{
    struct hello *hello = g_new0(struct hello, 1);
    hello->daemon = daemon;
    hello->conn = sig_conn_id(conn);
    hello->id = id;
    hello->identity = *identity;
    if (resume) {
        g_strlcpy(hello->sid, sig_json_string(resume, "sid", ""), sizeof hello->sid);
        g_strlcpy(hello->key, sig_json_string(resume, "key", ""), sizeof hello->key);
        hello->last_seq = (uint64_t)sig_json_integer(resume, "last_seq", 0);
    }
    g_hash_table_add(daemon->pending, hello);
    sig_greeting_begin(daemon, identity);
    return hello;
}

void sig_hello_handle(struct sig_daemon *daemon, struct sig_conn *conn, int64_t id, const json_t *d)
{
    struct sig_identity identity;
    g_autofree char *wrong = sig_params_check(d, sig_hello_params);
    if (sig_conn_client(conn) || sig_conn_is_greeting(conn)) {
        g_autoptr(GBytes) frame =
            sig_frame_error(id, "proto.malformed", "hello was said before", 0);
        sig_conn_send(conn, frame, false);
        return;
    }
    if (wrong) {
        refuse(conn, id, "proto.params", wrong);
        return;
    }
    int r = sig_auth_check(hall_secret(daemon->hall), sig_json_string(d, "token", ""), &identity);
    if (r < 0) {
        refuse(conn, id, r == -ETIME ? "auth.expired" : "auth.bad_token",
               "this token does not open anything");
        return;
    }
    if (daemon->draining && !sig_drain_knows(daemon, &identity)) {
        refuse_until(conn, id, "server.draining", "the server is going down",
                     sig_drain_retry_ms(daemon));
        return;
    }
    sig_conn_set_greeting(conn, true);
    const json_t *resume = json_object_get(d, "resume");
    hall_ask(hello_create(daemon, conn, id, &identity, json_is_object(resume) ? resume : NULL),
             conn);
}

static void token_refresh(struct sig_request *request, struct sig_client *client, const json_t *d)
{
    const struct sig_identity *identity = &client->identity;
    int64_t lifetime_s = sig_auth_lifetime_s(identity, clock_wall_us() / 1000000);
    if (*identity->session && !sig_session_find(client->daemon, identity->session)) {
        sig_request_fail(request, "session.none", "the session of this token is over", 0);
        return;
    }
    if (lifetime_s <= 0) {
        sig_request_fail(request, "auth.expired", "signing in again is needed", 0);
        return;
    }
    g_autofree char *token =
        sig_auth_issue(hall_secret(client->daemon->hall), identity, lifetime_s);
    if (token)
        sig_request_answer(request, json_pack("{s:s}", "token", token));
    else
        sig_request_fail(request, "server.busy", "no token can be made", 1000);
}

const struct sig_message sig_link_messages[] = {
    {"token.refresh", SIG_EVERYBODY, NULL, token_refresh},
    {0},
};
