#include "signaling/session/hold.h"

#include <errno.h>
#include <glib.h>
#include <string.h>

#include "base/clock.h"
#include "signaling/session/peer.h"
#include "signaling/session/recording.h"
#include "signaling/session/reports.h"
#include "signaling/session/session.h"

static void gates_set(struct sig_session *session)
{
    for (unsigned i = 0; i < SIG_MAX_PARTICIPANTS; i++)
        if (session->participants[i])
            sig_peer_gate(session->participants[i]);
}

static void go_on(struct sig_session *session)
{
    sig_hold_gaps_write(session);
    g_clear_handle_id(&session->hold_timer, g_source_remove);
    sig_session_step(session, SIG_EVENT_RESUME);
    session->hold_is_fault = false;
    gates_set(session);
    sig_report_marks(session);
    sig_session_state_tell(session, NULL, NULL, false);
}

static gboolean cap_reached(gpointer data)
{
    struct sig_session *session = data;
    session->hold_timer = 0;
    if (session->hold_is_fault)
        sig_session_end(session, SIG_REASON_RECORDING_FAILED, NULL);
    else
        go_on(session);
    return G_SOURCE_REMOVE;
}

static gboolean warn(gpointer data)
{
    struct sig_session *session = data;
    const struct sig_config *config = session->daemon->config;
    session->hold_timer =
        g_timeout_add(config->hall.hold_cap_ms - config->hall.hold_warn_ms, cap_reached, session);
    sig_session_state_tell(session, session->hold_reason, NULL, true);
    return G_SOURCE_REMOVE;
}

int sig_hold_begin(struct sig_session *session, const char *reason, bool is_fault)
{
    if (is_fault && session->state == SIG_SESSION_HELD) {
        session->hold_is_fault = true;
        g_strlcpy(session->hold_reason, reason, sizeof session->hold_reason);
        sig_session_state_tell(session, reason, NULL, false);
        return 0;
    }
    if (sig_session_step(session, SIG_EVENT_HOLD) < 0)
        return -EINVAL;
    session->held_at_us = clock_wall_us();
    session->hold_ends_us =
        session->held_at_us + session->daemon->config->hall.hold_cap_ms * (int64_t)1000;
    session->hold_is_fault = is_fault;
    g_strlcpy(session->hold_reason, reason, sizeof session->hold_reason);
    session->hold_timer = g_timeout_add(session->daemon->config->hall.hold_warn_ms, warn, session);
    gates_set(session);
    sig_report_marks(session);
    sig_session_state_tell(session, reason, NULL, false);
    return 0;
}

/* Its time goes on from where it was; the pages hear the rest of it. */
void sig_hold_restore(struct sig_session *session, const char *reason, int64_t since_us)
{
    const struct sig_config *config = session->daemon->config;
    int64_t held_ms = MAX(0, (clock_wall_us() - since_us) / 1000);
    if (sig_session_step(session, SIG_EVENT_HOLD) < 0)
        return;
    session->held_at_us = since_us;
    session->hold_is_fault = !strcmp(reason, sig_reason_name(SIG_REASON_RECORDING_FAILED));
    g_strlcpy(session->hold_reason, reason, sizeof session->hold_reason);
    session->hold_ends_us = since_us + config->hall.hold_cap_ms * (int64_t)1000;
    int64_t left_ms = MAX(0, (int64_t)config->hall.hold_cap_ms - held_ms);
    int64_t warn_ms = MAX(0, (int64_t)config->hall.hold_warn_ms - held_ms);
    session->hold_timer = warn_ms ? g_timeout_add((guint)warn_ms, warn, session)
                                  : g_timeout_add((guint)left_ms, cap_reached, session);
}

int sig_hold_end(struct sig_session *session)
{
    if (session->state != SIG_SESSION_HELD)
        return -EINVAL;
    if (!session->hold_is_fault) {
        go_on(session);
        return 0;
    }
    return sig_recording_reopen(session) < 0 ? -EIO : 0;
}

void sig_hold_recovered(struct sig_session *session)
{
    if (session->state == SIG_SESSION_HELD && session->hold_is_fault)
        go_on(session);
}

void sig_hold_gaps_write(struct sig_session *session)
{
    if (!session->held_at_us)
        return;
    for (unsigned i = 0; i < SIG_MAX_PARTICIPANTS; i++) {
        struct sig_participant *participant = session->participants[i];
        if (participant && participant->role != HALL_CLERK)
            sig_recording_gap(participant, "HOLD", -1, session->held_at_us);
    }
    session->held_at_us = 0;
}

void sig_hold_view(const struct sig_session *session, json_t *view)
{
    if (session->state != SIG_SESSION_HELD || !session->held_at_us)
        return;
    json_object_set_new(view, "held_at", json_integer(session->held_at_us / 1000));
    if (!session->hold_is_fault) /* else it ends when a recording is there, or with the session */
        json_object_set_new(view, "resume_at", json_integer(session->hold_ends_us / 1000));
}
