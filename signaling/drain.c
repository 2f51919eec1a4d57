#include "signaling/drain.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/notify.h"
#include "signaling/daemon.h"
#include "signaling/session/auth.h"
#include "signaling/session/client.h"
#include "signaling/session/desk.h"
#include "signaling/session/session.h"
#include "signaling/wire/server.h"

enum {
    LOOK_MS = 20,
    GOODBYE_MS = 2000,   /* for what is in the outboxes, and for the hall to write down the ends */
    COME_BACK_MS = 2000, /* a page tries again after this */
    RETRY_MIN_MS = 2000,
    RETRY_MAX_MS = 30000,
};

unsigned sig_drain_calls(const struct sig_daemon *daemon)
{
    unsigned calls = 0;
    GHashTableIter iter;
    gpointer session;
    g_hash_table_iter_init(&iter, daemon->sessions);
    while (g_hash_table_iter_next(&iter, NULL, &session))
        calls += ((const struct sig_session *)session)->state != SIG_SESSION_GATHERING;
    return calls;
}

bool sig_drain_knows(struct sig_daemon *daemon, const struct sig_identity *identity)
{
    return !daemon->drain.leaving &&
           (sig_client_of(daemon, identity->role, identity->subject) ||
            sig_participant_find(daemon, identity->role, identity->subject));
}

int64_t sig_drain_retry_ms(const struct sig_daemon *daemon)
{
    int64_t left_ms = (daemon->drain.deadline_us - clock_now_us()) / 1000;
    return CLAMP(left_ms, RETRY_MIN_MS, RETRY_MAX_MS);
}

json_t *sig_drain_view(const struct sig_daemon *daemon)
{
    return json_pack("{s:I}", "deadline_at", (json_int_t)(daemon->drain.deadline_at_us / 1000));
}

static void everybody_tell(struct sig_daemon *daemon, const char *name, json_t *d)
{
    GHashTableIter iter;
    gpointer client;
    g_hash_table_iter_init(&iter, daemon->clients);
    while (g_hash_table_iter_next(&iter, NULL, &client))
        sig_client_event(client, name, json_incref(d));
    json_decref(d);
}

/* Nothing is offered to them any more; those in a call stay as they are. */
static void windows_close(struct sig_daemon *daemon)
{
    GHashTableIter iter;
    gpointer value;
    g_hash_table_iter_init(&iter, daemon->windows);
    while (g_hash_table_iter_next(&iter, NULL, &value)) {
        const struct sig_window *window = value;
        if (window->view.state == HALL_WINDOW_READY)
            hall_window_set_state(daemon->hall, window->no, HALL_WINDOW_NOT_READY, NULL, NULL);
    }
}

void sig_drain_window_seen(struct sig_daemon *daemon, const struct hall_window *window)
{
    if (daemon->draining && window->state == HALL_WINDOW_READY)
        hall_window_set_state(daemon->hall, window->no, HALL_WINDOW_NOT_READY, NULL, NULL);
}

void sig_drain_hurry(struct sig_daemon *daemon)
{
    struct sig_drain *drain = &daemon->drain;
    if (drain->leaving)
        return;
    log_info("main", "leaving: %u calls are ended", sig_drain_calls(daemon));
    drain->leaving = true;
    drain->given_up_us = clock_now_us() + GOODBYE_MS * (int64_t)1000;
    sig_sessions_end(daemon, SIG_REASON_SERVER_RESTART);
}

/* Once the hall has written the ends down the pages have heard that the number waits and the window is free: until the
 * next run answers that is what they show. A store that hangs keeps nobody. */
static bool hall_has_spoken(const struct sig_daemon *daemon, int64_t now_us)
{
    return !g_hash_table_size(daemon->reports) ||
           now_us >= daemon->drain.given_up_us - GOODBYE_MS * (int64_t)1000 / 2;
}

static void goodbye_say(struct sig_daemon *daemon)
{
    daemon->drain.goodbye = true;
    everybody_tell(daemon, "leave",
                   json_pack("{s:s, s:i}", "action", "resume", "after_ms", COME_BACK_MS));
    sig_server_drain(daemon->server);
}

/* The end of a session must be in the store: else the next start would bring it back. */
static bool goodbyes_are_said(const struct sig_daemon *daemon)
{
    return !sig_server_socket_count(daemon->server) && !g_hash_table_size(daemon->reports);
}

static void status_tell(const struct sig_daemon *daemon)
{
    g_autoptr(GDateTime) deadline =
        g_date_time_new_from_unix_local(daemon->drain.deadline_at_us / G_USEC_PER_SEC);
    g_autofree char *at = g_date_time_format(deadline, "%H:%M:%S");
    notify_status("draining: %u calls run, until %s at the latest", sig_drain_calls(daemon), at);
}

static gboolean look(gpointer user)
{
    struct sig_daemon *daemon = user;
    struct sig_drain *drain = &daemon->drain;
    int64_t now_us = clock_now_us();
    if (drain->leaving && !drain->goodbye && hall_has_spoken(daemon, now_us))
        goodbye_say(daemon);
    if (!drain->leaving && (now_us >= drain->deadline_us || !sig_drain_calls(daemon)))
        sig_drain_hurry(daemon);
    if (!drain->goodbye || (!goodbyes_are_said(daemon) && now_us < drain->given_up_us)) {
        status_tell(daemon);
        return G_SOURCE_CONTINUE;
    }
    drain->timer = 0;
    drain->finished(drain->user);
    return G_SOURCE_REMOVE;
}

unsigned sig_drain_within_ms(const struct sig_daemon *daemon, unsigned after_ms)
{
    if (!daemon->draining)
        return after_ms;
    int64_t left_ms = MAX(daemon->drain.deadline_us - clock_now_us(), 0) / 1000;
    return (unsigned)MIN(left_ms, (int64_t)after_ms);
}

void sig_drain_begin(struct sig_daemon *daemon, unsigned after_ms, void (*finished)(void *user),
                     void *user)
{
    struct sig_drain *drain = &daemon->drain;
    if (drain->leaving)
        return;
    unsigned within_ms = sig_drain_within_ms(daemon, after_ms);
    int64_t deadline_us = clock_now_us() + after_ms * (int64_t)1000;
    if (!daemon->draining || deadline_us < drain->deadline_us) {
        drain->deadline_us = deadline_us;
        drain->deadline_at_us = clock_wall_us() + after_ms * (int64_t)1000;
    }
    drain->finished = finished;
    drain->user = user;
    notify_stopping((within_ms + GOODBYE_MS) * (uint64_t)1000);
    log_info("main", "draining: %u calls run and have %u ms", sig_drain_calls(daemon), within_ms);
    if (!daemon->draining)
        windows_close(daemon);
    daemon->draining = true;
    everybody_tell(daemon, "server.draining", sig_drain_view(daemon));
    if (!drain->timer)
        drain->timer = g_timeout_add(LOOK_MS, look, daemon);
}

void sig_drain_finish(struct sig_drain *drain)
{
    g_clear_handle_id(&drain->timer, g_source_remove);
}
