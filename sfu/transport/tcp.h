/* The TCP side of one worker: ICE-TCP, passive (RFC 6544), framed as RFC 4571 says. Connections are ways to
 * a peer like the address pairs of a UDP socket: tuples whose `socket` has TUPLE_TCP set. Who has not
 * passed a connectivity check over his connection is a stranger, and strangers have little room and time.
 * Worker thread, but for making and listening. */
#ifndef SFU_TRANSPORT_TCP_H
#define SFU_TRANSPORT_TCP_H

#include "sfu/counters.h"
#include "sfu/transport/address.h"
#include "sfu/transport/udp.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    TCP_CONNECTIONS = 4096,
    TCP_STRANGERS = 512,       /* the oldest goes for each that comes beyond */
    TCP_SOURCE_STRANGERS = 32, /* … of one source; half of all for this machine (a proxy on it) */
    TCP_STRANGER_US = 5000000, /* to pass a check */
    TCP_ACCEPTS_A_TURN = 16,   /* a wake-up is bounded */
    TCP_UNSENT_BYTES = 16 * 1024, /* in the kernel and not on the line: what waits, waits with us */
    TCP_CROWDED_US = 600000,      /* a line so far behind gets no new pictures */
    TCP_CROWDED_BYTES = 128 * 1024, /* … or with so much waiting */
};

struct tcp;

/* Tells that a connection is over that the far side (or a limit) ended: no way to anybody any more. */
typedef void (*tcp_lost_fn)(void *user, const struct tuple *tuple);

/* Control thread. Descriptors are watched by `epoll_fd` with data.u32 = `first_tag` + a listener's number
 * (below SFU_MAX_LISTEN), or `first_tag` + SFU_MAX_LISTEN + a connection's. 0 or -ENOMEM. */
int tcp_create(int epoll_fd, uint32_t first_tag, struct counters *counters, tcp_lost_fn lost,
               void *user, struct tcp **ret_tcp);
/* Closes everything, tells nothing. NULL is fine. */
void tcp_destroy(struct tcp *tcp);

/* Control thread, before the worker runs. Listens on `address`; `ret_bound` gets it with the port that was
 * given. 0 or a negative errno. */
int tcp_listen(struct tcp *tcp, const struct address *address, struct address *ret_bound);

/* An event of epoll, `on` = data.u32 - first_tag: takes connections, sends what waits, receives what is
 * there. For a connection tcp_next() then gives the packets. */
void tcp_ready(struct tcp *tcp, uint32_t on, uint32_t events, int64_t now_us);

/* The next packet of the connection that tcp_ready() was called for. False: no more for now. The bytes are
 * valid until the next call; UDP_SPARE_BYTES follow. */
bool tcp_next(struct tcp *tcp, uint32_t on, int64_t now_us, struct udp_datagram *ret_packet);

/* A check was passed over it: no stranger any more. 0, -ENOMEM, or -ENOENT for one that is over. */
int tcp_admit(struct tcp *tcp, const struct tuple *tuple);

/* Sends packets in order, as one write. What the connection does not take waits, whole packets are dropped
 * when too much does (SFU_DROP_TCP_QUEUE_FULL). Never blocks. */
void tcp_send(struct tcp *tcp, const struct tuple *to, const struct udp_slice *packets,
              size_t count, int64_t now_us);

/* Whether a connection is too far behind for new pictures. */
bool tcp_is_crowded(const struct tcp *tcp, const struct tuple *tuple, int64_t now_us);

/* Nobody's any more: closed at the end of the turn, told to nobody. */
void tcp_close(struct tcp *tcp, const struct tuple *tuple);

/* Regularly while tcp_needs_ticks(): strangers' time. */
void tcp_tick(struct tcp *tcp, int64_t now_us);
bool tcp_needs_ticks(const struct tcp *tcp);

/* The end of a turn: closes what is over and tells of it. */
void tcp_sweep(struct tcp *tcp);

#endif
