#include "signaling/wire/wire_private.h"

#include <errno.h>
#include <string.h>

#include "base/log.h"
#include "signaling/wire/forwarded.h"

#define SUBPROTOCOL "shipinban.v1"
#define SOCKET_PATH "/ws"

/* One address may have a quarter of all WebSockets: many pages of an office behind one address, but never all. */
enum { HEADER_BYTES = 8192, ADDRESS_SHARE = 4, CONNECTIONS_A_SOCKET = 2 };

/* The one header that our proxies set, all its lines; g_free() it. */
static char *proxy_header(const struct sig_server *server, struct lws *wsi)
{
    static const enum lws_token_indexes tokens[] = {
        [SIG_PROXY_X_FORWARDED_FOR] = WSI_TOKEN_X_FORWARDED_FOR,
        [SIG_PROXY_X_REAL_IP] = WSI_TOKEN_HTTP_X_REAL_IP,
    };
    enum lws_token_indexes token = tokens[sig_proxies_header(server->proxies)];
    int len = lws_hdr_total_length(wsi, token);
    if (len <= 0 || len >= HEADER_BYTES)
        return NULL;
    char *value = g_malloc((gsize)len + 1);
    if (lws_hdr_copy(wsi, value, len + 1, token) < 0)
        g_clear_pointer(&value, g_free);
    return value;
}

void sig_server_address(const struct sig_server *server, struct lws *wsi,
                        char ret_address[SIG_BLOCK_BYTES])
{
    char peer[SIG_BLOCK_BYTES] = "";
    lws_get_peer_simple(wsi, peer, sizeof peer);
    g_autofree char *header = proxy_header(server, wsi);
    sig_proxies_client(server->proxies, peer, header, ret_address, SIG_BLOCK_BYTES);
}

const char *sig_server_path(const struct sig_server *server, const char *path)
{
    size_t len = strlen(server->prefix);
    bool is_below = !strncmp(path, server->prefix, len) && (path[len] == '/' || !path[len]);
    return is_below ? path + len : path;
}

const char *sig_server_refusal(const struct sig_server *server, const char *address)
{
    if (server->draining)
        return "server.draining";
    if (g_hash_table_size(server->conns) >= server->max_sockets)
        return "server.busy";
    return sig_blocks_have_room(server->blocks, address) ? NULL : "proto.limit";
}

static int handshake_filter(struct sig_server *server, struct lws *wsi)
{
    char path[256], address[SIG_BLOCK_BYTES];
    if (lws_hdr_copy(wsi, path, sizeof path, WSI_TOKEN_GET_URI) < 0 ||
        strcmp(sig_server_path(server, path), SOCKET_PATH))
        return -1;
    sig_server_address(server, wsi, address);
    const char *refusal = sig_server_refusal(server, address);
    if (!refusal)
        return 0;
    char network[LOG_NETWORK_BYTES];
    log_info("wire", "a socket of %s is refused: %s", log_network(address, network), refusal);
    return -1;
}

static void socket_opened(struct sig_server *server, struct lws *wsi, struct sig_slot *slot)
{
    sig_arrivals_work(server->arrivals, wsi);
    slot->conn = sig_conn_create(server, wsi);
    if (strcmp(lws_get_protocol(wsi)->name, SUBPROTOCOL))
        sig_conn_close(slot->conn, SIG_CLOSE_SUBPROTOCOL);
}

static void exchange_drop(struct sig_slot *slot)
{
    if (slot && slot->exchange)
        g_clear_pointer(&slot->exchange, sig_exchange_destroy);
}

static void request_pass(struct sig_server *server, struct sig_exchange *exchange)
{
    server->ops->request(exchange, server->user);
    if (!sig_exchange_is_answered(exchange))
        sig_exchange_rest(exchange);
}

static int request_begin(struct sig_server *server, struct lws *wsi, struct sig_slot *slot)
{
    sig_arrivals_work(server->arrivals, wsi);
    exchange_drop(slot);
    slot->exchange = sig_exchange_create(server, wsi);
    server->ops->head(slot->exchange, server->user);
    enum sig_length length = sig_exchange_length(slot->exchange);
    if (length == SIG_LENGTH_CHUNKED)
        sig_exchange_refuse(slot->exchange, 411, "proto.length", "Content-Length is missing");
    else if (length == SIG_LENGTH_BAD)
        sig_exchange_refuse(slot->exchange, 400, "proto.length", "Content-Length is not a number");
    else if (sig_exchange_is_too_large(slot->exchange))
        sig_exchange_refuse_size(slot->exchange);
    else if (sig_exchange_is_whole(slot->exchange))
        request_pass(server, slot->exchange);
    return 0;
}

static int request_complete(struct sig_server *server, struct lws *wsi, struct sig_slot *slot)
{
    if (!slot->exchange)
        return -1;
    int r = sig_exchange_complete(slot->exchange);
    if (r <= 0)
        return r;
    if (!sig_exchange_is_answered(slot->exchange))
        request_pass(server, slot->exchange);
    else
        lws_callback_on_writable(wsi);
    return 0;
}

static int answer_go_on(struct sig_server *server, struct lws *wsi, struct sig_slot *slot)
{
    if (!slot->exchange)
        return 0;
    int r = sig_exchange_writeable(slot->exchange);
    /* A body that was refused is read to its end: whoever still sends it would not find the answer. */
    if (r <= 0 || !sig_exchange_is_whole(slot->exchange))
        return MIN(r, 0);
    bool ends = sig_exchange_ends_connection(slot->exchange);
    exchange_drop(slot);
    sig_arrivals_rest(server->arrivals, wsi);
    return ends || lws_http_transaction_completed(wsi) ? -1 : 0;
}

/* What both protocols of the port hear: plain HTTP has the first, WebSockets the second. */
static int callback(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in,
                    size_t len)
{
    struct sig_slot *slot = user;
    struct lws_context *context = lws_get_context(wsi);
    struct sig_server *server = context ? lws_context_user(context) : NULL;
    int r = 0;

    /* lws has a hundred reasons; those not named here are of no interest. */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wswitch-enum"
    switch (reason) {
    case LWS_CALLBACK_OPENSSL_LOAD_EXTRA_SERVER_VERIFY_CERTS:
        r = sig_certificate_attach(server->certificate, user);
        break;
    case LWS_CALLBACK_FILTER_NETWORK_CONNECTION:
        r = sig_arrivals_admit(server->arrivals, (int)(intptr_t)in) ? 0 : -1;
        break;
    case LWS_CALLBACK_SERVER_NEW_CLIENT_INSTANTIATED:
        sig_arrivals_enter(server->arrivals, wsi);
        break;
    case LWS_CALLBACK_WSI_DESTROY: sig_arrivals_leave(server->arrivals, wsi); break;
    case LWS_CALLBACK_HTTP_CONFIRM_UPGRADE: r = g_ascii_strcasecmp(in, "websocket") ? -1 : 0; break;
    /* What follows a CONNECT. */
    case LWS_CALLBACK_RAW_ADOPT: r = -1; break;
    case LWS_CALLBACK_FILTER_PROTOCOL_CONNECTION: r = handshake_filter(server, wsi); break;
    case LWS_CALLBACK_ESTABLISHED: socket_opened(server, wsi, slot); break;
    case LWS_CALLBACK_RECEIVE: r = slot->conn ? sig_conn_received(slot->conn, in, len) : 0; break;
    case LWS_CALLBACK_SERVER_WRITEABLE: r = slot->conn ? sig_conn_writeable(slot->conn) : 0; break;
    case LWS_CALLBACK_CLOSED:
        if (slot && slot->conn)
            g_clear_pointer(&slot->conn, sig_conn_destroy);
        break;
    case LWS_CALLBACK_HTTP: r = request_begin(server, wsi, slot); break;
    case LWS_CALLBACK_HTTP_BODY:
        r = slot->exchange ? sig_exchange_body(slot->exchange, in, len) : -1;
        break;
    case LWS_CALLBACK_HTTP_BODY_COMPLETION: r = request_complete(server, wsi, slot); break;
    case LWS_CALLBACK_HTTP_WRITEABLE: r = answer_go_on(server, wsi, slot); break;
    case LWS_CALLBACK_CLOSED_HTTP:
    case LWS_CALLBACK_HTTP_DROP_PROTOCOL: exchange_drop(slot); break;
    default: break;
    }
#pragma GCC diagnostic pop
    return r;
}

static const struct lws_protocols protocols[] = {
    {"http", callback, sizeof(struct sig_slot), 4096, 0, NULL, SIG_CHUNK_BYTES},
    {SUBPROTOCOL, callback, sizeof(struct sig_slot), 4096, 0, NULL, 0},
    {NULL, NULL, 0, 0, 0, NULL, 0},
};

static void lws_says(int level, const char *line)
{
    size_t len = strcspn(line, "\n");
    if (level & LLL_ERR)
        log_warning("lws", "%.*s", (int)len, line);
    else
        log_debug("lws", "%.*s", (int)len, line);
}

static int context_create(struct sig_server *server, const struct sig_server_config *config)
{
    void *loops[1] = {server->loop = g_main_loop_new(NULL, FALSE)};
    struct lws_context_creation_info info = {0};
    bool all4 = !strcmp(config->listen, "0.0.0.0"), all6 = !strcmp(config->listen, "::");
    info.port = (int)config->port;
    info.iface = all4 || all6 ? NULL : config->listen;
    info.protocols = protocols;
    info.user = server;
    info.server_string = "shipinban";
    info.foreign_loops = loops;
    info.max_http_header_data = HEADER_BYTES;
    info.keepalive_timeout = SIG_ARRIVALS_NEXT_S;
    /* docs/decisions/0007-http-1-1.md */
    info.alpn = "http/1.1";
    info.options = LWS_SERVER_OPTION_GLIB | LWS_SERVER_OPTION_DO_SSL_GLOBAL_INIT |
                   LWS_SERVER_OPTION_EXPLICIT_VHOSTS | LWS_SERVER_OPTION_VALIDATE_UTF8 |
                   LWS_SERVER_OPTION_DISABLE_OS_CA_CERTS;
    /* The certificate comes in LWS_CALLBACK_OPENSSL_LOAD_EXTRA_SERVER_VERIFY_CERTS. */
    if (server->certificate)
        info.options |= LWS_SERVER_OPTION_CREATE_VHOST_SSL_CTX;
    if (!strchr(config->listen, ':'))
        info.options |= LWS_SERVER_OPTION_DISABLE_IPV6;
    server->context = lws_create_context(&info);
    if (server->context)
        server->vhost = lws_create_vhost(server->context, &info);
    return server->vhost ? 0 : -EADDRINUSE;
}

int sig_server_create(const struct sig_server_config *config, const struct sig_server_ops *ops,
                      void *user, struct sig_server **ret_server, char **ret_what)
{
    struct sig_server *server = g_new0(struct sig_server, 1);
    server->ops = ops;
    server->user = user;
    server->max_sockets = config->max_sockets;
    server->ping_every_ms = config->ping_every_ms;
    server->ping_timeout_ms = config->ping_timeout_ms;
    server->tls = config->tls;
    server->prefix = g_strdup(config->prefix);
    server->proxies = config->proxies;
    server->blocks = sig_blocks_create(MAX(config->max_sockets / ADDRESS_SHARE, 1));
    server->arrivals = sig_arrivals_create(
        config->proxies, config->max_sockets * CONNECTIONS_A_SOCKET, config->descriptors);
    server->conns = g_hash_table_new(g_int64_hash, g_int64_equal);
    server->exchanges = g_hash_table_new(g_int64_hash, g_int64_equal);
    lws_set_log_level(LLL_ERR | LLL_WARN, lws_says);
    int r = config->tls ? sig_certificate_create(config->certificate, config->private_key,
                                                 config->hostname, &server->certificate, ret_what)
                        : 0;
    if (r < 0) {
        sig_server_destroy(server);
        return r;
    }
    r = context_create(server, config);
    if (r < 0) {
        *ret_what = g_strdup_printf("cannot listen on %s port %u with certificate %s",
                                    config->listen, config->port, config->certificate);
        sig_server_destroy(server);
        return r;
    }
    *ret_server = server;
    return 0;
}

void sig_server_destroy(struct sig_server *server)
{
    if (!server)
        return;
    if (server->context)
        lws_context_destroy(server->context);
    g_clear_pointer(&server->loop, g_main_loop_unref);
    sig_certificate_destroy(server->certificate);
    sig_arrivals_destroy(server->arrivals);
    sig_blocks_destroy(server->blocks);
    g_hash_table_unref(server->conns);
    g_hash_table_unref(server->exchanges);
    g_free(server->prefix);
    g_free(server);
}

bool sig_server_certificate(const struct sig_server *server, int64_t *ret_not_after_s)
{
    if (server->certificate)
        *ret_not_after_s = sig_certificate_not_after_s(server->certificate);
    return server->certificate;
}

void sig_server_reload(struct sig_server *server)
{
    if (server->certificate)
        sig_certificate_reload(server->certificate);
}

unsigned sig_server_port(const struct sig_server *server)
{
    return (unsigned)lws_get_vhost_listen_port(server->vhost);
}

unsigned sig_server_socket_count(const struct sig_server *server)
{
    return g_hash_table_size(server->conns);
}

unsigned sig_server_connections(const struct sig_server *server, uint64_t ret_cuts[SIG_CUTS])
{
    sig_arrivals_cuts(server->arrivals, ret_cuts);
    return sig_arrivals_count(server->arrivals);
}

void sig_server_answers(const struct sig_server *server, uint64_t ret_answers[SIG_STATUS_CLASSES])
{
    memcpy(ret_answers, server->answers, sizeof server->answers);
}

void sig_server_drain(struct sig_server *server)
{
    server->draining = true;
    GHashTableIter iter;
    gpointer conn;
    g_hash_table_iter_init(&iter, server->conns);
    while (g_hash_table_iter_next(&iter, NULL, &conn))
        sig_conn_close(conn, SIG_CLOSE_GOING_AWAY);
}

struct sig_exchange *sig_server_exchange(struct sig_server *server, uint64_t exchange)
{
    return g_hash_table_lookup(server->exchanges, &exchange);
}

struct sig_conn *sig_server_conn(struct sig_server *server, uint64_t conn)
{
    return g_hash_table_lookup(server->conns, &conn);
}
