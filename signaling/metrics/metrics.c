#include "signaling/metrics/metrics.h"

#include "base/clock.h"
#include "signaling/daemon.h"
#include "signaling/metrics/process.h"
#include "signaling/metrics/text.h"
#include "signaling/session/errands.h"
#include "signaling/session/reports.h"
#include "signaling/session/session.h"
#include "signaling/version.h"
#include "signaling/watchdog.h"
#include "signaling/wire/server.h"

static void process_put(GString *text)
{
    struct sig_process process;
    sig_process_read(&process);
    sig_metric_family(text, "build_info", "gauge", "Always 1; the label tells the version.");
    sig_metric_count(text, "build_info", "version", SIG_VERSION, 1);
    sig_metric_one(text, "process_resident_memory_bytes", "gauge", "Resident memory.",
                   process.resident_bytes);
    sig_metric_one(text, "process_open_fds", "gauge", "Open file descriptors.", process.open_fds);
    sig_metric_one(text, "process_max_fds", "gauge", "How many may be open.", process.max_fds);
    sig_metric_family(text, "process_cpu_seconds_total", "counter", "User and system CPU time.");
    sig_metric_number(text, "process_cpu_seconds_total", NULL, NULL, process.cpu_s);
    sig_metric_family(text, "process_start_time_seconds", "gauge", "Start, since 1970.");
    sig_metric_number(text, "process_start_time_seconds", NULL, NULL, process.started_at_s);
}

static void health_put(GString *text, const struct sig_daemon *daemon)
{
    sig_metric_one(text, "draining", "gauge", "1: told to stop, nobody new comes in.",
                   daemon->draining);
    sig_metric_family(text, "part_silent_seconds", "gauge",
                      "How long a part of the daemon has not answered; 0: it does.");
    for (int i = 0; i < SIG_PARTS; i++)
        sig_metric_number(text, "part_silent_seconds", "part", sig_part_name((enum sig_part)i),
                          (double)sig_watchdog_silent_us(daemon->watchdog, (enum sig_part)i) / 1e6);
    int64_t not_after_s;
    if (sig_server_certificate(daemon->server, &not_after_s)) {
        sig_metric_family(text, "certificate_expiry_timestamp_seconds", "gauge",
                          "When the certificate ends, since 1970.");
        sig_metric_number(text, "certificate_expiry_timestamp_seconds", NULL, NULL,
                          (double)not_after_s);
    }
    sig_metric_one(text, "errands_waiting", "gauge",
                   "Commands to media workers or journal that found a full mailbox.",
                   sig_errands_waiting(daemon->errands));
    sig_metric_one(text, "reports_waiting", "gauge",
                   "What the store has refused about sessions, and is told again.",
                   sig_reports_refused(daemon));
}

static void sessions_put(GString *text, const struct sig_daemon *daemon)
{
    uint64_t states[SIG_SESSION_ENDED] = {0};
    GHashTableIter iter;
    gpointer session;
    g_hash_table_iter_init(&iter, daemon->sessions);
    while (g_hash_table_iter_next(&iter, NULL, &session)) {
        enum sig_session_state state = ((const struct sig_session *)session)->state;
        if (state < SIG_SESSION_ENDED)
            states[state]++;
    }
    sig_metric_family(text, "sessions", "gauge", "Sessions by state.");
    for (int i = 0; i < SIG_SESSION_ENDED; i++)
        sig_metric_count(text, "sessions", "state",
                         sig_session_state_name((enum sig_session_state)i), states[i]);
    sig_metric_one(text, "sessions_created_total", "counter", "Sessions that were made.",
                   daemon->tally.created);
    sig_metric_one(text, "sessions_joined_total", "counter",
                   "Sessions that became active: media both ways, recording durable.",
                   daemon->tally.joins);
}

static void ends_put(GString *text, const struct sig_tally *tally)
{
    const char *labels[] = {"reason", "phase"};
    sig_metric_family(text, "sessions_ended_total", "counter",
                      "Sessions by why they ended and how far they had come.");
    for (int reason = 0; reason < SIG_REASON_COUNT; reason++)
        for (int phase = 0; phase < SIG_PHASE_COUNT; phase++)
            sig_metric_count2(text, "sessions_ended_total", labels,
                              (const char *[]){sig_reason_name((enum sig_reason)reason),
                                               sig_phase_name((enum sig_phase)phase)},
                              tally->ended[reason][phase]);
}

static void hall_put(GString *text, const struct sig_daemon *daemon)
{
    struct hall_outlook outlook;
    hall_outlook_read(daemon->hall, &outlook);
    sig_metric_one(text, "tickets_waiting", "gauge", "Tickets in the queue.", outlook.waiting);
    sig_metric_one(text, "windows_open", "gauge", "Windows where somebody sits and works.",
                   outlook.windows_open);
    sig_metric_family(text, "wait_seconds", "gauge",
                      "The longest wait foretold to who comes now; 0: nobody can tell.");
    sig_metric_number(text, "wait_seconds", NULL, NULL, (double)outlook.wait_max_us / 1e6);
}

static void connections_put(GString *text, const struct sig_server *server)
{
    uint64_t cuts[SIG_CUTS];
    sig_metric_one(text, "connections", "gauge", "Open TCP connections of the web port.",
                   sig_server_connections(server, cuts));
    sig_metric_family(text, "connections_cut_total", "counter",
                      "Connections that were refused, or ended because they did nothing.");
    for (int i = 0; i < SIG_CUTS; i++)
        sig_metric_count(text, "connections_cut_total", "reason", sig_cut_name((enum sig_cut)i),
                         cuts[i]);
}

static void wire_put(GString *text, const struct sig_daemon *daemon)
{
    static const char *const classes[] = {"other", "1xx", "2xx", "3xx", "4xx", "5xx"};
    uint64_t answers[SIG_STATUS_CLASSES];
    GHashTableIter iter;
    gpointer code, count;
    sig_server_answers(daemon->server, answers);
    sig_metric_one(text, "websockets", "gauge", "Open WebSockets.",
                   sig_server_socket_count(daemon->server));
    connections_put(text, daemon->server);
    sig_metric_family(text, "http_responses_total", "counter", "HTTP answers by class of status.");
    for (int i = 0; i < SIG_STATUS_CLASSES; i++)
        sig_metric_count(text, "http_responses_total", "class", classes[i], answers[i]);
    sig_metric_family(text, "messages_refused_total", "counter",
                      "Refused requests of WebSockets by the error's code.");
    g_hash_table_iter_init(&iter, daemon->tally.refusals);
    while (g_hash_table_iter_next(&iter, &code, &count))
        sig_metric_count(text, "messages_refused_total", "code", code, *(uint64_t *)count);
}

static void packets_put(GString *text, const struct sfu_counters *counters)
{
    sig_metric_family(text, "udp_packets_total", "counter", "Datagrams of the media ports.");
    sig_metric_count(text, "udp_packets_total", "direction", "in", counters->packets_in);
    sig_metric_count(text, "udp_packets_total", "direction", "out", counters->packets_out);
    sig_metric_family(text, "udp_bytes_total", "counter", "Their bytes.");
    sig_metric_count(text, "udp_bytes_total", "direction", "in", counters->bytes_in);
    sig_metric_count(text, "udp_bytes_total", "direction", "out", counters->bytes_out);
    sig_metric_one(text, "rtp_forwarded_total", "counter", "RTP packets handed to a receiver.",
                   counters->forwarded);
    sig_metric_family(text, "packets_dropped_total", "counter",
                      "Packets that went no further, by why.");
    for (int i = 0; i < SFU_DROP_COUNT; i++)
        sig_metric_count(text, "packets_dropped_total", "reason", sfu_drop_name((enum sfu_drop)i),
                         counters->drops[i]);
    sig_metric_one(text, "nacks_received_total", "counter",
                   "Packets that receivers asked for again.", counters->nacks_in);
    sig_metric_one(text, "nacks_answered_total", "counter", "Those that were sent again.",
                   counters->nacks_answered);
    sig_metric_one(text, "nacks_sent_total", "counter", "Packets asked of senders again.",
                   counters->nacks_out);
    sig_metric_one(text, "key_frame_requests_received_total", "counter",
                   "PLI and FIR of receivers.", counters->plis_in);
    sig_metric_one(text, "voice_packets_recovered_total", "counter",
                   "Voice packets lost before us, taken out of the redundancy of later ones.",
                   counters->recovered);
    sig_metric_one(text, "key_frame_requests_sent_total", "counter", "PLI and FIR to senders.",
                   counters->plis_out);
}

static void tcp_put(GString *text, const struct sfu_counters *counters)
{
    sig_metric_one(text, "tcp_connections", "gauge", "TCP connections of the media ports.",
                   counters->tcp_open);
    sig_metric_one(text, "tcp_connections_total", "counter", "Those that were taken.",
                   counters->tcp_accepted);
    sig_metric_family(
        text, "tcp_connections_cut_total", "counter",
        "TCP connections of the media ports that were refused or ended by us, by why.");
    for (int i = 0; i < SFU_TCP_CUTS; i++)
        sig_metric_count(text, "tcp_connections_cut_total", "reason",
                         sfu_tcp_cut_name((enum sfu_tcp_cut)i), counters->tcp_cuts[i]);
    sig_metric_family(text, "tcp_packets_total", "counter", "Packets of these connections.");
    sig_metric_count(text, "tcp_packets_total", "direction", "in", counters->tcp_packets_in);
    sig_metric_count(text, "tcp_packets_total", "direction", "out", counters->tcp_packets_out);
    sig_metric_family(text, "tcp_bytes_total", "counter", "Their bytes.");
    sig_metric_count(text, "tcp_bytes_total", "direction", "in", counters->tcp_bytes_in);
    sig_metric_count(text, "tcp_bytes_total", "direction", "out", counters->tcp_bytes_out);
}

static void delay_put(GString *text, const struct sfu_counters *counters)
{
    uint64_t sum = 0;
    sig_metric_family(text, "forwarding_delay_seconds", "histogram",
                      "From a packet's arrival at the socket until what it became was sent.");
    for (unsigned i = 0; i < SFU_DELAY_BUCKETS; i++) {
        char bound[G_ASCII_DTOSTR_BUF_SIZE] = "+Inf";
        uint64_t bound_us = sfu_delay_bucket_us(i);
        if (bound_us != UINT64_MAX)
            g_ascii_formatd(bound, sizeof bound, "%g", (double)bound_us / 1e6);
        sum += counters->delay_count[i];
        sig_metric_count(text, "forwarding_delay_seconds_bucket", "le", bound, sum);
    }
    sig_metric_number(text, "forwarding_delay_seconds_sum", NULL, NULL,
                      (double)counters->delay_sum_us / 1e6);
    sig_metric_count(text, "forwarding_delay_seconds_count", NULL, NULL, sum);
}

static void workers_put(GString *text, const struct sfu *sfu)
{
    struct sfu_counters counters;
    for (int peers = 0; peers < 2; peers++) {
        const char *name = peers ? "worker_peers" : "worker_rooms";
        sig_metric_family(text, name, "gauge",
                          peers ? "PeerConnections on a media worker." : "Rooms on it.");
        for (unsigned i = 0; i < sfu_worker_count(sfu); i++) {
            char index[12];
            g_snprintf(index, sizeof index, "%u", i);
            sfu_worker_counters_read(sfu, i, &counters);
            sig_metric_count(text, name, "worker", index, peers ? counters.peers : counters.rooms);
        }
    }
}

static void unrecorded_put(GString *text, const struct sig_tally *tally)
{
    sig_metric_family(text, "recordings_failed_total", "counter",
                      "Recordings that could not begin or broke off, by why.");
    for (int i = 0; i < SIG_UNRECORDED_COUNT; i++)
        sig_metric_count(text, "recordings_failed_total", "cause",
                         sig_unrecorded_name((enum sig_unrecorded)i), tally->unrecorded[i]);
}

static void journals_put(GString *text, const struct rec *rec)
{
    struct rec_stats stats;
    rec_stats_read(rec, &stats);
    sig_metric_family(text, "journal_lag_seconds", "gauge",
                      "Age of the oldest record that is not durable yet.");
    sig_metric_number(text, "journal_lag_seconds", NULL, NULL, (double)stats.lag_us / 1e6);
    sig_metric_one(text, "journals_open", "gauge", "Journals being written.", stats.open_journals);
    sig_metric_one(text, "journal_written_bytes_total", "counter", "Bytes written to journals.",
                   stats.written_bytes);
    sig_metric_one(text, "journal_written_packets_total", "counter", "Packets written to them.",
                   stats.written_packets);
    sig_metric_one(text, "journal_lost_packets_total", "counter",
                   "Packets that found no room in a ring; each is a gap in its recording.",
                   stats.lost_packets);
    sig_metric_one(text, "journal_ring_used_bytes", "gauge", "What waits in the rings.",
                   stats.ring_used_bytes);
    sig_metric_one(text, "journal_ring_high_water_bytes", "gauge", "The most that ever waited.",
                   stats.ring_high_water_bytes);
    sig_metric_one(text, "journal_ring_capacity_bytes", "gauge", "What the rings can hold.",
                   stats.ring_capacity_bytes);
    sig_metric_one(text, "spool_free_bytes", "gauge", "Free bytes of the spool's volume.",
                   stats.free_bytes);
}

static void renderer_put(GString *text, const char *archive_dir)
{
    struct rec_figures figures;
    rec_figures_read(archive_dir, &figures);
    int64_t age_us = clock_wall_us() - figures.at_us;
    sig_metric_family(text, "renderer_silent_seconds", "gauge",
                      "Since shipinban-recorder wrote its figures; it does every 10 s.");
    sig_metric_number(text, "renderer_silent_seconds", NULL, NULL, (double)MAX(age_us, 0) / 1e6);
    sig_metric_one(text, "renderings_waiting", "gauge", "Journals that wait to be rendered.",
                   figures.waiting);
    sig_metric_one(text, "renderings_running", "gauge", "Renderings that run.", figures.running);
    sig_metric_one(text, "renderings_done_total", "counter", "Recordings that were published.",
                   figures.done);
    sig_metric_one(text, "renderings_failed_total", "counter",
                   "Renderings that failed; each is tried again.", figures.failed);
    sig_metric_family(text, "rendering_seconds_total", "counter",
                      "Time that renderings took, the failed ones too.");
    sig_metric_number(text, "rendering_seconds_total", NULL, NULL, (double)figures.spent_us / 1e6);
}

GString *sig_metrics_text(struct sig_daemon *daemon)
{
    GString *text = g_string_sized_new(16384);
    struct sfu_counters counters;
    sfu_counters_read(daemon->sfu, &counters);
    process_put(text);
    health_put(text, daemon);
    sessions_put(text, daemon);
    ends_put(text, &daemon->tally);
    hall_put(text, daemon);
    wire_put(text, daemon);
    packets_put(text, &counters);
    tcp_put(text, &counters);
    delay_put(text, &counters);
    workers_put(text, daemon->sfu);
    unrecorded_put(text, &daemon->tally);
    journals_put(text, daemon->rec);
    renderer_put(text, daemon->config->recorder.archive);
    return text;
}
