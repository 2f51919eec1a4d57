#include "signaling/ctl/answer.h"

#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "signaling/ctl/control.h"
#include "signaling/daemon.h"
#include "signaling/metrics/process.h"
#include "signaling/session/recording.h"
#include "signaling/session/reports.h"
#include "signaling/session/session.h"
#include "signaling/version.h"
#include "signaling/watchdog.h"
#include "signaling/wire/json.h"
#include "signaling/wire/server.h"

enum {
    RENDERER_SILENT_S = 60,
    LAG_MAX_MS = 5000,
    CERTIFICATE_S = 14 * 86400,
    LATELY_S = 600, /* what is over, and was once, is told for so long */
};

static json_t *recorder_view(const struct sig_daemon *daemon)
{
    struct rec_stats stats;
    struct rec_figures figures;
    rec_stats_read(daemon->rec, &stats);
    rec_figures_read(daemon->config->recorder.archive, &figures);
    return json_pack("{s:i, s:I, s:I, s:I, s:I, s:i, s:I, s:I}", "journals",
                     (int)stats.open_journals, "lag_ms", (json_int_t)(stats.lag_us / 1000),
                     "lost_packets", (json_int_t)stats.lost_packets, "free_bytes",
                     (json_int_t)stats.free_bytes, "renderer_at",
                     (json_int_t)(figures.at_us / 1000), "waiting", (int)figures.waiting,
                     "rendered", (json_int_t)figures.done, "failed", (json_int_t)figures.failed);
}

static json_t *status_view(struct sig_daemon *daemon)
{
    struct hall_outlook outlook;
    struct sig_process process;
    hall_outlook_read(daemon->hall, &outlook);
    sig_process_read(&process);
    json_t *d =
        json_pack("{s:s, s:s, s:I, s:i, s:i, s:i, s:i, s:i, s:I, s:I, s:o}", "state",
                  daemon->draining ? "draining" : "ok", "version", SIG_VERSION, "uptime_ms",
                  (json_int_t)((clock_now_us() - daemon->started_us) / 1000), "sessions",
                  (int)g_hash_table_size(daemon->sessions), "calls", (int)sig_drain_calls(daemon),
                  "waiting", (int)outlook.waiting, "windows_open", (int)outlook.windows_open,
                  "sockets", (int)sig_server_socket_count(daemon->server), "resident_bytes",
                  (json_int_t)process.resident_bytes, "open_fds", (json_int_t)process.open_fds,
                  "recorder", recorder_view(daemon));
    if (daemon->draining)
        json_object_set_new(d, "deadline_at",
                            json_integer((json_int_t)(daemon->drain.deadline_at_us / 1000)));
    return d;
}

/* 1 for somebody who is there; by what his media goes, and as what he is there. */
static unsigned people_add(const struct sig_participant *participant, json_t *ways)
{
    if (!participant || !participant->present)
        return 0;
    const char *way = sig_participant_way(participant);
    if (way)
        json_array_append_new(
            ways, json_pack("{s:s, s:s}", "role", hall_role_name(participant->role), "way", way));
    return 1;
}

static json_t *sessions_view(struct sig_daemon *daemon)
{
    json_t *list = json_array();
    GHashTableIter iter;
    gpointer value;
    g_hash_table_iter_init(&iter, daemon->sessions);
    while (g_hash_table_iter_next(&iter, NULL, &value)) {
        const struct sig_session *session = value;
        unsigned people = 0;
        json_t *ways = json_array();
        for (unsigned i = 0; i < SIG_MAX_PARTICIPANTS; i++)
            people += people_add(session->participants[i], ways);
        json_t *recording = sig_recording_view(session, NULL);
        json_array_append_new(
            list, json_pack("{s:s, s:s, s:s, s:s, s:i, s:i, s:I, s:O, s:o}", "session",
                            session->id.text, "state", sig_session_state_name(session->state),
                            "matter", session->matter->code, "number", session->number, "window",
                            (int)session->window, "participants", (int)people, "started_at",
                            (json_int_t)(session->started_at_us / 1000), "recording",
                            json_object_get(recording, "state"), "ways", ways));
        json_decref(recording);
    }
    return json_pack("{s:o}", "sessions", list);
}

static json_t *fault(const char *words)
{
    return json_pack("{s:s}", "error", words);
}

static json_t *session_end(struct sig_daemon *daemon, const json_t *request)
{
    struct sig_session *session = sig_session_find(daemon, sig_json_string(request, "session", ""));
    if (!session)
        return fault("no such session runs");
    const struct log_ids ids = {.session = session->id.text};
    log_about(LOG_AT_INFO, "ctl", ids, "ended by an operator");
    sig_session_end(session, SIG_REASON_CLOSED, NULL);
    return json_pack("{s:b}", "ended", 1);
}

static void problem(json_t *list, bool is, const char *words)
{
    if (is)
        json_array_append_new(list, json_string(words));
}

static bool certificate_ends(const struct sig_daemon *daemon)
{
    int64_t not_after_s;
    return sig_server_certificate(daemon->server, &not_after_s) &&
           not_after_s - clock_wall_us() / G_USEC_PER_SEC < CERTIFICATE_S;
}

static bool is_lately(int64_t at_us, int64_t now_us)
{
    return at_us && now_us - at_us < LATELY_S * (int64_t)G_USEC_PER_SEC;
}

/* What somebody should look at, in words; empty: all is well. */
static json_t *check_view(struct sig_daemon *daemon)
{
    struct rec_stats stats;
    struct rec_figures figures;
    json_t *list = json_array();
    rec_stats_read(daemon->rec, &stats);
    rec_figures_read(daemon->config->recorder.archive, &figures);
    for (int i = 0; i < SIG_PARTS; i++)
        if (sig_watchdog_silent_us(daemon->watchdog, (enum sig_part)i)) {
            g_autofree char *words =
                g_strdup_printf("%s does not answer", sig_part_name((enum sig_part)i));
            problem(list, true, words);
        }
    problem(list, daemon->draining, "it is draining");
    problem(list, stats.lag_us / 1000 > LAG_MAX_MS, "the journal lags behind: a slow disk");
    problem(list,
            stats.free_bytes &&
                stats.free_bytes < (uint64_t)daemon->config->recorder.reserve_mib * 1024 * 1024,
            "the spool's volume is below reserve_mib: no recorded session starts");
    problem(list, daemon->tally.unrecorded_now,
            "the last recording that was tried failed: the spool cannot be written to");
    problem(list, is_lately(daemon->tally.lost_at_us, clock_now_us()),
            "recordings of the last 10 minutes have gaps: packets found no room in the rings");
    problem(list, is_lately(figures.failed_at_us, clock_wall_us()),
            "renderings failed in the last 10 minutes: archive/*.failed says why");
    problem(list, certificate_ends(daemon), "the certificate ends within 14 days");
    problem(list, clock_wall_us() - figures.at_us > RENDERER_SILENT_S * (int64_t)G_USEC_PER_SEC,
            "shipinban-recorder has not been heard of for a minute");
    problem(list, sig_reports_refused(daemon) > 0,
            "the store does not take what it is told about sessions");
    return json_pack("{s:b, s:o}", "ok", json_array_size(list) == 0, "problems", list);
}

/* A time that is out of bounds is refused, not made to fit: 0 would end the calls that run. */
static json_t *drain_begin(struct sig_daemon *daemon, const json_t *request,
                           struct sig_control_wish *ret_wish)
{
    json_int_t after_ms = sig_json_integer(request, "after_ms", daemon->config->server.drain_ms);
    if (after_ms < 0 || after_ms > SIG_CONTROL_DRAIN_MAX_MS)
        return fault("after_ms is out of bounds: 0 to 86400000");
    ret_wish->stop = true;
    ret_wish->after_ms = (unsigned)after_ms;
    return json_pack("{s:i, s:i}", "calls", (int)sig_drain_calls(daemon), "after_ms",
                     (int)sig_drain_within_ms(daemon, ret_wish->after_ms));
}

json_t *sig_control_answer(struct sig_daemon *daemon, const json_t *request,
                           struct sig_control_wish *ret_wish)
{
    const char *command = request ? sig_json_string(request, "command", "") : "";
    if (!strcmp(command, "status"))
        return status_view(daemon);
    if (!strcmp(command, "sessions"))
        return sessions_view(daemon);
    if (!strcmp(command, "check"))
        return check_view(daemon);
    if (!strcmp(command, "end"))
        return session_end(daemon, request);
    if (!strcmp(command, "drain"))
        return drain_begin(daemon, request, ret_wish);
    return fault("no such command");
}
