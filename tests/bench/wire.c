#include "tests/bench/wire.h"

#include "base/clock.h"

#include <arpa/inet.h>
#include <errno.h>
#include <glib.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <openssl/ssl.h>

enum { TIMEOUT_US = 20000000, CHUNK_BYTES = 16384, HEAD_BYTES = 14, MESSAGE_BYTES = 1 << 20 };

struct wire {
    int fd;
    SSL *ssl;
    GByteArray *in; /* read and not yet used */
};

/* ---- bytes ---- */

/* 0, -ETIMEDOUT, or -ECANCELED by `stop_fd`. */
static int io_wait(const struct wire *wire, short events, int64_t until_us, int stop_fd)
{
    struct pollfd fds[] = {{.fd = wire->fd, .events = events}, {.fd = stop_fd, .events = POLLIN}};
    for (;;) {
        int64_t left_us = until_us - clock_now_us();
        if (left_us <= 0)
            return -ETIMEDOUT;
        if (poll(fds, G_N_ELEMENTS(fds), (int)MIN(left_us / 1000 + 1, 60000)) < 0 && errno != EINTR)
            return -errno;
        if (fds[1].revents)
            return -ECANCELED;
        if (fds[0].revents)
            return 0;
    }
}

/* What an SSL call that did not succeed waits for: 0 when it may be tried again. */
static int tls_wait(struct wire *wire, int r, int64_t until_us, int stop_fd)
{
    int error = SSL_get_error(wire->ssl, r);
    if (error != SSL_ERROR_WANT_READ && error != SSL_ERROR_WANT_WRITE)
        return -ECONNRESET;
    return io_wait(wire, error == SSL_ERROR_WANT_READ ? POLLIN : POLLOUT, until_us, stop_fd);
}

static int bytes_send(struct wire *wire, const void *data, size_t len)
{
    int64_t until_us = clock_now_us() + TIMEOUT_US;
    const uint8_t *at = data;
    while (len) {
        int r = 0;
        ssize_t n =
            wire->ssl ? SSL_write(wire->ssl, at, (int)len) : send(wire->fd, at, len, MSG_NOSIGNAL);
        if (n > 0) {
            at += n;
            len -= (size_t)n;
        } else if (wire->ssl) {
            r = tls_wait(wire, (int)n, until_us, -1);
        } else {
            r = errno == EAGAIN ? io_wait(wire, POLLOUT, until_us, -1) : -errno;
        }
        if (r < 0)
            return r;
    }
    return 0;
}

/* Reads on until `in` holds `len` bytes. */
static int bytes_need(struct wire *wire, size_t len, int64_t until_us, int stop_fd)
{
    uint8_t chunk[CHUNK_BYTES];
    while (wire->in->len < len) {
        int r = 0;
        ssize_t n = wire->ssl ? SSL_read(wire->ssl, chunk, sizeof chunk)
                              : recv(wire->fd, chunk, sizeof chunk, 0);
        if (n > 0)
            g_byte_array_append(wire->in, chunk, (guint)n);
        else if (wire->ssl)
            r = tls_wait(wire, (int)n, until_us, stop_fd);
        else if (n < 0 && errno == EAGAIN)
            r = io_wait(wire, POLLIN, until_us, stop_fd);
        else
            r = -ECONNRESET;
        if (r < 0)
            return r;
    }
    return 0;
}

/* ---- connecting ---- */

static SSL_CTX *context(void)
{
    static SSL_CTX *ctx;
    static gsize made;
    if (g_once_init_enter(&made)) {
        ctx = SSL_CTX_new(TLS_client_method());
        SSL_CTX_set_verify(ctx, SSL_VERIFY_NONE, NULL);
        SSL_CTX_set_mode(ctx, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
        g_once_init_leave(&made, 1);
    }
    return ctx;
}

static int tls_begin(struct wire *wire)
{
    int64_t until_us = clock_now_us() + TIMEOUT_US;
    wire->ssl = SSL_new(context());
    SSL_set_fd(wire->ssl, wire->fd);
    for (;;) {
        int r = SSL_connect(wire->ssl);
        if (r == 1)
            return 0;
        r = tls_wait(wire, r, until_us, -1);
        if (r < 0)
            return r;
    }
}

static int tcp_begin(struct wire *wire, const struct wire_to *to)
{
    struct sockaddr_in peer = {.sin_family = AF_INET, .sin_port = htons(to->port)};
    struct sockaddr_in own = {.sin_family = AF_INET};
    int on = 1, error = 0;
    socklen_t len = sizeof error;
    if (inet_pton(AF_INET, to->address, &peer.sin_addr) != 1)
        return -EINVAL;
    setsockopt(wire->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    if (to->from && inet_pton(AF_INET, to->from, &own.sin_addr) == 1) {
        setsockopt(wire->fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on, sizeof on);
        if (bind(wire->fd, (struct sockaddr *)&own, sizeof own) < 0)
            return -errno;
    }
    if (connect(wire->fd, (struct sockaddr *)&peer, sizeof peer) < 0 && errno != EINPROGRESS)
        return -errno;
    int r = io_wait(wire, POLLOUT, clock_now_us() + TIMEOUT_US, -1);
    if (r < 0)
        return r;
    getsockopt(wire->fd, SOL_SOCKET, SO_ERROR, &error, &len);
    return -error;
}

int wire_open(const struct wire_to *to, struct wire **ret_wire)
{
    struct wire *wire = g_new0(struct wire, 1);
    wire->in = g_byte_array_new();
    wire->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    int r = wire->fd < 0 ? -errno : tcp_begin(wire, to);
    if (r == 0 && to->tls)
        r = tls_begin(wire);
    if (r < 0)
        wire_close(wire);
    else
        *ret_wire = wire;
    return r;
}

void wire_close(struct wire *wire)
{
    if (!wire)
        return;
    if (wire->ssl)
        SSL_shutdown(wire->ssl);
    SSL_free(wire->ssl);
    if (wire->fd >= 0)
        close(wire->fd);
    g_byte_array_unref(wire->in);
    g_free(wire);
}

/* ---- HTTP ---- */

/* Takes the head of an answer; its status. */
static int head_take(struct wire *wire, size_t *ret_body_len)
{
    int64_t until_us = clock_now_us() + TIMEOUT_US;
    const char *end;
    int first = bytes_need(wire, 1, until_us, -1);
    if (first < 0)
        return first;
    while (!(end = g_strstr_len((char *)wire->in->data, wire->in->len, "\r\n\r\n"))) {
        int r = wire->in->len > MESSAGE_BYTES ? -EMSGSIZE
                                              : bytes_need(wire, wire->in->len + 1, until_us, -1);
        if (r < 0)
            return r;
    }
    gsize head_len = (gsize)(end - (char *)wire->in->data) + 4;
    g_autofree char *head = g_ascii_strdown((char *)wire->in->data, (gssize)head_len);
    const char *length = strstr(head, "\r\ncontent-length:");
    *ret_body_len = length ? (size_t)g_ascii_strtoull(length + 17, NULL, 10) : 0;
    g_byte_array_remove_range(wire->in, 0, (guint)head_len);
    return strlen(head) > 12 ? atoi(head + 9) : -EBADMSG;
}

static int exchange(struct wire *wire, const char *method, const char *path, const char *bearer,
                    const char *body, json_t **ret_answer)
{
    size_t len = 0;
    g_autoptr(GString) text = g_string_new(NULL);
    g_string_printf(text, "%s %s HTTP/1.1\r\nHost: localhost\r\nContent-Length: %zu\r\n", method,
                    path, strlen(body));
    if (bearer)
        g_string_append_printf(text, "Authorization: Bearer %s\r\n", bearer);
    g_string_append_printf(text, "\r\n%s", body);
    int r = bytes_send(wire, text->str, text->len);
    int status = r < 0 ? r : head_take(wire, &len);
    *ret_answer = NULL;
    if (status < 0)
        return status;
    r = bytes_need(wire, len, clock_now_us() + TIMEOUT_US, -1);
    if (r < 0)
        return r;
    *ret_answer = json_loadb((char *)wire->in->data, len, 0, NULL);
    g_byte_array_remove_range(wire->in, 0, (guint)len);
    return status;
}

int wire_post(struct wire *wire, const char *path, const char *bearer, const json_t *body,
              json_t **ret_answer)
{
    char *text = json_dumps(body, JSON_COMPACT);
    int status = exchange(wire, "POST", path, bearer, text, ret_answer);
    free(text);
    return status;
}

int wire_get(struct wire *wire, const char *path, json_t **ret_answer)
{
    return exchange(wire, "GET", path, NULL, "", ret_answer);
}

/* ---- WebSocket ---- */

int wire_upgrade(struct wire *wire, const char *path, const char *protocol)
{
    size_t len = 0;
    g_autofree char *text =
        g_strdup_printf("GET %s HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\n"
                        "Connection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
                        "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Protocol: %s\r\n\r\n",
                        path, protocol);
    int r = bytes_send(wire, text, strlen(text));
    int status = r < 0 ? r : head_take(wire, &len);
    return status < 0 ? status : status == 101 ? 0 : -EPROTO;
}

/* The mask is zero: it protects proxies, and there is none here. */
static int frame_send(struct wire *wire, uint8_t opcode, const void *data, size_t len)
{
    g_autoptr(GByteArray) frame = g_byte_array_new();
    uint8_t head[HEAD_BYTES] = {(uint8_t)(0x80 | opcode)};
    size_t at = 2;
    if (len < 126) {
        head[1] = (uint8_t)(0x80 | len);
    } else {
        bool large = len > UINT16_MAX;
        head[1] = large ? 0xff : 0xfe;
        for (int shift = large ? 56 : 8; shift >= 0; shift -= 8)
            head[at++] = (uint8_t)((uint64_t)len >> shift);
    }
    g_byte_array_append(frame, head, (guint)at + 4);
    g_byte_array_append(frame, data, (guint)len);
    return bytes_send(wire, frame->data, frame->len);
}

int wire_send_json(struct wire *wire, const json_t *message)
{
    char *text = json_dumps(message, JSON_COMPACT);
    int r = frame_send(wire, 1, text, strlen(text));
    free(text);
    return r;
}

/* One frame's head: how many bytes it has, and how many follow. */
static int frame_head(struct wire *wire, int64_t until_us, int stop_fd, size_t *ret_head,
                      uint64_t *ret_len)
{
    int r = bytes_need(wire, 2, until_us, stop_fd);
    if (r < 0)
        return r;
    unsigned small = wire->in->data[1] & 0x7f, more = small == 126 ? 2 : small == 127 ? 8 : 0;
    r = bytes_need(wire, 2 + more, until_us, stop_fd);
    if (r < 0)
        return r;
    uint64_t len = more ? 0 : small;
    for (unsigned i = 0; i < more; i++)
        len = len << 8 | wire->in->data[2 + i];
    *ret_head = 2 + more;
    *ret_len = len;
    return len > MESSAGE_BYTES ? -EMSGSIZE : bytes_need(wire, 2 + more + len, until_us, stop_fd);
}

int wire_receive_json(struct wire *wire, int64_t timeout_us, int stop_fd, json_t **ret_message)
{
    int64_t until_us = clock_now_us() + timeout_us;
    g_autoptr(GByteArray) text = g_byte_array_new();
    for (;;) {
        size_t head;
        uint64_t len;
        int r = frame_head(wire, until_us, stop_fd, &head, &len);
        if (r < 0)
            return r;
        bool final = wire->in->data[0] & 0x80;
        uint8_t opcode = wire->in->data[0] & 0x0f;
        if (opcode == 9)
            frame_send(wire, 10, wire->in->data + head, (size_t)len);
        if (opcode <= 1)
            g_byte_array_append(text, wire->in->data + head, (guint)len);
        g_byte_array_remove_range(wire->in, 0, (guint)(head + len));
        if (opcode == 8)
            return -ECONNRESET;
        if (opcode > 1 || !final)
            continue;
        *ret_message = json_loadb((char *)text->data, text->len, 0, NULL);
        return *ret_message ? 0 : -EBADMSG;
    }
}
