/* A supervisor's messages. Each act is in the audit trail before it is done: what cannot be written is not done. */
#include <glib.h>
#include <stdlib.h>
#include <string.h>

#include "signaling/daemon.h"
#include "signaling/handlers/handlers.h"
#include "signaling/session/client.h"
#include "signaling/session/monitor.h"
#include "signaling/session/participant.h"
#include "signaling/session/recording.h"
#include "signaling/session/session.h"
#include "signaling/session/view.h"
#include "signaling/wire/json.h"
#include "signaling/wire/request.h"

enum { LIST_ROWS = 100, LIST_OFFSET_MAX = 1000000 };

/* ---- what runs ------------------------------------------------------------------------------------------------ */

static const char *citizens_level(const struct sig_session *session)
{
    for (unsigned i = 0; i < SIG_MAX_PARTICIPANTS; i++)
        if (session->participants[i] && session->participants[i]->role == HALL_CITIZEN)
            return sig_level_name(session->participants[i]->quality.lamp.level);
    return NULL;
}

static json_t *row_view(const struct sig_session *session)
{
    const struct sig_participant *supervisor = sig_monitor_of(session);
    unsigned people = 0;
    for (unsigned i = 0; i < SIG_MAX_PARTICIPANTS; i++)
        people += session->participants[i] && session->participants[i]->present;
    json_t *row = json_pack(
        "{s:s, s:s, s:o, s:I, s:o, s:i, s:s*}", "session", session->id.text, "state",
        sig_session_state_name(session->state), "matter", sig_view_matter_ref(session->matter),
        "started_at", (json_int_t)(session->started_at_us / 1000), "recording",
        sig_recording_view(session, NULL), "people", (int)people, "level", citizens_level(session));
    if (*session->number)
        json_object_set_new(row, "number", json_string(session->number));
    if (session->window)
        json_object_set_new(row, "window", json_integer(session->window));
    if (*session->staff_no)
        json_object_set_new(row, "staff_no", json_string(session->staff_no));
    if (supervisor)
        json_object_set_new(row, "monitor",
                            json_pack("{s:s, s:s}", "staff_no", supervisor->subject, "mode",
                                      sig_monitor_name(supervisor->monitor)));
    return row;
}

/* The longest first: it is the one that somebody may want to look at. */
static int by_age(const void *one, const void *other)
{
    const struct sig_session *const *a = one, *const *b = other;
    if ((*a)->started_at_us != (*b)->started_at_us)
        return (*a)->started_at_us < (*b)->started_at_us ? -1 : 1;
    return strcmp((*a)->id.text, (*b)->id.text);
}

static void monitor_list(struct sig_request *request, struct sig_client *client, const json_t *d)
{
    g_autoptr(GPtrArray) running = g_ptr_array_new();
    GHashTableIter iter;
    gpointer session;
    g_hash_table_iter_init(&iter, client->daemon->sessions);
    while (g_hash_table_iter_next(&iter, NULL, &session))
        if (((const struct sig_session *)session)->state != SIG_SESSION_GATHERING)
            g_ptr_array_add(running, session);
    g_ptr_array_sort(running, by_age);
    json_t *rows = json_array();
    guint offset = (guint)sig_param_whole(d, "offset", 0);
    for (guint i = offset; i < running->len && i - offset < LIST_ROWS; i++)
        json_array_append_new(rows, row_view(running->pdata[i]));
    sig_request_answer(request,
                       json_pack("{s:o, s:i}", "sessions", rows, "total", (int)running->len));
}

/* ---- being there ---------------------------------------------------------------------------------------------- */

/* An act that waits for its row in the trail. */
struct act {
    struct sig_request *request;
    enum sig_monitor mode;
    char session[ID_BYTES];
};

static struct sig_participant *seat_of(const struct sig_client *client)
{
    return sig_participant_find(client->daemon, client->identity.role, client->identity.subject);
}

/* The session that may be listened to; NULL: refused. */
static struct sig_session *session_admit(struct sig_request *request,
                                         const struct sig_client *client, const char *id)
{
    struct sig_session *session = sig_session_find(request->daemon, id);
    const struct sig_participant *supervisor = session ? sig_monitor_of(session) : NULL;
    if (!session)
        sig_request_fail(request, "session.none", "no such session runs", 0);
    else if (session->state == SIG_SESSION_GATHERING)
        sig_request_fail(request, "session.state", "the session has not begun", 0);
    else if (supervisor && strcmp(supervisor->subject, client->identity.subject))
        sig_request_fail(request, "monitor.taken", "somebody else listens to the session", 0);
    else
        return session;
    return NULL;
}

/* The seat in the session, made where there is none; one in another session is left. NULL: refused. */
static struct sig_participant *seat_take(struct sig_request *request, struct sig_client *client,
                                         struct sig_session *session)
{
    struct sig_participant *seat = seat_of(client);
    if (seat && seat->session == session)
        return seat;
    if (seat)
        sig_participant_leave(seat, SIG_REASON_MONITOR_STOPPED);
    seat = sig_monitor_join(session, client->identity.subject, client->conn != NULL);
    if (!seat)
        sig_request_fail(request, "session.full", "nobody else finds a place in the session", 0);
    return seat;
}

static void written(const struct hall_reply *reply, void *user)
{
    g_autofree struct act *act = user;
    struct sig_request *request = act->request;
    struct sig_client *client = sig_request_client(request);
    if (sig_request_refused(request, reply))
        return;
    if (!client) {
        sig_request_answer(request, NULL); /* nobody is there to listen */
        return;
    }
    struct sig_session *session = session_admit(request, client, act->session);
    struct sig_participant *seat = session ? seat_take(request, client, session) : NULL;
    if (!seat)
        return;
    sig_monitor_set(seat, act->mode);
    sig_request_answer(request, json_pack("{s:s, s:o}", "mode", sig_monitor_name(act->mode),
                                          "session", sig_view_session(session, seat)));
}

static void act_begin(struct sig_request *request, const struct sig_client *client,
                      const struct sig_session *session, enum sig_monitor mode)
{
    g_autofree char *actor = g_strdup_printf("staff:%s", client->identity.subject);
    g_autofree char *action = g_strdup_printf("monitor.%s", sig_monitor_name(mode));
    g_autofree char *detail =
        g_strdup_printf("number=%s window=%u", session->number, session->window);
    struct act *act = g_new0(struct act, 1);
    act->request = request;
    act->mode = mode;
    g_strlcpy(act->session, session->id.text, sizeof act->session);
    int r =
        hall_audit(request->daemon->hall, actor, action, session->id.text, detail, written, act);
    if (r < 0)
        g_free(act);
    sig_request_wait(request, r);
}

static void monitor_listen(struct sig_request *request, struct sig_client *client, const json_t *d)
{
    const struct sig_session *session =
        session_admit(request, client, sig_json_string(d, "session", ""));
    if (session)
        act_begin(request, client, session, SIG_MONITOR_LISTEN);
}

static void mode_change(struct sig_request *request, struct sig_client *client,
                        enum sig_monitor mode)
{
    const struct sig_participant *seat = sig_request_seat(request, client);
    if (seat)
        act_begin(request, client, seat->session, mode);
}

static void monitor_whisper(struct sig_request *request, struct sig_client *client, const json_t *d)
{
    mode_change(request, client, SIG_MONITOR_WHISPER);
}

static void monitor_barge(struct sig_request *request, struct sig_client *client, const json_t *d)
{
    mode_change(request, client, SIG_MONITOR_BARGE);
}

/* Leaving is never refused: its row follows. */
static void monitor_stop(struct sig_request *request, struct sig_client *client, const json_t *d)
{
    struct sig_participant *seat = sig_request_seat(request, client);
    if (!seat)
        return;
    g_autofree char *actor = g_strdup_printf("staff:%s", client->identity.subject);
    (void)hall_audit(request->daemon->hall, actor, "monitor.stop", seat->session->id.text, "", NULL,
                     NULL);
    sig_participant_leave(seat, SIG_REASON_MONITOR_STOPPED);
    sig_request_answer(request, NULL);
}

static const struct sig_param list_params[] = {
    {.name = "offset", .type = SIG_WHOLE, .min = 0, .max = LIST_OFFSET_MAX},
    {0},
};

static const struct sig_param listen_params[] = {
    {.name = "session", .type = SIG_TOKEN, .required = true},
    {0},
};

const struct sig_message sig_monitor_messages[] = {
    {"monitor.list", SIG_SUPERVISOR, list_params, monitor_list},
    {"monitor.listen", SIG_SUPERVISOR, listen_params, monitor_listen, .begins = true},
    {"monitor.whisper", SIG_SUPERVISOR, NULL, monitor_whisper},
    {"monitor.barge", SIG_SUPERVISOR, NULL, monitor_barge},
    {"monitor.stop", SIG_SUPERVISOR, NULL, monitor_stop},
    {0},
};
