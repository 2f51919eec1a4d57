#include "signaling/wire/dispatch.h"

#include <string.h>

#include "base/log.h"
#include "signaling/daemon.h"
#include "signaling/handlers/handlers.h"
#include "signaling/session/client.h"
#include "signaling/wire/conn.h"
#include "signaling/wire/frame.h"
#include "signaling/wire/json.h"
#include "signaling/wire/request.h"

static const struct sig_message *const families[] = {
    sig_queue_messages,     sig_clerk_messages, sig_session_messages, sig_media_messages,
    sig_recording_messages, sig_link_messages,  sig_monitor_messages,
};

const struct sig_message *sig_message_find(const char *name)
{
    for (size_t i = 0; i < G_N_ELEMENTS(families); i++)
        for (const struct sig_message *message = families[i]; message->name; message++)
            if (!strcmp(message->name, name))
                return message;
    return NULL;
}

static unsigned role_bit(enum hall_role role)
{
    switch (role) {
    case HALL_CITIZEN: return SIG_CITIZEN;
    case HALL_CLERK: return SIG_CLERK;
    case HALL_AUDITOR: return SIG_AUDITOR;
    case HALL_HELPER: return SIG_HELPER;
    case HALL_SUPERVISOR: return SIG_SUPERVISOR;
    }
    return 0;
}

/* What does not take a place among the kept answers: it would have been refused without being done. */
static void error_send(struct sig_conn *conn, int64_t id, const char *code, const char *message)
{
    g_autoptr(GBytes) frame = sig_frame_error(id, code, message, 0);
    sig_conn_send(conn, frame, false);
}

static void message_handle(struct sig_client *client, int64_t id, const char *name, const json_t *d)
{
    const struct sig_message *message = sig_message_find(name);
    struct sig_request *request = sig_request_create(client, id);
    if (!message) {
        sig_request_fail(request, "proto.unknown", "no such message", 0);
        return;
    }
    if (!(message->roles & role_bit(client->identity.role))) {
        sig_request_fail(request, "auth.role", "not for this role", 0);
        return;
    }
    if (message->begins && client->daemon->draining) {
        sig_request_fail(request, "server.draining", "the server is going down: nothing new begins",
                         sig_drain_retry_ms(client->daemon));
        return;
    }
    g_autofree char *wrong = sig_params_check(d, message->params);
    if (wrong) {
        sig_request_fail(request, "proto.params", wrong, 0);
        return;
    }
    log_debug("wire", "%s of %s", name, client->sid.text);
    message->handle(request, client, d);
}

static void request_take(struct sig_client *client, int64_t id, const char *name, const json_t *d)
{
    GBytes *kept = NULL;
    switch (sig_answers_begin(&client->answers, id, &kept)) {
    case SIG_FIRST: message_handle(client, id, name, d); break;
    case SIG_WORKING: break;
    case SIG_KEPT: sig_conn_send(client->conn, kept, false); break;
    case SIG_FORGOTTEN:
        error_send(client->conn, id, "proto.limit",
                   "this id was used, its answer is no longer kept");
        break;
    case SIG_CROWDED:
        error_send(client->conn, id, "proto.limit", "too many requests without an answer");
        break;
    }
}

static void request_read(struct sig_daemon *daemon, struct sig_conn *conn, const json_t *frame)
{
    int64_t id = sig_json_integer(frame, "id", 0);
    const char *name = sig_json_string(frame, "m", NULL);
    const json_t *d = json_object_get(frame, "d");
    struct sig_client *client = sig_conn_client(conn);

    if (id <= 0) {
        sig_conn_close(conn, SIG_CLOSE_MALFORMED);
    } else if (!name || (d && !json_is_object(d))) {
        error_send(conn, id, "proto.malformed", "a request has m, a text, and d, an object");
    } else if (!strcmp(name, "hello")) {
        sig_hello_handle(daemon, conn, id, d);
    } else if (!client) {
        error_send(conn, id, "proto.hello_first", "the first request is hello");
        sig_conn_close(conn, SIG_CLOSE_BAD_HELLO);
    } else {
        request_take(client, id, name, d);
    }
}

static void ping_answer(struct sig_conn *conn, const json_t *frame)
{
    g_autoptr(GBytes) pong = sig_frame_pong(sig_json_integer(frame, "at", 0));
    sig_conn_send(conn, pong, false);
}

void sig_dispatch(struct sig_daemon *daemon, struct sig_conn *conn, const char *text, size_t len)
{
    g_autoptr(json_t) frame = sig_json_parse(text, len, SIG_FRAME_BYTES);
    const char *type = frame ? sig_json_string(frame, "t", NULL) : NULL;
    struct sig_client *client = sig_conn_client(conn);

    if (!type)
        sig_conn_close(conn, SIG_CLOSE_MALFORMED);
    else if (!strcmp(type, "req"))
        request_read(daemon, conn, frame);
    else if (!strcmp(type, "ping"))
        ping_answer(conn, frame);
    else if (!strcmp(type, "ack") && client)
        sig_ring_ack(&client->ring, (uint64_t)MAX(0, sig_json_integer(frame, "seq", 0)));
    /* pong and what a later version may add need nothing */
}
