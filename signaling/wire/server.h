/* The web server: one port for pages, the HTTP interface and WebSockets, on libwebsockets, run by GLib's
 * default main loop; it speaks TLS unless a proxy in front does. Everything here belongs to the thread of that loop. */
#ifndef SIGNALING_WIRE_SERVER_H
#define SIGNALING_WIRE_SERVER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct sig_conn;
struct sig_exchange;
struct sig_proxies;
struct sig_server;

struct sig_server_config {
    const char *listen; /* address; "0.0.0.0" and "::" are all */
    unsigned port;      /* 0: the system chooses */
    bool tls;
    const char *certificate, *private_key; /* PEM files; with `tls` */
    const char *hostname;                  /* for a self-made certificate's renewal */
    const char *prefix; /* "/video": stands before our paths, or a proxy took it away; "": none */
    const struct sig_proxies *proxies; /* borrowed, outlives the server */
    unsigned ping_every_ms, ping_timeout_ms;
    unsigned
        max_sockets; /* WebSockets; more are refused in the handshake. Connections: twice as many */
    unsigned
        descriptors; /* how many the process may have; connections leave a quarter of them free */
};

struct sig_server_ops {
    /* One whole text frame, borrowed for the call. */
    void (*text)(struct sig_conn *conn, const char *text, size_t len, void *user);
    /* The socket is gone; `conn` dies when this returns. */
    void (*closed)(struct sig_conn *conn, void *user);
    /* The head of an HTTP request: adds what every answer to it has, a refusal by the server itself too. */
    void (*head)(struct sig_exchange *exchange, void *user);
    /* A whole HTTP request. Answered now or later (wire/exchange.h). */
    void (*request)(struct sig_exchange *exchange, void *user);
    /* The largest body that a request to this path may have. */
    size_t (*body_bytes)(const char *path);
};

/* Listens. 0 or a negative errno; `ret_what` says in words what failed; g_free() it. `ops` outlives the
 * server. */
int sig_server_create(const struct sig_server_config *config, const struct sig_server_ops *ops,
                      void *user, struct sig_server **ret_server, char **ret_what);

/* Closes every socket at once: `closed` is called for each. NULL is fine. */
void sig_server_destroy(struct sig_server *server);

unsigned sig_server_port(const struct sig_server *server);
unsigned sig_server_socket_count(const struct sig_server *server);

/* Why a connection was ended before it said anything of use. */
enum sig_cut {
    SIG_CUT_ADDRESS,     /* one address has too many */
    SIG_CUT_FULL,        /* there are too many */
    SIG_CUT_DESCRIPTORS, /* what descriptors are left is for others */
    SIG_CUT_SILENT,      /* no request in time */
    SIG_CUT_CROWDED,     /* it did nothing and made room for another */
    SIG_CUTS,
};
const char *sig_cut_name(enum sig_cut cut);

/* TCP connections of the web port: those there are, WebSockets among them, and how many were cut since the start. */
unsigned sig_server_connections(const struct sig_server *server, uint64_t ret_cuts[SIG_CUTS]);

/* HTTP answers by the first digit of their status; [0]: of another. */
enum { SIG_STATUS_CLASSES = 6 };
void sig_server_answers(const struct sig_server *server, uint64_t ret_answers[SIG_STATUS_CLASSES]);

/* When the certificate ends, in seconds since 1970. False: there is none. */
bool sig_server_certificate(const struct sig_server *server, int64_t *ret_not_after_s);

/* Reads the certificate's files again; what comes of it is in the log. */
void sig_server_reload(struct sig_server *server);

/* Why a WebSocket from `address` would be refused now: the code of an error; NULL: it would not. */
const char *sig_server_refusal(const struct sig_server *server, const char *address);

/* Says goodbye to every WebSocket with close code 1001 and accepts no more. */
void sig_server_drain(struct sig_server *server);

/* The WebSocket with this sig_conn_id() if it is still there, else NULL. */
struct sig_conn *sig_server_conn(struct sig_server *server, uint64_t conn);

/* The exchange if its client still waits, else NULL. */
struct sig_exchange *sig_server_exchange(struct sig_server *server, uint64_t exchange);

#endif
