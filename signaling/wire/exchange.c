#include "signaling/wire/wire_private.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "signaling/wire/forwarded.h"

enum {
    HEADER_VALUE_BYTES = 4096,
    ANSWER_HEAD_BYTES = 8192,
    MAX_ARGUMENTS = 16,
    ANSWER_WITHIN_S = 30,
    STALL_S = 60,
    READ_AHEAD_BYTES = 1024 * 1024,
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
    bool is_chunked;          /* its length is not announced */
    int64_t complete_us;      /* when the body was read to its end, 0: not yet */
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
    g_autofree char *length = token_copy(wsi, WSI_TOKEN_HTTP_CONTENT_LENGTH);
    exchange->is_chunked = lws_hdr_total_length(wsi, WSI_TOKEN_HTTP_TRANSFER_ENCODING) > 0;
    exchange->announced_bytes = length ? g_ascii_strtoull(length, NULL, 10) : 0;
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
    g_clear_pointer(&exchange->text, g_bytes_unref);
    g_ptr_array_unref(exchange->arguments);
    g_ptr_array_unref(exchange->added);
    g_byte_array_unref(exchange->body);
    g_free(exchange->path);
    g_free(exchange->type);
    g_free(exchange);
}

bool sig_exchange_expects_body(const struct sig_exchange *exchange)
{
    bool takes_one = exchange->method == SIG_POST || exchange->method == SIG_PATCH;
    return takes_one && exchange->announced_bytes > 0;
}

bool sig_exchange_is_chunked(const struct sig_exchange *exchange)
{
    return exchange->is_chunked;
}

bool sig_exchange_complete(struct sig_exchange *exchange)
{
    lws_set_timeout(exchange->wsi, PENDING_TIMEOUT_HTTP_CONTENT, ANSWER_WITHIN_S);
    if (exchange->complete_us) {
        exchange->ends_connection = true; /* what came behind the body stays unread */
        return false;
    }
    exchange->complete_us = clock_now_us();
    return true;
}

bool sig_exchange_is_late(const struct sig_exchange *exchange)
{
    return clock_now_us() - exchange->complete_us > ANSWER_WITHIN_S * (int64_t)G_USEC_PER_SEC;
}

bool sig_exchange_is_answered(const struct sig_exchange *exchange)
{
    return exchange->answered;
}

void sig_exchange_body(struct sig_exchange *exchange, const void *data, size_t len)
{
    if (exchange->answered)
        return;
    size_t most = exchange->server->ops->body_bytes(exchange->path);
    if (exchange->body->len + len > most || exchange->announced_bytes > most) {
        char why[64];
        g_snprintf(why, sizeof why, "the body is larger than %zu KiB", most / 1024);
        sig_exchange_refuse(exchange, 413, "proto.too_large", why);
        return;
    }
    g_byte_array_append(exchange->body, data, (guint)len);
}

void sig_exchange_refuse(struct sig_exchange *exchange, unsigned status, const char *code,
                         const char *message)
{
    char *text = g_strdup_printf("{\"e\":{\"code\":\"%s\",\"msg\":\"%s\"}}", code, message);
    g_autoptr(GBytes) body = g_bytes_new_take(text, strlen(text));
    /* Chunks would be read as the next request; a body of known length is read to its end. */
    exchange->ends_connection = exchange->is_chunked;
    sig_exchange_answer(exchange, status, "application/json; charset=utf-8", body);
}

bool sig_exchange_ends_connection(const struct sig_exchange *exchange)
{
    return exchange->ends_connection;
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
    return !lws_add_http_header_content_length(wsi, exchange->left, at, end) &&
           !lws_finalize_http_header(wsi, at, end);
}

static int head_write(struct sig_exchange *exchange)
{
    unsigned char *start = exchange->server->buffer + LWS_PRE, *at = start;
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
    int r = exchange->head_written ? piece_write(exchange) : head_write(exchange);
    if (r < 0)
        return -1;
    if (!exchange->left)
        return 1;
    lws_callback_on_writable(exchange->wsi);
    return 0;
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
    lws_callback_on_writable(exchange->wsi);
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
    lws_callback_on_writable(exchange->wsi);
}
