/* What the files over libwebsockets share. Private to wire/. */
#ifndef SIGNALING_WIRE_WIRE_PRIVATE_H
#define SIGNALING_WIRE_WIRE_PRIVATE_H

#include <glib.h>
#include <libwebsockets.h>

#include "signaling/wire/arrivals.h"
#include "signaling/wire/blocks.h"
#include "signaling/wire/certificate.h"
#include "signaling/wire/conn.h"
#include "signaling/wire/exchange.h"
#include "signaling/wire/server.h"

enum { SIG_CHUNK_BYTES = 64 * 1024 };

struct sig_server {
    struct lws_context *context;
    GMainLoop *loop; /* never run: tells lws the context (the default one) it is to live in */
    struct lws_vhost *vhost;
    const struct sig_server_ops *ops;
    void *user;
    const struct sig_proxies *proxies;
    struct sig_certificate *certificate; /* NULL: plain http */
    char *prefix;
    unsigned max_sockets, ping_every_ms, ping_timeout_ms;
    bool tls, draining;
    guint64 next_id;
    uint64_t answers[SIG_STATUS_CLASSES];
    struct sig_arrivals *arrivals;
    struct sig_blocks *blocks; /* WebSockets by where they come from */
    GHashTable *conns;         /* id -> struct sig_conn, owned */
    GHashTable *exchanges;     /* id -> struct sig_exchange, owned */
    /* One thread writes at a time: a frame or a piece of a body is laid out here behind lws's headroom. */
    unsigned char buffer[LWS_PRE + SIG_CHUNK_BYTES];
};

/* lws keeps one of these a connection. */
struct sig_slot {
    struct sig_conn *conn;
    struct sig_exchange *exchange;
};

/* Who is at the other end, behind the proxies that are ours. */
void sig_server_address(const struct sig_server *server, struct lws *wsi,
                        char ret_address[SIG_BLOCK_BYTES]);
/* `path` without our prefix, where it has it: borrowed from `path`; "" for the prefix alone. */
const char *sig_server_path(const struct sig_server *server, const char *path);

/* The callbacks of one WebSocket; what they return, lws's callback returns. */
struct sig_conn *sig_conn_create(struct sig_server *server, struct lws *wsi);
void sig_conn_destroy(struct sig_conn *conn);
int sig_conn_received(struct sig_conn *conn, const void *data, size_t len);
int sig_conn_writeable(struct sig_conn *conn);

/* The same for one HTTP request. */
struct sig_exchange *sig_exchange_create(struct sig_server *server, struct lws *wsi);
void sig_exchange_destroy(struct sig_exchange *exchange);
/* What the head says of the body. */
enum sig_length {
    SIG_LENGTH_NONE,
    SIG_LENGTH_SAID,
    SIG_LENGTH_CHUNKED, /* nothing of it is read */
    SIG_LENGTH_BAD,
};
enum sig_length sig_exchange_length(const struct sig_exchange *exchange);
/* A piece of the body. -1: the connection is to end. */
int sig_exchange_body(struct sig_exchange *exchange, const void *data, size_t len);
bool sig_exchange_is_too_large(const struct sig_exchange *exchange);
/* All of the request is here. */
bool sig_exchange_is_whole(const struct sig_exchange *exchange);
bool sig_exchange_is_answered(const struct sig_exchange *exchange);
/* lws says that the body is here. 1: for the first time; 0: again; -1: too often, the connection is to end. */
int sig_exchange_complete(struct sig_exchange *exchange);
/* Nothing more is read until there is an answer. */
void sig_exchange_rest(struct sig_exchange *exchange);
/* Answers with a JSON error, with which the connection ends. `message` needs no escapes. */
void sig_exchange_refuse(struct sig_exchange *exchange, unsigned status, const char *code,
                         const char *message);
void sig_exchange_refuse_size(struct sig_exchange *exchange);
/* The client asked for it, or more than the request has come: what is behind it is not looked at. */
bool sig_exchange_ends_connection(const struct sig_exchange *exchange);
/* 1: the answer is complete and nothing of it waits in lws. */
int sig_exchange_writeable(struct sig_exchange *exchange);

#endif
