#include "signaling/daemon.h"

#include <errno.h>
#include <glib-unix.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "signaling/ctl/control.h"
#include "signaling/handlers/handlers.h"
#include "signaling/http/addresses.h"
#include "signaling/http/api_key.h"
#include "signaling/http/router.h"
#include "signaling/session/claims.h"
#include "signaling/session/diag.h"
#include "signaling/session/client.h"
#include "signaling/session/departure.h"
#include "signaling/session/errands.h"
#include "signaling/session/media_events.h"
#include "signaling/session/recording.h"
#include "signaling/session/reports.h"
#include "signaling/session/revival.h"
#include "signaling/session/session.h"
#include "signaling/session/turn.h"
#include "signaling/watchdog.h"
#include "signaling/wire/conn.h"
#include "signaling/wire/dispatch.h"
#include "signaling/wire/forwarded.h"
#include "signaling/wire/listen.h"
#include "signaling/wire/server.h"
#include "signaling/wire/tls.h"

enum { EVENTS_A_TURN = 256 };

static void text_came(struct sig_conn *conn, const char *text, size_t len, void *user)
{
    sig_dispatch(user, conn, text, len);
}

static void socket_closed(struct sig_conn *conn, void *user)
{
    struct sig_client *client = sig_conn_client(conn);
    if (!client)
        return;
    sig_conn_bind(conn, NULL);
    sig_client_detach(client);
    sig_departure_away(client);
}

static const struct sig_server_ops server_ops = {text_came, socket_closed, sig_http_head,
                                                 sig_http_request, sig_http_body_bytes};

static gboolean hall_is_readable(int fd, GIOCondition condition, gpointer user)
{
    hall_dispatch(((struct sig_daemon *)user)->hall);
    return G_SOURCE_CONTINUE;
}

/* A bounded number a turn: the descriptor stays readable while there is more. */
static gboolean sfu_is_readable(int fd, GIOCondition condition, gpointer user)
{
    struct sig_daemon *daemon = user;
    struct sfu_event event;
    for (int i = 0; i < EVENTS_A_TURN && sfu_next_event(daemon->sfu, &event); i++)
        sig_media_event(daemon, &event);
    return G_SOURCE_CONTINUE;
}

static gboolean rec_is_readable(int fd, GIOCondition condition, gpointer user)
{
    struct sig_daemon *daemon = user;
    struct rec_event event;
    for (int i = 0; i < EVENTS_A_TURN && rec_next_event(daemon->rec, &event); i++)
        sig_recording_event(daemon, &event);
    return G_SOURCE_CONTINUE;
}

static GSource *watch(int fd, GUnixFDSourceFunc fn, struct sig_daemon *daemon)
{
    GSource *source = g_unix_fd_source_new(fd, G_IO_IN);
    g_source_set_callback(source, G_SOURCE_FUNC(fn), daemon, NULL);
    g_source_attach(source, NULL);
    return source;
}

static void tables_create(struct sig_daemon *daemon)
{
    sig_tally_init(&daemon->tally);
    daemon->clients = g_hash_table_new(g_str_hash, g_str_equal);
    daemon->identities = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    daemon->sessions = g_hash_table_new(g_str_hash, g_str_equal);
    daemon->seats = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    daemon->windows = g_hash_table_new_full(NULL, NULL, NULL, g_free);
    daemon->pending = g_hash_table_new_full(NULL, NULL, g_free, NULL);
    daemon->reports = sig_reports_create();
    daemon->greetings = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    daemon->claims = sig_claims_create();
    daemon->diags = sig_diags_create(daemon);
    daemon->errands = sig_errands_create(sig_errand_run, daemon);
    daemon->addresses = sig_addresses_create();
}

static int sfu_start(struct sig_daemon *daemon, char **ret_what)
{
    const struct sig_config *config = daemon->config;
    struct sfu_config sfu = {
        .udp_port = (uint16_t)config->media.udp_port,
        .tcp = config->media.tcp_port != 0,
        .tcp_port = (uint16_t)config->media.tcp_port,
        .tcp_public_port = (uint16_t)config->media.tcp_public_port,
        .workers = config->media.workers,
        .max_rooms = config->media.max_rooms,
        .max_peers = config->media.max_rooms * SIG_MAX_ROOM_PEERS,
        .socket_buffer_bytes = (size_t)config->media.socket_buffer_kib * 1024,
        .media_timeout_ms = config->media.media_timeout_ms,
        .consent_timeout_ms = config->media.consent_timeout_ms,
    };
    for (unsigned i = 0; i < SFU_MAX_LISTEN && config->media.listen[i]; i++)
        sfu.listen[i] = config->media.listen[i];
    for (unsigned i = 0;
         i < SFU_MAX_LISTEN && config->media.public_ip && config->media.public_ip[i]; i++)
        sfu.public_ip[i] = config->media.public_ip[i];
    return sfu_create(&sfu, &daemon->sfu, ret_what);
}

static int hall_start(struct sig_daemon *daemon, char **ret_what)
{
    const struct sig_config *config = daemon->config;
    struct hall_config hall = {
        .database = config->hall.database,
        .seed_dir = config->hall.seed_dir,
        .demo_accounts_file = config->hall.demo_accounts_file,
        .always_open = config->hall.always_open,
        .max_waiting = config->hall.max_waiting,
        .ring_ms = config->hall.ring_ms,
        .offer_ms = config->hall.offer_ms,
        .connect_ms = config->hall.connect_ms,
        .wrap_up_ms = config->hall.wrap_up_ms,
        .citizen_lost_ms = config->hall.citizen_lost_ms,
        .clerk_lost_ms = config->hall.clerk_lost_ms,
        .queue_offline_ms = config->hall.queue_offline_ms,
        .park_ms = config->hall.park_ms,
        .no_show_ms = config->hall.no_show_ms,
        .revive_ms = config->hall.revive_ms,
    };
    int r = hall_create(&hall, &daemon->hall, ret_what);
    if (r == 0)
        hall_observe(daemon->hall, sig_hall_event, daemon);
    return r;
}

static int rec_start(struct sig_daemon *daemon, char **ret_what)
{
    const struct sig_config *config = daemon->config;
    struct rec_config rec = {
        .spool_dir = config->recorder.spool,
        .workers = config->media.workers,
        .ring_bytes = (size_t)config->recorder.ring_mib * 1024 * 1024,
        .sync_interval_ms = config->recorder.sync_interval_ms,
        .segment_bytes = (uint64_t)config->recorder.segment_mib * 1024 * 1024,
        .reserve_bytes = (uint64_t)config->recorder.reserve_mib * 1024 * 1024,
        .max_journals = config->media.max_rooms * config->media.workers,
    };
    return rec_create(&rec, &daemon->rec, ret_what);
}

/* A part did not start: the words of the key that it depends on. */
static int blame(const struct sig_daemon *daemon, int r, const char *section, const char *key,
                 char **ret_what)
{
    if (r >= 0)
        return r;
    g_autofree char *why = *ret_what ? *ret_what : g_strdup(g_strerror(-r));
    *ret_what = sig_config_fault(daemon->config, section, key, why);
    return r;
}

static const char *media_key(int r, const char *what)
{
    if (r != -EADDRINUSE)
        return "listen";
    return what && g_str_has_prefix(what, "TCP ") ? "tcp_port" : "udp_port";
}

static int archive_ensure(const struct sig_daemon *daemon, char **ret_what)
{
    const char *path = daemon->config->recorder.archive;
    int r = g_mkdir_with_parents(path, 0700) < 0 ? -errno : 0;
    if (r == 0 && access(path, W_OK | X_OK) < 0)
        r = -errno;
    if (r < 0)
        *ret_what = g_strdup_printf("%s cannot be written: %s", path, g_strerror(-r));
    return r;
}

/* The configuration was checked: nothing here can fail. */
static void proxy_prepare(struct sig_daemon *daemon)
{
    const struct sig_config *config = daemon->config;
    const char *bad, *url = config->server.public_url;
    const char *path = url ? strchr(strstr(url, "://") + 3, '/') : NULL;
    daemon->public_path = g_strdup(path ? path : "");
    daemon->proxies =
        sig_proxies_create(config->server.trusted_proxies, config->server.proxy_header, &bad);
    daemon->metrics_from =
        sig_proxies_create(config->server.metrics_from, SIG_PROXY_X_FORWARDED_FOR, &bad);
}

static unsigned descriptors_count(void)
{
    struct rlimit limit = {0};
    (void)getrlimit(RLIMIT_NOFILE, &limit);
    return (unsigned)MIN(limit.rlim_cur, G_MAXINT);
}

static int server_start(struct sig_daemon *daemon, char **ret_what)
{
    const struct sig_config *config = daemon->config;
    proxy_prepare(daemon);
    struct sig_server_config server = {
        .listen = config->server.listen,
        .port = config->server.port,
        .tls = config->server.tls,
        .certificate = config->server.certificate,
        .private_key = config->server.private_key,
        .hostname = config->server.hostname,
        .prefix = daemon->public_path,
        .proxies = daemon->proxies,
        .ping_every_ms = config->server.ping_every_ms,
        .ping_timeout_ms = config->server.ping_timeout_ms,
        .max_sockets = config->server.max_sockets,
        .descriptors = descriptors_count(),
    };
    int r = server.tls ? sig_tls_ensure(server.certificate, server.private_key,
                                        config->server.hostname, ret_what)
                       : 0;
    if (r < 0)
        return blame(daemon, r, "server", "certificate", ret_what);
    r = sig_listen_probe(server.listen, server.port, ret_what);
    if (r < 0)
        return blame(daemon, r, "server", r == -EADDRINUSE ? "port" : "listen", ret_what);
    r = sig_server_create(&server, &server_ops, daemon, &daemon->server, ret_what);
    r = blame(daemon, r, "server", "certificate", ret_what);
    if (r < 0)
        return r;
    daemon->public_url =
        config->server.public_url
            ? g_strdup(config->server.public_url)
            : sig_listen_url(config->server.tls, config->server.hostname, config->server.listen,
                             sig_server_port(daemon->server));
    return 0;
}

static int parts_start(struct sig_daemon *daemon, char **ret_what)
{
    int r = sig_turn_create(daemon->config, &daemon->turn, ret_what);
    if (r < 0)
        return r;
    r = sig_api_key_load(daemon->config->api.key_file, &daemon->api_key, ret_what);
    if (r < 0)
        return blame(daemon, r, "api", "key_file", ret_what);
    r = sfu_start(daemon, ret_what);
    if (r < 0)
        return blame(daemon, r, "media", media_key(r, *ret_what), ret_what);
    r = rec_start(daemon, ret_what);
    if (r < 0)
        return blame(daemon, r, "recorder", "spool", ret_what);
    r = archive_ensure(daemon, ret_what);
    if (r < 0)
        return blame(daemon, r, "recorder", "archive", ret_what);
    r = hall_start(daemon, ret_what);
    bool seeds = r < 0 && *ret_what && g_str_has_prefix(*ret_what, "seed file ");
    if (r < 0)
        return blame(daemon, r, "hall", seeds ? "seed_dir" : "database", ret_what);
    r = server_start(daemon, ret_what);
    if (r < 0)
        return r;
    r = sig_control_create(daemon, daemon->config->server.control, &daemon->control, ret_what);
    if (r == -ENAMETOOLONG) { /* a deep folder is no reason not to serve */
        log_warning("main", "shipinbanctl finds no door, [server] control is too long: %s",
                    *ret_what);
        g_clear_pointer(ret_what, g_free);
        return 0;
    }
    return blame(daemon, r, "server", "control", ret_what);
}

int sig_daemon_create(const struct sig_config *config, struct sig_daemon **ret_daemon,
                      char **ret_what)
{
    struct sig_daemon *daemon = g_new0(struct sig_daemon, 1);
    daemon->config = config;
    daemon->started_us = clock_now_us();
    tables_create(daemon);
    int r = parts_start(daemon, ret_what);
    if (r < 0) {
        sig_daemon_destroy(daemon);
        return r;
    }
    daemon->sources[0] = watch(hall_fd(daemon->hall), hall_is_readable, daemon);
    daemon->sources[1] = watch(sfu_event_fd(daemon->sfu), sfu_is_readable, daemon);
    daemon->sources[2] = watch(rec_event_fd(daemon->rec), rec_is_readable, daemon);
    sig_revival_run(daemon);
    daemon->watchdog = sig_watchdog_create(daemon);
    *ret_daemon = daemon;
    return 0;
}

static void clients_destroy(struct sig_daemon *daemon)
{
    GHashTableIter iter;
    gpointer client;
    for (;;) {
        g_hash_table_iter_init(&iter, daemon->clients);
        if (!g_hash_table_iter_next(&iter, NULL, &client))
            return;
        sig_client_destroy(client);
    }
}

static void sources_destroy(struct sig_daemon *daemon)
{
    for (size_t i = 0; i < G_N_ELEMENTS(daemon->sources); i++)
        if (daemon->sources[i]) {
            g_source_destroy(daemon->sources[i]);
            g_clear_pointer(&daemon->sources[i], g_source_unref);
        }
    g_clear_handle_id(&daemon->queue_timer, g_source_remove);
    sig_drain_finish(&daemon->drain);
    g_clear_pointer(&daemon->control, sig_control_destroy);
    g_clear_pointer(&daemon->watchdog, sig_watchdog_destroy);
}

void sig_daemon_destroy(struct sig_daemon *daemon)
{
    if (!daemon)
        return;
    sources_destroy(daemon);
    sig_sessions_end(daemon, SIG_REASON_SERVER_RESTART);
    g_clear_handle_id(&daemon->trim_timer, g_source_remove);
    clients_destroy(daemon);
    sig_diags_destroy(daemon->diags);
    sig_server_destroy(daemon->server);
    sig_errands_destroy(daemon->errands);
    sfu_destroy(daemon->sfu);
    rec_destroy(daemon->rec);
    hall_destroy(daemon->hall);
    sig_claims_destroy(daemon->claims);
    sig_addresses_destroy(daemon->addresses);
    g_hash_table_unref(daemon->clients);
    g_hash_table_unref(daemon->identities);
    g_hash_table_unref(daemon->sessions);
    g_hash_table_unref(daemon->seats);
    g_hash_table_unref(daemon->windows);
    g_hash_table_unref(daemon->pending);
    g_hash_table_unref(daemon->reports);
    g_hash_table_unref(daemon->greetings);
    sig_tally_finish(&daemon->tally);
    sig_turn_destroy(daemon->turn);
    g_free(daemon->api_key);
    sig_proxies_destroy(daemon->proxies);
    sig_proxies_destroy(daemon->metrics_from);
    g_free(daemon->public_url);
    g_free(daemon->public_path);
    g_free(daemon);
}
