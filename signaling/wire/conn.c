#include "signaling/wire/wire_private.h"

#include <string.h>

#include "base/bucket.h"
#include "base/clock.h"
#include "base/log.h"
#include "signaling/wire/json.h"
#include "signaling/wire/outbox.h"

enum {
    FRAMES_PER_S = 50,
    FRAMES_BURST = 100,
    FRAME_KEPT_BYTES = 1024, /* an offer needs much more, and comes once */
    CLOSE_WITHIN_S = 5,
};

struct sig_conn {
    struct sig_server *server;
    struct lws *wsi;
    guint64 id;
    void *client;
    bool greeting;
    enum sig_close close_code; /* 0: open */
    /* In the midst of a piece that is refused: with bytes unread behind it a close would become a reset, and the reason
     * would be lost. */
    bool swallowing;
    struct sig_outbox outbox;
    struct bucket bucket;
    GByteArray *frame; /* what came so far of a frame in pieces */
    int64_t heard_us;
    guint hello_timer, silence_timer;
    char address[SIG_BLOCK_BYTES];
};

static gboolean hello_is_late(gpointer data)
{
    struct sig_conn *conn = data;
    conn->hello_timer = 0;
    sig_conn_close(conn, SIG_CLOSE_HELLO_LATE);
    return G_SOURCE_REMOVE;
}

static void ping_send(struct sig_conn *conn)
{
    g_autofree char *text =
        g_strdup_printf("{\"t\":\"ping\",\"at\":%" G_GINT64_FORMAT "}", clock_wall_us() / 1000);
    g_autoptr(GBytes) bytes = g_bytes_new(text, strlen(text));
    sig_conn_send(conn, bytes, false);
}

/* A page that says nothing is asked; one that does not answer is gone. */
static gboolean silence_look(gpointer data)
{
    struct sig_conn *conn = data;
    int64_t silent_ms = (clock_now_us() - conn->heard_us) / 1000;
    if (silent_ms >= conn->server->ping_every_ms + conn->server->ping_timeout_ms) {
        conn->silence_timer = 0;
        sig_conn_close(conn, SIG_CLOSE_GOING_AWAY);
        return G_SOURCE_REMOVE;
    }
    if (silent_ms >= conn->server->ping_every_ms)
        ping_send(conn);
    return G_SOURCE_CONTINUE;
}

struct sig_conn *sig_conn_create(struct sig_server *server, struct lws *wsi)
{
    struct sig_conn *conn = g_new0(struct sig_conn, 1);
    int64_t now_us = clock_now_us();
    conn->server = server;
    conn->wsi = wsi;
    conn->id = ++server->next_id;
    conn->heard_us = now_us;
    conn->frame = g_byte_array_new();
    sig_outbox_init(&conn->outbox);
    conn->bucket = bucket_make(FRAMES_PER_S, FRAMES_BURST);
    sig_server_address(server, wsi, conn->address);
    sig_blocks_enter(server->blocks, conn->address);
    conn->hello_timer = g_timeout_add(SIG_HELLO_MS, hello_is_late, conn);
    conn->silence_timer = g_timeout_add(server->ping_every_ms / 2, silence_look, conn);
    g_hash_table_insert(server->conns, &conn->id, conn);
    return conn;
}

void sig_conn_destroy(struct sig_conn *conn)
{
    g_clear_handle_id(&conn->hello_timer, g_source_remove);
    g_clear_handle_id(&conn->silence_timer, g_source_remove);
    conn->server->ops->closed(conn, conn->server->user);
    sig_blocks_leave(conn->server->blocks, conn->address);
    g_hash_table_remove(conn->server->conns, &conn->id);
    sig_outbox_finish(&conn->outbox);
    g_byte_array_unref(conn->frame);
    g_free(conn);
}

static bool frame_fits(struct sig_conn *conn, size_t len)
{
    if (conn->frame->len + len + lws_remaining_packet_payload(conn->wsi) <= SIG_FRAME_BYTES)
        return true;
    conn->swallowing = true;
    sig_conn_close(conn, SIG_CLOSE_TOO_LARGE);
    return false;
}

static void frame_clear(struct sig_conn *conn)
{
    if (conn->frame->len > FRAME_KEPT_BYTES) {
        g_byte_array_unref(conn->frame);
        conn->frame = g_byte_array_new();
    }
    g_byte_array_set_size(conn->frame, 0);
}

static bool frame_ends(struct sig_conn *conn)
{
    return !lws_remaining_packet_payload(conn->wsi) && lws_is_final_fragment(conn->wsi);
}

/* To the end of the piece that is coming: one that never says its last piece is not waited for. */
static void swallow(struct sig_conn *conn)
{
    if (!conn->swallowing || lws_remaining_packet_payload(conn->wsi))
        return;
    conn->swallowing = false;
    lws_callback_on_writable(conn->wsi);
}

int sig_conn_received(struct sig_conn *conn, const void *data, size_t len)
{
    if (conn->close_code) {
        swallow(conn);
        return 0;
    }
    conn->heard_us = clock_now_us();
    if (lws_frame_is_binary(conn->wsi)) {
        sig_conn_close(conn, SIG_CLOSE_MALFORMED);
        return 0;
    }
    if (!frame_fits(conn, len)) {
        swallow(conn);
        return 0;
    }
    g_byte_array_append(conn->frame, data, (guint)len);
    if (!frame_ends(conn))
        return 0;
    if (!bucket_take(&conn->bucket, conn->heard_us)) {
        sig_conn_close(conn, SIG_CLOSE_TOO_MANY);
        return 0;
    }
    conn->server->ops->text(conn, (const char *)conn->frame->data, conn->frame->len,
                            conn->server->user);
    frame_clear(conn);
    return 0;
}

int sig_conn_writeable(struct sig_conn *conn)
{
    g_autoptr(GBytes) text = sig_outbox_take(&conn->outbox);
    if (text) {
        gsize len;
        const void *data = g_bytes_get_data(text, &len);
        memcpy(conn->server->buffer + LWS_PRE, data, len);
        if (lws_write(conn->wsi, conn->server->buffer + LWS_PRE, len, LWS_WRITE_TEXT) < (int)len)
            return -1;
    }
    if (!sig_outbox_is_empty(&conn->outbox)) {
        lws_callback_on_writable(conn->wsi);
        return 0;
    }
    if (!conn->close_code || conn->swallowing)
        return 0;
    lws_close_reason(conn->wsi, (enum lws_close_status)conn->close_code, NULL, 0);
    return -1;
}

void sig_conn_send(struct sig_conn *conn, GBytes *text, bool statistic)
{
    if (conn->close_code)
        return;
    if (g_bytes_get_size(text) > SIG_CHUNK_BYTES) {
        log_error("wire", "a message of %zu bytes is more than a frame may hold",
                  g_bytes_get_size(text));
        sig_conn_close(conn, SIG_CLOSE_TOO_SLOW);
        return;
    }
    if (sig_outbox_put(&conn->outbox, text, statistic) < 0) {
        sig_outbox_finish(&conn->outbox);
        sig_conn_close(conn, SIG_CLOSE_TOO_SLOW);
        return;
    }
    lws_callback_on_writable(conn->wsi);
}

void sig_conn_close(struct sig_conn *conn, enum sig_close code)
{
    if (conn->close_code)
        return;
    conn->close_code = code;
    g_clear_handle_id(&conn->hello_timer, g_source_remove);
    log_debug("wire", "socket %" G_GUINT64_FORMAT " closes with %d", conn->id, code);
    lws_set_timeout(conn->wsi, PENDING_TIMEOUT_CLOSE_SEND, CLOSE_WITHIN_S);
    lws_callback_on_writable(conn->wsi);
}

void sig_conn_bind(struct sig_conn *conn, void *client)
{
    conn->client = client;
    if (client)
        g_clear_handle_id(&conn->hello_timer, g_source_remove);
}

void *sig_conn_client(const struct sig_conn *conn)
{
    return conn->client;
}

void sig_conn_set_greeting(struct sig_conn *conn, bool greeting)
{
    conn->greeting = greeting;
}

bool sig_conn_is_greeting(const struct sig_conn *conn)
{
    return conn->greeting;
}

guint64 sig_conn_id(const struct sig_conn *conn)
{
    return conn->id;
}

bool sig_conn_is_closing(const struct sig_conn *conn)
{
    return conn->close_code != 0;
}
