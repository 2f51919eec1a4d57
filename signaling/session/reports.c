#include "signaling/session/reports.h"

#include <string.h>

#include "base/log.h"
#include "signaling/daemon.h"
#include "signaling/session/session.h"

enum { FIRST_PAUSE_MS = 100, LAST_PAUSE_MS = 5000 };

enum report_kind { STARTED, ENDED };

struct report {
    struct sig_daemon *daemon;
    enum report_kind kind;
    struct id session;
    char reason[HALL_NAME_BYTES];
    unsigned pause_ms; /* before the next try */
    guint timer;       /* 0: the hall's reply is awaited */
};

static void report_destroy(gpointer data)
{
    struct report *report = data;
    g_clear_handle_id(&report->timer, g_source_remove);
    g_free(report);
}

GHashTable *sig_reports_create(void)
{
    return g_hash_table_new_full(NULL, NULL, report_destroy, NULL);
}

static struct report *report_find(struct sig_daemon *daemon, enum report_kind kind,
                                  const char *session)
{
    GHashTableIter iter;
    gpointer data;
    g_hash_table_iter_init(&iter, daemon->reports);
    while (g_hash_table_iter_next(&iter, &data, NULL)) {
        struct report *report = data;
        if (report->kind == kind && !strcmp(report->session.text, session))
            return report;
    }
    return NULL;
}

/* While the session was not running for the hall, it took no losses. */
static void lost_tell(const struct sig_session *session)
{
    for (unsigned i = 0; i < SIG_MAX_PARTICIPANTS; i++) {
        const struct sig_participant *participant = session->participants[i];
        if (participant && participant->lost_at_us)
            hall_session_mark(session->daemon->hall, session->id.text, HALL_SESSION_LOST,
                              hall_role_name(participant->role), NULL, NULL);
    }
}

/* A hold that began before the hall had the session running. */
static void hold_tell(const struct sig_session *session)
{
    if (session->state == SIG_SESSION_HELD)
        hall_session_mark(session->daemon->hall, session->id.text, HALL_SESSION_HOLD,
                          session->hold_reason, NULL, NULL);
}

static void report_say(struct report *report);

static gboolean pause_over(gpointer data)
{
    struct report *report = data;
    report->timer = 0;
    report_say(report);
    return G_SOURCE_REMOVE;
}

static void report_postpone(struct report *report)
{
    log_warning("session", "%s: the hall did not take that it has %s", report->session.text,
                report->kind == STARTED ? "started" : "ended");
    report->timer = g_timeout_add(report->pause_ms, pause_over, report);
    report->pause_ms = MIN(report->pause_ms * 2, (unsigned)LAST_PAUSE_MS);
}

/* Any other refusal stays one: the hall does not know the session. */
static void hall_answered(const struct hall_reply *reply, void *user)
{
    struct report *report = user;
    if (reply->code && !strcmp(reply->code, "store.failed")) {
        report_postpone(report);
        return;
    }
    struct sig_session *session = sig_session_find(report->daemon, report->session.text);
    if (report->kind == STARTED && !reply->code && session) {
        hold_tell(session);
        lost_tell(session);
    }
    g_hash_table_remove(report->daemon->reports, report);
}

static void report_say(struct report *report)
{
    struct hall *hall = report->daemon->hall;
    if (report->kind == STARTED && !sig_session_find(report->daemon, report->session.text)) {
        g_hash_table_remove(report->daemon->reports, report); /* its end is being told */
        return;
    }
    int r =
        report->kind == STARTED
            ? hall_session_started(hall, report->session.text, hall_answered, report)
            : hall_session_ended(hall, report->session.text, report->reason, hall_answered, report);
    if (r < 0)
        report_postpone(report);
}

static void report_begin(struct sig_daemon *daemon, enum report_kind kind, const char *session,
                         const char *reason)
{
    if (report_find(daemon, kind, session))
        return;
    struct report *report = g_new0(struct report, 1);
    report->daemon = daemon;
    report->kind = kind;
    report->pause_ms = FIRST_PAUSE_MS;
    g_strlcpy(report->session.text, session, sizeof report->session.text);
    g_strlcpy(report->reason, reason, sizeof report->reason);
    g_hash_table_add(daemon->reports, report);
    report_say(report);
}

void sig_report_started(struct sig_daemon *daemon, const char *session)
{
    report_begin(daemon, STARTED, session, "");
}

void sig_report_ended(struct sig_daemon *daemon, const char *session, const char *reason)
{
    report_begin(daemon, ENDED, session, reason);
}
