/* What the office is: its matters and windows, and how the daemon does. */
#include "base/clock.h"
#include "signaling/daemon.h"
#include "signaling/http/router.h"
#include "signaling/http/routes.h"
#include "signaling/session/desk.h"
#include "signaling/session/session.h"
#include "signaling/session/view.h"
#include "signaling/version.h"
#include "signaling/wire/certificate.h"
#include "signaling/wire/server.h"

void sig_http_matters(struct sig_call *call)
{
    struct hall_outlook outlook;
    size_t count;
    const struct hall_matter *matters = hall_matters(call->daemon->hall, &count);
    hall_outlook_read(call->daemon->hall, &outlook);
    json_t *list = json_array();
    for (size_t i = 0; i < count; i++)
        json_array_append_new(list, sig_view_matter(&matters[i]));
    bool known = outlook.wait_max_us > 0;
    sig_http_json(
        call->exchange, 200,
        json_pack("{s:o, s:o, s:b, s:i, s:i, s:o, s:o}", "matters", list, "notice",
                  sig_view_notice(hall_notice(call->daemon->hall)), "open", outlook.open,
                  "windows_open", (int)outlook.windows_open, "waiting", (int)outlook.waiting,
                  "wait_min_ms",
                  known ? json_integer((json_int_t)(outlook.wait_min_us / 1000)) : json_null(),
                  "wait_max_ms",
                  known ? json_integer((json_int_t)(outlook.wait_max_us / 1000)) : json_null()));
}

static const char *window_state(struct sig_daemon *daemon, unsigned no)
{
    const struct sig_window *window = sig_desk_window(daemon, no);
    switch (window ? window->view.state : HALL_WINDOW_CLOSED) {
    case HALL_WINDOW_CLOSED: return "closed";
    case HALL_WINDOW_READY: return "ready";
    case HALL_WINDOW_NOT_READY: return "not_ready";
    case HALL_WINDOW_REST: return "rest";
    case HALL_WINDOW_BUSY: return "busy";
    case HALL_WINDOW_WRAP_UP: return "wrap_up";
    }
    return "closed";
}

void sig_http_windows(struct sig_call *call)
{
    struct hall_window_name names[HALL_MAX_WINDOWS];
    size_t count = hall_window_names(call->daemon->hall, names, HALL_MAX_WINDOWS);
    json_t *list = json_array();
    for (size_t i = 0; i < count; i++) {
        json_t *one = sig_view_window_name(names[i].no, names[i].name, names[i].name_en);
        json_object_set_new(one, "state", json_string(window_state(call->daemon, names[i].no)));
        json_array_append_new(list, one);
    }
    sig_http_json(call->exchange, 200, json_pack("{s:o}", "windows", list));
}

static unsigned peer_count(const struct sig_daemon *daemon)
{
    unsigned peers = 0;
    GHashTableIter iter;
    gpointer session;
    g_hash_table_iter_init(&iter, daemon->sessions);
    while (g_hash_table_iter_next(&iter, NULL, &session))
        for (unsigned i = 0; i < SIG_MAX_PARTICIPANTS; i++) {
            const struct sig_participant *participant =
                ((struct sig_session *)session)->participants[i];
            peers += participant && participant->publisher;
            peers +=
                participant && participant->player && participant->player != participant->publisher;
        }
    return peers;
}

static json_t *recorder_view(const struct rec *rec)
{
    struct rec_stats stats;
    rec_stats_read(rec, &stats);
    return json_pack("{s:I, s:I, s:I, s:I, s:I, s:i, s:I, s:I}", "ring_used_bytes",
                     (json_int_t)stats.ring_used_bytes, "ring_high_water_bytes",
                     (json_int_t)stats.ring_high_water_bytes, "lag_us", (json_int_t)stats.lag_us,
                     "written_bytes", (json_int_t)stats.written_bytes, "written_packets",
                     (json_int_t)stats.written_packets, "journals", (int)stats.open_journals,
                     "lost_packets", (json_int_t)stats.lost_packets, "free_bytes",
                     (json_int_t)stats.free_bytes);
}

static json_t *certificate_view(const struct sig_daemon *daemon)
{
    int64_t not_after_s;
    if (!sig_server_certificate(daemon->server, &not_after_s))
        return json_null();
    int64_t days = sig_certificate_days_left(not_after_s, clock_wall_us() / G_USEC_PER_SEC);
    return json_pack("{s:I, s:I}", "not_after", (json_int_t)not_after_s * 1000, "days_left",
                     (json_int_t)days);
}

static json_t *connections_view(const struct sig_server *server)
{
    uint64_t counts[SIG_CUTS];
    json_t *cuts = json_object();
    unsigned open = sig_server_connections(server, counts);
    for (int i = 0; i < SIG_CUTS; i++)
        json_object_set_new(cuts, sig_cut_name((enum sig_cut)i),
                            json_integer((json_int_t)counts[i]));
    return json_pack("{s:i, s:o}", "open", (int)open, "cut", cuts);
}

void sig_http_health(struct sig_call *call)
{
    struct sig_daemon *daemon = call->daemon;
    struct sfu_counters counters;
    sfu_counters_read(daemon->sfu, &counters);
    json_t *drops = json_object();
    for (int i = 0; i < SFU_DROP_COUNT; i++)
        json_object_set_new(drops, sfu_drop_name((enum sfu_drop)i),
                            json_integer((json_int_t)counters.drops[i]));
    json_t *packets = json_pack(
        "{s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I}", "in",
        (json_int_t)counters.packets_in, "out", (json_int_t)counters.packets_out, "bytes_in",
        (json_int_t)counters.bytes_in, "bytes_out", (json_int_t)counters.bytes_out, "forwarded",
        (json_int_t)counters.forwarded, "nacks_in", (json_int_t)counters.nacks_in, "nacks_answered",
        (json_int_t)counters.nacks_answered, "nacks_out", (json_int_t)counters.nacks_out, "plis_in",
        (json_int_t)counters.plis_in, "plis_out", (json_int_t)counters.plis_out, "recovered",
        (json_int_t)counters.recovered);
    sig_http_json(call->exchange, 200,
                  json_pack("{s:s, s:s, s:i, s:i, s:i, s:o, s:I, s:o, s:o, s:o, s:o}", "status",
                            daemon->draining ? "draining" : "ok", "version", SIG_VERSION,
                            "sessions", (int)g_hash_table_size(daemon->sessions), "peers",
                            (int)peer_count(daemon), "sockets",
                            (int)sig_server_socket_count(daemon->server), "connections",
                            connections_view(daemon->server), "uptime_ms",
                            (json_int_t)((clock_now_us() - daemon->started_us) / 1000), "packets",
                            packets, "drops", drops, "recorder", recorder_view(daemon->rec),
                            "certificate", certificate_view(daemon)));
}
