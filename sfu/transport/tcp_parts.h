/* What the files of the TCP side share; see tcp.h. */
#ifndef SFU_TRANSPORT_TCP_PARTS_H
#define SFU_TRANSPORT_TCP_PARTS_H

#include "sfu/transport/backlog.h"
#include "sfu/transport/framing.h"
#include "sfu/transport/tcp.h"

struct tcp_connection {
    int fd;
    struct tuple tuple;
    bool stranger, over, lost; /* lost: over, and told of */
    bool waiting;              /* EPOLLOUT is asked for */
    int64_t accepted_us;
    struct tcp_connection *older, *newer; /* tcp.oldest … tcp.newest: strangers by age */
    struct tcp_connection *next_over;     /* tcp.over */
    struct framing in;
    struct backlog out; /* without memory while a stranger */
};

struct tcp_listener {
    int fd;
    struct address bound;
    bool resting; /* there was no descriptor for who came; watched again at the next tick */
};

struct tcp {
    int epoll_fd;
    uint32_t first_tag;
    struct counters *counters;
    tcp_lost_fn lost;
    void *user;
    int most_fd; /* connections get no descriptor beyond */
    unsigned listener_count;
    struct tcp_listener listeners[SFU_MAX_LISTEN];
    struct tcp_connection *oldest, *newest, *over;
    unsigned stranger_count, free_count;
    uint16_t free[TCP_CONNECTIONS];
    struct tcp_connection *connections[TCP_CONNECTIONS]; /* owned; NULL: free */
    uint8_t packet[UDP_DATAGRAM_BYTES + UDP_SPARE_BYTES] __attribute__((aligned(64)));
};

/* The connection of a tuple; NULL when it is over, or was another's. */
struct tcp_connection *tcp_find(const struct tcp *tcp, const struct tuple *tuple);

/* Ends a connection at the end of the turn and tells of it. */
void tcp_cut(struct tcp *tcp, struct tcp_connection *connection, enum sfu_tcp_cut why);

/* Takes who is there. */
void tcp_accept(struct tcp *tcp, struct tcp_listener *listener, uint32_t number, int64_t now_us);

/* Sends what waits. */
void tcp_flush(struct tcp *tcp, struct tcp_connection *connection);

/* 0 or a negative errno. */
int tcp_watch(struct tcp *tcp, int operation, int fd, uint32_t tag, uint32_t events);

#endif
