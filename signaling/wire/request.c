#include "signaling/wire/request.h"

#include <glib.h>

#include "base/log.h"
#include "signaling/daemon.h"
#include "signaling/session/client.h"
#include "signaling/wire/conn.h"
#include "signaling/wire/frame.h"
#include "signaling/wire/json.h"

struct sig_request *sig_request_create(struct sig_client *client, int64_t id)
{
    struct sig_request *request = g_new(struct sig_request, 1);
    *request = (struct sig_request){client->daemon, client->sid, id};
    g_hash_table_add(client->daemon->pending, request);
    return request;
}

struct sig_client *sig_request_client(const struct sig_request *request)
{
    return sig_client_by_sid(request->daemon, request->sid.text);
}

static void finish(struct sig_request *request, GBytes *frame)
{
    struct sig_client *client = sig_request_client(request);
    if (client) {
        sig_answers_keep(&client->answers, request->id, frame);
        if (client->conn)
            sig_conn_send(client->conn, frame, false);
    }
    g_hash_table_remove(request->daemon->pending, request);
}

void sig_request_answer(struct sig_request *request, json_t *d)
{
    g_autoptr(GBytes) frame = sig_frame_answer(request->id, d ? d : json_object());
    if (g_bytes_get_size(frame) > SIG_FRAME_BYTES) {
        log_error("wire", "an answer of %zu bytes is more than a frame holds",
                  g_bytes_get_size(frame));
        sig_request_fail(request, "proto.limit", "the answer is larger than a frame", 0);
        return;
    }
    finish(request, frame);
}

void sig_request_fail(struct sig_request *request, const char *code, const char *message,
                      int64_t retry_ms)
{
    g_autoptr(GBytes) frame = sig_frame_error(request->id, code, message, retry_ms);
    sig_tally_refusal(&request->daemon->tally, code);
    finish(request, frame);
}

bool sig_request_refused(struct sig_request *request, const struct hall_reply *reply)
{
    if (!reply->code)
        return false;
    sig_request_fail(request, reply->code, reply->message, reply->retry_us / 1000);
    return true;
}

void sig_request_wait(struct sig_request *request, int result)
{
    if (result < 0)
        sig_request_fail(request, "server.busy", "too much is waiting for the hall", 1000);
}

void sig_request_done(const struct hall_reply *reply, void *user)
{
    if (!sig_request_refused(user, reply))
        sig_request_answer(user, NULL);
}
