#include "signaling/session/reports.h"

#include <string.h>

#include "base/log.h"
#include "signaling/daemon.h"
#include "signaling/session/client.h"
#include "signaling/session/session.h"

enum { FIRST_PAUSE_MS = 100, LAST_PAUSE_MS = 5000 };

enum report_kind { STARTED, ENDED, MARKS, PEOPLE, ONLINE };

static const char *const kind_words[] = {"that it has started", "that it has ended",
                                         "how it stands", "who is in it", "that the page is there"};

struct report {
    struct sig_daemon *daemon;
    enum report_kind kind;
    struct id object; /* the session; ONLINE: the citizen */
    char reason[HALL_NAME_BYTES];
    char phase[HALL_PHASE_BYTES]; /* "": nobody knows */
    struct sig_told saying;       /* MARKS: what the hall has when it takes this one */
    bool again;                   /* it changed while the hall was asked */
    bool refused;                 /* the hall did not take it, and has not yet since */
    unsigned pause_ms;            /* before the next try */
    guint timer;                  /* 0: the hall's reply is awaited */
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

unsigned sig_reports_refused(const struct sig_daemon *daemon)
{
    unsigned refused = 0;
    GHashTableIter iter;
    gpointer data;
    g_hash_table_iter_init(&iter, daemon->reports);
    while (g_hash_table_iter_next(&iter, &data, NULL))
        refused += ((const struct report *)data)->refused;
    return refused;
}

static struct report *report_find(struct sig_daemon *daemon, enum report_kind kind,
                                  const char *object)
{
    GHashTableIter iter;
    gpointer data;
    g_hash_table_iter_init(&iter, daemon->reports);
    while (g_hash_table_iter_next(&iter, &data, NULL)) {
        struct report *report = data;
        if (report->kind == kind && !strcmp(report->object.text, object))
            return report;
    }
    return NULL;
}

static void report_remove(struct report *report)
{
    g_hash_table_remove(report->daemon->reports, report);
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
    /* ONLINE is of a person, whom no log names. */
    const struct log_ids ids = {.session = report->kind == ONLINE ? NULL : report->object.text};
    log_about(LOG_AT_WARNING, "session", ids, "the hall did not take %s", kind_words[report->kind]);
    report->refused = true;
    report->timer = g_timeout_add(report->pause_ms, pause_over, report);
    report->pause_ms = MIN(report->pause_ms * 2, (unsigned)LAST_PAUSE_MS);
}

/* ---- how a session stands ------------------------------------------------------------------------------------ */

static struct sig_told standing_of(const struct sig_session *session)
{
    struct sig_told now = {.held = session->state == SIG_SESSION_HELD};
    for (unsigned i = 0; i < SIG_MAX_PARTICIPANTS; i++) {
        const struct sig_participant *participant = session->participants[i];
        if (!participant || !participant->lost_at_us)
            continue;
        now.citizen = now.citizen || participant->role == HALL_CITIZEN;
        now.clerk = now.clerk || participant->role == HALL_CLERK;
        now.helper = now.helper || participant->role == HALL_HELPER;
    }
    return now;
}

struct mark {
    enum hall_session_mark mark;
    const char *reason;
};

static struct mark lost_or_back(bool is_lost, enum hall_role role)
{
    return (struct mark){is_lost ? HALL_SESSION_LOST : HALL_SESSION_BACK, hall_role_name(role)};
}

/* The next mark that brings what the hall has (`told`) nearer to what is; false: they are the same. */
static bool next_mark(const struct sig_session *session, struct sig_told *told,
                      struct mark *ret_mark)
{
    struct sig_told now = standing_of(session);
    if (told->held != now.held) {
        told->held = now.held;
        *ret_mark = now.held ? (struct mark){HALL_SESSION_HOLD, session->hold_reason}
                             : (struct mark){HALL_SESSION_RESUME, "resume"};
    } else if (told->citizen != now.citizen) {
        told->citizen = now.citizen;
        *ret_mark = lost_or_back(now.citizen, HALL_CITIZEN);
    } else if (told->clerk != now.clerk) {
        told->clerk = now.clerk;
        *ret_mark = lost_or_back(now.clerk, HALL_CLERK);
    } else if (told->helper != now.helper) {
        told->helper = now.helper;
        *ret_mark = lost_or_back(now.helper, HALL_HELPER);
    } else {
        return false;
    }
    return true;
}

/* ---- saying, and what the hall says to it ---------------------------------------------------------------------- */

/* A refusal stays one: the hall does not know the session, or is of another opinion. */
static void hall_answered(const struct hall_reply *reply, void *user)
{
    struct report *report = user;
    if (reply->code && !strcmp(reply->code, "store.failed")) {
        report_postpone(report);
        return;
    }
    report->refused = false;
    struct sig_session *session =
        report->kind == ONLINE ? NULL : sig_session_find(report->daemon, report->object.text);
    if (report->kind == STARTED && !reply->code && session) {
        session->runs_in_hall = true;
        sig_report_marks(session);
    }
    if (report->kind == MARKS && session)
        session->told = report->saying;
    if (report->again || report->kind == MARKS)
        report_say(report);
    else
        report_remove(report);
}

static int people_say(struct report *report, const struct sig_session *session)
{
    struct hall_person people[SIG_MAX_PARTICIPANTS] = {0};
    size_t count = 0;
    for (unsigned i = 0; i < SIG_MAX_PARTICIPANTS; i++) {
        const struct sig_participant *participant = session->participants[i];
        if (!participant)
            continue;
        struct hall_person *person = &people[count++];
        person->id = participant->id;
        person->role = participant->role;
        person->present = participant->present;
        g_strlcpy(person->subject, participant->subject, sizeof person->subject);
        g_strlcpy(person->label, participant->label, sizeof person->label);
    }
    return hall_session_people(report->daemon->hall, report->object.text, people, count,
                               hall_answered, report);
}

static int online_say(struct report *report)
{
    const struct sig_client *client =
        sig_client_of(report->daemon, HALL_CITIZEN, report->object.text);
    return hall_ticket_online(report->daemon->hall, report->object.text, client && client->conn,
                              hall_answered, report);
}

/* 0, -EAGAIN, or 1: there is nothing to say any more. */
static int kind_say(struct report *report)
{
    struct hall *hall = report->daemon->hall;
    const char *object = report->object.text;
    const struct sig_session *session =
        report->kind == ONLINE ? NULL : sig_session_find(report->daemon, object);
    struct mark mark;
    if (report->kind == ENDED)
        return hall_session_ended(hall, object, report->reason, report->phase, hall_answered,
                                  report);
    if (report->kind == ONLINE)
        return online_say(report);
    if (!session)
        return 1; /* its end is being told */
    if (report->kind == STARTED)
        return hall_session_started(hall, object, hall_answered, report);
    if (report->kind == PEOPLE)
        return people_say(report, session);
    report->saying = session->told;
    if (!next_mark(session, &report->saying, &mark))
        return 1;
    return hall_session_mark(hall, object, mark.mark, mark.reason, hall_answered, report);
}

static void report_say(struct report *report)
{
    report->again = false;
    int r = kind_say(report);
    if (r < 0)
        report_postpone(report);
    else if (r > 0)
        report_remove(report);
}

static void report_begin(struct sig_daemon *daemon, enum report_kind kind, const char *object,
                         const char *reason, const char *phase)
{
    struct report *report = report_find(daemon, kind, object);
    if (report) {
        report->again = report->kind == PEOPLE || report->kind == ONLINE;
        return;
    }
    report = g_new0(struct report, 1);
    report->daemon = daemon;
    report->kind = kind;
    report->pause_ms = FIRST_PAUSE_MS;
    g_strlcpy(report->object.text, object, sizeof report->object.text);
    g_strlcpy(report->reason, reason, sizeof report->reason);
    g_strlcpy(report->phase, phase ? phase : "", sizeof report->phase);
    g_hash_table_add(daemon->reports, report);
    report_say(report);
}

void sig_report_started(struct sig_daemon *daemon, const char *session)
{
    report_begin(daemon, STARTED, session, "", NULL);
}

void sig_report_ended(struct sig_daemon *daemon, const char *session, const char *reason,
                      const char *phase)
{
    report_begin(daemon, ENDED, session, reason, phase);
}

void sig_report_marks(struct sig_session *session)
{
    if (session->runs_in_hall)
        report_begin(session->daemon, MARKS, session->id.text, "", NULL);
}

void sig_report_people(struct sig_session *session)
{
    report_begin(session->daemon, PEOPLE, session->id.text, "", NULL);
}

void sig_report_online(struct sig_daemon *daemon, const char *citizen)
{
    report_begin(daemon, ONLINE, citizen, "", NULL);
}
