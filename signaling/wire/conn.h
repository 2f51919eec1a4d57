/* One WebSocket. It puts frames together, holds the limits of docs/protocol.md (size, rate, outbox, a deadline
 * for hello, silence) and knows nothing of what frames mean. The server owns it; it is valid until `closed` of
 * struct sig_server_ops returns. Control thread. */
#ifndef SIGNALING_WIRE_CONN_H
#define SIGNALING_WIRE_CONN_H

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>

enum sig_close {
    SIG_CLOSE_GOING_AWAY = 1001,
    SIG_CLOSE_MALFORMED = 4400,
    SIG_CLOSE_BAD_HELLO = 4401,
    SIG_CLOSE_SUBPROTOCOL = 4406,
    SIG_CLOSE_HELLO_LATE = 4408,
    SIG_CLOSE_TOO_SLOW = 4008,
    SIG_CLOSE_REPLACED = 4009,
    SIG_CLOSE_TOO_LARGE = 4013,
    SIG_CLOSE_TOO_MANY = 4029,
};

enum { SIG_HELLO_MS = 5000 };

struct sig_conn;

/* Sends a text frame; takes a reference. A statistic may be dropped when the reader is slow; a reader that is
 * too slow for the rest is closed. */
void sig_conn_send(struct sig_conn *conn, GBytes *text, bool statistic);

/* Closes after what is in the outbox was written. The first code stays. */
void sig_conn_close(struct sig_conn *conn, enum sig_close code);

/* Hello came and was good: its deadline is over. `client` is whom this socket belongs to (borrowed; NULL
 * takes it back). */
void sig_conn_bind(struct sig_conn *conn, void *client);
void *sig_conn_client(const struct sig_conn *conn);

/* A hello is being looked at: a second one is refused. */
void sig_conn_set_greeting(struct sig_conn *conn, bool greeting);
bool sig_conn_is_greeting(const struct sig_conn *conn);

/* Names the socket for what finishes later; see sig_server_conn(). */
guint64 sig_conn_id(const struct sig_conn *conn);

bool sig_conn_is_closing(const struct sig_conn *conn);

#endif
