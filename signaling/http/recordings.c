/* The auditor's list of recordings, and the opening of one: with a reason, into the audit trail, for an hour. */
#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "base/log.h"
#include "signaling/daemon.h"
#include "signaling/http/router.h"
#include "signaling/http/routes.h"
#include "signaling/session/view.h"
#include "signaling/wire/json.h"
#include "signaling/wire/params.h"

enum { ROWS = 50, MAX_ROWS = 200, MAX_TIMELINE_BYTES = 8 * 1024 * 1024 };

static const struct sig_param open_params[] = {
    {.name = "reason", .type = SIG_TEXT, .required = true, .min = 1, .max = HALL_NAME_BYTES - 1},
    {0},
};

static const char *archive_state(const struct sig_daemon *daemon, const char *session)
{
    const struct sig_config *config = daemon->config;
    switch (rec_archive_state_of(config->recorder.spool, config->recorder.archive, session)) {
    case REC_ARCHIVE_RECORDING: return "recording";
    case REC_ARCHIVE_RENDERING: return "rendering";
    case REC_ARCHIVE_READY: return "ready";
    case REC_ARCHIVE_NONE: return "none";
    case REC_ARCHIVE_FAILED: return "failed";
    }
    return "failed";
}

static json_t *time_view(int64_t us)
{
    return us ? json_integer((json_int_t)(us / 1000)) : json_null();
}

static json_t *row_view(const struct sig_daemon *daemon, const struct hall_session *session)
{
    int64_t from_us = session->started_at_us ? session->started_at_us : session->created_at_us;
    int64_t duration_us = session->ended_at_us ? MAX(0, session->ended_at_us - from_us) : 0;
    json_t *row = json_pack(
        "{s:s, s:s, s:o, s:s, s:i, s:o, s:o, s:s, s:s, s:I}", "session", session->id.text, "number",
        session->number, "matter", sig_view_matter_ref(session->matter), "staff_no",
        session->staff_no, "window", (int)session->window, "started_at", time_view(from_us),
        "ended_at", time_view(session->ended_at_us), "end_reason", session->end_reason, "state",
        archive_state(daemon, session->id.text), "duration_ms", (json_int_t)(duration_us / 1000));
    json_object_set_new(row, "result",
                        *session->result ? json_string(session->result) : json_null());
    return row;
}

static void listed(const struct hall_reply *reply, void *user)
{
    struct sig_later *later = user;
    struct sig_exchange *exchange = sig_later_exchange(later);
    if (exchange && reply->code) {
        sig_http_error(exchange, reply->code, reply->message, reply->retry_us / 1000);
    } else if (exchange) {
        json_t *rows = json_array();
        for (size_t i = 0; i < reply->session_count; i++)
            json_array_append_new(rows, row_view(later->daemon, &reply->sessions[i]));
        sig_http_json(
            exchange, 200,
            json_pack("{s:o, s:I}", "recordings", rows, "total", (json_int_t)reply->session_total));
    }
    sig_later_destroy(later);
}

/* A number of the query; false: it is none. */
static bool argument_number(const struct sig_call *call, const char *name, uint64_t max,
                            uint64_t fallback, uint64_t *ret_value)
{
    const char *text = sig_exchange_argument(call->exchange, name);
    *ret_value = fallback;
    return !text || !*text || g_ascii_string_to_unsigned(text, 10, 0, max, ret_value, NULL);
}

/* A text of the query, NULL: not given. */
static const char *argument_text(const struct sig_call *call, const char *name)
{
    const char *text = sig_exchange_argument(call->exchange, name);
    return text && *text ? text : NULL;
}

void sig_http_recordings(struct sig_call *call)
{
    uint64_t from, to, offset, limit;
    if (!argument_number(call, "from", INT64_MAX / 1000, 0, &from) ||
        !argument_number(call, "to", INT64_MAX / 1000, 0, &to) ||
        !argument_number(call, "offset", 1000000, 0, &offset) ||
        !argument_number(call, "limit", MAX_ROWS, ROWS, &limit)) {
        sig_http_error(call->exchange, "proto.params",
                       "from, to, offset and limit (at most 200) are whole numbers", 0);
        return;
    }
    struct hall_session_filter filter = {
        .from_at_us = (int64_t)from * 1000,
        .to_at_us = (int64_t)to * 1000,
        .number = argument_text(call, "number"),
        .staff_no = argument_text(call, "staff_no"),
        .offset = (unsigned)offset,
        .limit = (unsigned)limit,
    };
    struct sig_later *later = sig_later_create(call);
    sig_later_wait(later, hall_session_list(call->daemon->hall, &filter, listed, later));
}

/* The text of timeline.json of a finished recording; NULL: it is not there, or too large or cut. The recorder wrote it
 * whole and nobody else may: it is passed on as it is, since parsing megabytes would hold up everybody's signaling. */
static char *timeline_read(const struct sig_daemon *daemon, const char *session)
{
    g_autofree char *path =
        rec_archive_path(daemon->config->recorder.archive, session, "timeline.json");
    struct stat st;
    g_autofree char *text = NULL;
    gsize len;
    if (!path || stat(path, &st) < 0 || st.st_size > MAX_TIMELINE_BYTES ||
        !g_file_get_contents(path, &text, &len, NULL))
        return NULL;
    bool whole = strlen(text) == len && g_utf8_validate(text, (gssize)len, NULL);
    g_strstrip(text);
    if (!whole || *text != '{' || !g_str_has_suffix(text, "}")) {
        log_warning("http", "timeline of %s is no JSON object", session);
        return NULL;
    }
    return g_steal_pointer(&text);
}

/* The trail has it: the recording may be seen. */
static void audited(const struct hall_reply *reply, void *user)
{
    struct sig_later *later = user;
    struct sig_daemon *daemon = later->daemon;
    struct sig_exchange *exchange = sig_later_exchange(later);
    if (exchange && reply->code) {
        sig_http_error(exchange, reply->code, reply->message, reply->retry_us / 1000);
    } else if (exchange) {
        const char *session = later->object;
        g_autofree char *timeline = timeline_read(daemon, session);
        g_autofree char *grant =
            sig_auth_issue_replay(hall_secret(daemon->hall), later->subject, session);
        g_autofree char *base = g_strdup_printf("%s/replay/%s/", daemon->public_path, session);
        g_autofree char *cookie =
            g_strdup_printf("replay=%s; Path=%s; Max-Age=%d; HttpOnly; Secure; SameSite=Strict",
                            grant, base, SIG_REPLAY_S);
        if (timeline && grant) {
            sig_exchange_add_header(exchange, "set-cookie", cookie);
            char *text = g_strdup_printf("{\"timeline\":%s,\"files_base\":\"%s\"}", timeline, base);
            g_autoptr(GBytes) body = g_bytes_new_take(text, strlen(text));
            sig_http_text(exchange, 200, body);
        } else {
            sig_http_error(exchange, "recording.unavailable", "the recording cannot be read", 0);
        }
    }
    sig_later_destroy(later);
}

void sig_http_recording_open(struct sig_call *call)
{
    const struct sig_config *config = call->daemon->config;
    const char *session = call->parts[0];
    g_autofree char *wrong = sig_params_check(call->body, open_params);
    if (wrong) {
        sig_http_error(call->exchange, "proto.params", wrong, 0);
        return;
    }
    enum rec_archive_state state =
        rec_archive_state_of(config->recorder.spool, config->recorder.archive, session);
    if (state == REC_ARCHIVE_NONE) {
        sig_http_error(call->exchange, "session.none", "no such recording", 0);
        return;
    }
    if (state != REC_ARCHIVE_READY) {
        sig_http_error(call->exchange, "recording.unavailable", "the recording is not ready", 5000);
        return;
    }
    struct sig_later *later = sig_later_create(call);
    g_strlcpy(later->subject, call->who.subject, sizeof later->subject);
    g_strlcpy(later->object, session, sizeof later->object);
    sig_later_wait(later, hall_audit(call->daemon->hall, call->who.subject, "replay.open", session,
                                     sig_json_string(call->body, "reason", ""), audited, later));
}
