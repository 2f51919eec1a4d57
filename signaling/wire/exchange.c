#include "signaling/wire/wire_private.h"

#include <errno.h>
#include <fcntl.h>
#include <glib-unix.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "signaling/wire/forwarded.h"

enum {
    HEADER_VALUE_BYTES = 4096,
    ANSWER_HEAD_BYTES = 8192,
    MAX_ARGUMENTS = 16,
    REQUEST_WITHIN_S = 30,
    ANSWER_WITHIN_S = 30,
    STALL_S = 60,
    READ_AHEAD_BYTES = 1024 * 1024,
    LENGTH_DIGITS = 18,
    UNREAD_BYTES =
        1024 * 1024, /* of a refused body: read on, so that its sender finds the answer */
    REPEATED_ENDS = 64,
};

struct sig_exchange {
    struct sig_server *server;
    struct lws *wsi; /* NULL: the client is gone */
    uint64_t id;
    enum sig_method method;
    char *path, *headers[SIG_HEADER_COUNT];
    GPtrArray *arguments; /* "name=value" */
    GByteArray *body;
    uint64_t announced_bytes; /* Content-Length of the request */
    enum sig_length length;
    int64_t begun_us;
    bool is_whole; /* all of the request is here */
    uint64_t unwanted_bytes;
    unsigned ends; /* how often lws said that the body is here */
    guint watch;   /* the turn is over, or the socket takes something */
    bool ends_connection;
    bool is_secure;
    char address[46];
    /* The answer. */
    bool answered, head_written;
    unsigned status;
    char *type;
    GPtrArray *added; /* name, value, name, value … */
    GBytes *text;
    int fd;
    uint64_t at, left; /* in the text or the file */
};

static const enum lws_token_indexes tokens[SIG_HEADER_COUNT] = {
    [SIG_HEADER_AUTHORIZATION] = WSI_TOKEN_HTTP_AUTHORIZATION,
    [SIG_HEADER_COOKIE] = WSI_TOKEN_HTTP_COOKIE,
    [SIG_HEADER_RANGE] = WSI_TOKEN_HTTP_RANGE,
    [SIG_HEADER_IF_NONE_MATCH] = WSI_TOKEN_HTTP_IF_NONE_MATCH,
    [SIG_HEADER_IF_RANGE] = WSI_TOKEN_HTTP_IF_RANGE,
    [SIG_HEADER_IF_MATCH] = WSI_TOKEN_HTTP_IF_MATCH,
    [SIG_HEADER_CONTENT_TYPE] = WSI_TOKEN_HTTP_CONTENT_TYPE,
    [SIG_HEADER_ACCEPT_ENCODING] = WSI_TOKEN_HTTP_ACCEPT_ENCODING,
};

static char *token_copy(struct lws *wsi, enum lws_token_indexes token)
{
    int len = lws_hdr_total_length(wsi, token);
    if (len <= 0 || len >= HEADER_VALUE_BYTES)
        return NULL;
    char *value = g_malloc((gsize)len + 1);
    if (lws_hdr_copy(wsi, value, len + 1, token) < 0)
        g_clear_pointer(&value, g_free);
    return value;
}

static void arguments_read(struct sig_exchange *exchange)
{
    char argument[512];
    for (int n = 0; n < MAX_ARGUMENTS; n++) {
        if (lws_hdr_copy_fragment(exchange->wsi, argument, sizeof argument, WSI_TOKEN_HTTP_URI_ARGS,
                                  n) < 0)
            return;
        g_ptr_array_add(exchange->arguments, g_strdup(argument));
    }
}

static enum sig_method method_of(int lws_method)
{
    switch (lws_method) {
    case LWSHUMETH_GET: return SIG_GET;
    case LWSHUMETH_HEAD: return SIG_HEAD;
    case LWSHUMETH_POST: return SIG_POST;
    case LWSHUMETH_PATCH: return SIG_PATCH;
    case LWSHUMETH_DELETE: return SIG_DELETE;
    case LWSHUMETH_OPTIONS: return SIG_OPTIONS;
    default: return SIG_OTHER_METHOD;
    }
}

static void line_read(struct sig_exchange *exchange)
{
    char *uri = NULL;
    int len = 0;
    exchange->method = method_of(lws_http_get_uri_and_method(exchange->wsi, &uri, &len));
    g_autofree char *path = uri && len > 0 ? g_strndup(uri, (gsize)len) : g_strdup("/");
    exchange->path = g_strdup(sig_server_path(exchange->server, path));
}

/* What a proxy of ours says of its side; what others say is nothing. */
static bool is_secure(const struct sig_server *server, struct lws *wsi)
{
    static const char name[] = "x-forwarded-proto:";
    char peer[SIG_BLOCK_BYTES] = "", scheme[16];
    lws_get_peer_simple(wsi, peer, sizeof peer);
    if (!sig_proxies_trust(server->proxies, peer))
        return server->tls;
    int len = lws_hdr_custom_copy(wsi, scheme, sizeof scheme, name, sizeof name - 1);
    return len > 0 ? !g_ascii_strcasecmp(scheme, "https") : server->tls;
}

/* Every byte of the value is looked at: behind a zero byte lws would see another length than we do, and each would wait
 * for the other. */
static void length_read(struct sig_exchange *exchange)
{
    g_autofree char *length = token_copy(exchange->wsi, WSI_TOKEN_HTTP_CONTENT_LENGTH);
    size_t digits = length ? strspn(length, "0123456789") : 0;
    if (lws_hdr_total_length(exchange->wsi, WSI_TOKEN_HTTP_TRANSFER_ENCODING) > 0)
        exchange->length = SIG_LENGTH_CHUNKED;
    else if (lws_hdr_total_length(exchange->wsi, WSI_TOKEN_HTTP_CONTENT_LENGTH) <= 0)
        exchange->length = SIG_LENGTH_NONE;
    else if (!digits || digits > LENGTH_DIGITS ||
             digits != (size_t)lws_hdr_total_length(exchange->wsi, WSI_TOKEN_HTTP_CONTENT_LENGTH))
        exchange->length = SIG_LENGTH_BAD;
    else
        exchange->length = SIG_LENGTH_SAID;
    if (exchange->length == SIG_LENGTH_SAID)
        exchange->announced_bytes = g_ascii_strtoull(length, NULL, 10);
    /* Without a length lws takes what follows these for their bodies: the next request would be swallowed. */
    bool may_have_body = exchange->method == SIG_POST || exchange->method == SIG_PATCH ||
                         exchange->method == SIG_OTHER_METHOD;
    exchange->ends_connection = exchange->length != SIG_LENGTH_SAID &&
                                (may_have_body || exchange->length != SIG_LENGTH_NONE);
    exchange->is_whole = !exchange->announced_bytes;
}

struct sig_exchange *sig_exchange_create(struct sig_server *server, struct lws *wsi)
{
    struct sig_exchange *exchange = g_new0(struct sig_exchange, 1);
    exchange->server = server;
    exchange->wsi = wsi;
    exchange->id = ++server->next_id;
    exchange->fd = -1;
    exchange->arguments = g_ptr_array_new_with_free_func(g_free);
    exchange->added = g_ptr_array_new_with_free_func(g_free);
    exchange->body = g_byte_array_new();
    line_read(exchange);
    for (int i = 0; i < SIG_HEADER_COUNT; i++)
        exchange->headers[i] = token_copy(wsi, tokens[i]);
    arguments_read(exchange);
    exchange->begun_us = clock_now_us();
    length_read(exchange);
    sig_server_address(server, wsi, exchange->address);
    exchange->is_secure = is_secure(server, wsi);
    lws_set_timeout(wsi, PENDING_TIMEOUT_HTTP_CONTENT, ANSWER_WITHIN_S);
    g_hash_table_insert(server->exchanges, &exchange->id, exchange);
    return exchange;
}

void sig_exchange_destroy(struct sig_exchange *exchange)
{
    g_hash_table_remove(exchange->server->exchanges, &exchange->id);
    for (int i = 0; i < SIG_HEADER_COUNT; i++)
        g_free(exchange->headers[i]);
    if (exchange->fd >= 0)
        close(exchange->fd);
    g_clear_handle_id(&exchange->watch, g_source_remove);
    g_clear_pointer(&exchange->text, g_bytes_unref);
    g_ptr_array_unref(exchange->arguments);
    g_ptr_array_unref(exchange->added);
    g_byte_array_unref(exchange->body);
    g_free(exchange->path);
    g_free(exchange->type);
    g_free(exchange);
}

enum sig_length sig_exchange_length(const struct sig_exchange *exchange)
{
    return exchange->length;
}

bool sig_exchange_is_whole(const struct sig_exchange *exchange)
{
    return exchange->is_whole;
}

bool sig_exchange_is_answered(const struct sig_exchange *exchange)
{
    return exchange->answered;
}

bool sig_exchange_is_too_large(const struct sig_exchange *exchange)
{
    return exchange->announced_bytes > exchange->server->ops->body_bytes(exchange->path);
}

void sig_exchange_refuse_size(struct sig_exchange *exchange)
{
    char why[64];
    g_snprintf(why, sizeof why, "the body is larger than %zu KiB",
               exchange->server->ops->body_bytes(exchange->path) / 1024);
    sig_exchange_refuse(exchange, 413, "proto.too_large", why);
}

/* lws offers what was read behind a request again and again until the answer is written, and is told of what was not
 * read as often: a client could keep the thread busy. So nothing is read. */
void sig_exchange_rest(struct sig_exchange *exchange)
{
    lws_rx_flow_control(exchange->wsi, 0);
}

static gboolean turn_over(gpointer user);
static gboolean became_writable(gint fd, GIOCondition condition, gpointer user);

/* lws does not write for a connection that reads nothing either: it gets one turn of the loop for that whenever the
 * socket takes something. */
static void turn_take(struct sig_exchange *exchange)
{
    lws_rx_flow_control(exchange->wsi, 1);
    lws_callback_on_writable(exchange->wsi);
    g_clear_handle_id(&exchange->watch, g_source_remove);
    exchange->watch = g_idle_add_full(G_PRIORITY_DEFAULT, turn_over, exchange, NULL);
}

static gboolean turn_over(gpointer user)
{
    struct sig_exchange *exchange = user;
    sig_exchange_rest(exchange);
    exchange->watch = g_unix_fd_add(lws_get_socket_fd(exchange->wsi),
                                    G_IO_OUT | G_IO_ERR | G_IO_HUP, became_writable, exchange);
    return G_SOURCE_REMOVE;
}

static gboolean became_writable(gint fd, GIOCondition condition, gpointer user)
{
    struct sig_exchange *exchange = user;
    (void)fd;
    (void)condition;
    exchange->watch = 0;
    turn_take(exchange);
    return G_SOURCE_REMOVE;
}

/* The answer is out, the rest of the request is not here. */
static void rest_end(struct sig_exchange *exchange)
{
    g_clear_handle_id(&exchange->watch, g_source_remove);
    lws_rx_flow_control(exchange->wsi, 1);
}

/* Bytes that lws holds already; of which connection, it does not say. Our own request is done with, so another one's
 * costs this one no more than a new connection. */
static bool has_bytes_behind(const struct sig_exchange *exchange)
{
    return !lws_service_adjust_timeout(lws_get_context(exchange->wsi), 1, 0);
}

int sig_exchange_complete(struct sig_exchange *exchange)
{
    lws_set_timeout(exchange->wsi, PENDING_TIMEOUT_HTTP_CONTENT, ANSWER_WITHIN_S);
    if (exchange->is_whole)
        return ++exchange->ends > REPEATED_ENDS ? -1 : 0;
    exchange->is_whole = true;
    return 1;
}

int sig_exchange_body(struct sig_exchange *exchange, const void *data, size_t len)
{
    int64_t age_us = clock_now_us() - exchange->begun_us;
    if (age_us > REQUEST_WITHIN_S * (int64_t)G_USEC_PER_SEC)
        return -1;
    if (!exchange->answered && !exchange->is_whole) {
        g_byte_array_append(exchange->body, data, (guint)len);
        return 0;
    }
    exchange->unwanted_bytes += len;
    exchange->ends_connection |= len > 0;
    return exchange->unwanted_bytes > UNREAD_BYTES ? -1 : 0;
}

void sig_exchange_refuse(struct sig_exchange *exchange, unsigned status, const char *code,
                         const char *message)
{
    char *text = g_strdup_printf("{\"e\":{\"code\":\"%s\",\"msg\":\"%s\"}}", code, message);
    g_autoptr(GBytes) body = g_bytes_new_take(text, strlen(text));
    exchange->ends_connection = true;
    sig_exchange_answer(exchange, status, "application/json; charset=utf-8", body);
}

bool sig_exchange_ends_connection(const struct sig_exchange *exchange)
{
    return exchange->ends_connection || has_bytes_behind(exchange);
}

static bool head_lines(struct sig_exchange *exchange, unsigned char **at, unsigned char *end)
{
    struct lws *wsi = exchange->wsi;
    if (lws_add_http_header_status(wsi, exchange->status, at, end))
        return false;
    if (exchange->type && lws_add_http_header_by_token(wsi, WSI_TOKEN_HTTP_CONTENT_TYPE,
                                                       (const unsigned char *)exchange->type,
                                                       (int)strlen(exchange->type), at, end))
        return false;
    for (guint i = 0; i < exchange->added->len; i += 2) {
        const char *name = exchange->added->pdata[i], *value = exchange->added->pdata[i + 1];
        if (lws_add_http_header_by_name(wsi, (const unsigned char *)name,
                                        (const unsigned char *)value, (int)strlen(value), at, end))
            return false;
    }
    static const unsigned char close_it[] = "close";
    if (exchange->ends_connection &&
        lws_add_http_header_by_token(wsi, WSI_TOKEN_CONNECTION, close_it, sizeof close_it - 1, at,
                                     end))
        return false;
    return !lws_add_http_header_content_length(wsi, exchange->left, at, end) &&
           !lws_finalize_http_header(wsi, at, end);
}

static int head_write(struct sig_exchange *exchange)
{
    unsigned char *start = exchange->server->buffer + LWS_PRE, *at = start;
    exchange->ends_connection |= has_bytes_behind(exchange);
    if (!head_lines(exchange, &at, start + ANSWER_HEAD_BYTES))
        return -1;
    size_t len = (size_t)(at - start);
    if (lws_write(exchange->wsi, start, len, LWS_WRITE_HTTP_HEADERS) < (int)len)
        return -1;
    exchange->head_written = true;
    if (exchange->method == SIG_HEAD)
        exchange->left = 0;
    return 0;
}

static int piece_write(struct sig_exchange *exchange)
{
    unsigned char *start = exchange->server->buffer + LWS_PRE;
    size_t len = MIN(exchange->left, SIG_CHUNK_BYTES);
    if (exchange->fd >= 0) {
        ssize_t n = pread(exchange->fd, start, len, (off_t)exchange->at);
        if (n <= 0) { /* shorter than it was: the length is promised, so the connection must end */
            log_warning("http", "a file ended before its announced length");
            return -1;
        }
        len = (size_t)n;
    } else {
        memcpy(start, (const char *)g_bytes_get_data(exchange->text, NULL) + exchange->at, len);
    }
    exchange->at += len;
    exchange->left -= len;
    if (exchange->fd >= 0 && exchange->left && exchange->at % READ_AHEAD_BYTES < SIG_CHUNK_BYTES)
        posix_fadvise(exchange->fd, (off_t)exchange->at, READ_AHEAD_BYTES * 2, POSIX_FADV_WILLNEED);
    int protocol = exchange->left ? LWS_WRITE_HTTP : LWS_WRITE_HTTP_FINAL;
    lws_set_timeout(exchange->wsi, PENDING_TIMEOUT_HTTP_CONTENT, STALL_S);
    return lws_write(exchange->wsi, start, len, (enum lws_write_protocol)protocol) < (int)len ? -1
                                                                                              : 0;
}

/* 1: the answer is complete. */
int sig_exchange_writeable(struct sig_exchange *exchange)
{
    if (!exchange->answered)
        return 0;
    int r = 0;
    if (!exchange->head_written)
        r = head_write(exchange);
    else if (exchange->left)
        r = piece_write(exchange);
    if (r < 0)
        return -1;
    if (exchange->left || lws_partial_buffered(exchange->wsi)) {
        lws_callback_on_writable(exchange->wsi);
        return 0;
    }
    rest_end(exchange);
    return 1;
}

uint64_t sig_exchange_id(const struct sig_exchange *exchange)
{
    return exchange->id;
}

enum sig_method sig_exchange_method(const struct sig_exchange *exchange)
{
    return exchange->method;
}

const char *sig_exchange_path(const struct sig_exchange *exchange)
{
    return exchange->path;
}

const char *sig_exchange_header(const struct sig_exchange *exchange, enum sig_header header)
{
    return exchange->headers[header];
}

const char *sig_exchange_argument(const struct sig_exchange *exchange, const char *name)
{
    size_t len = strlen(name);
    for (guint i = 0; i < exchange->arguments->len; i++) {
        const char *argument = exchange->arguments->pdata[i];
        if (!strncmp(argument, name, len) && argument[len] == '=')
            return argument + len + 1;
    }
    return NULL;
}

const char *sig_exchange_body_text(const struct sig_exchange *exchange, size_t *ret_len)
{
    *ret_len = exchange->body->len;
    return (const char *)exchange->body->data;
}

bool sig_exchange_is_secure(const struct sig_exchange *exchange)
{
    return exchange->is_secure;
}

const char *sig_exchange_address(const struct sig_exchange *exchange)
{
    return exchange->address;
}

void sig_exchange_add_header(struct sig_exchange *exchange, const char *name, const char *value)
{
    g_ptr_array_add(exchange->added, g_strdup_printf("%s:", name));
    g_ptr_array_add(exchange->added, g_strdup(value));
}

static void answered(struct sig_exchange *exchange, unsigned status)
{
    unsigned class = status / 100 < SIG_STATUS_CLASSES ? status / 100 : 0;
    exchange->server->answers[class]++;
    exchange->answered = true;
    exchange->status = status;
}

void sig_exchange_answer(struct sig_exchange *exchange, unsigned status, const char *type,
                         GBytes *body)
{
    g_return_if_fail(!exchange->answered);
    answered(exchange, status);
    exchange->type = g_strdup(type);
    exchange->text = body ? g_bytes_ref(body) : NULL;
    exchange->left = body ? g_bytes_get_size(body) : 0;
    turn_take(exchange);
}

void sig_exchange_answer_file(struct sig_exchange *exchange, unsigned status, const char *type,
                              int fd, uint64_t offset, uint64_t len)
{
    g_return_if_fail(!exchange->answered);
    answered(exchange, status);
    exchange->type = g_strdup(type);
    exchange->fd = fd;
    exchange->at = offset;
    exchange->left = len;
    posix_fadvise(fd, (off_t)offset, (off_t)MIN(len, READ_AHEAD_BYTES), POSIX_FADV_WILLNEED);
    turn_take(exchange);
}
