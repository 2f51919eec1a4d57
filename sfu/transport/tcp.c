#include "sfu/transport/tcp_parts.h"

#include "sfu/transport/demux.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

/* ---- life ---- */

/* Journals, the database and the web server's connections want descriptors too. */
static int descriptors_limit(void)
{
    struct rlimit limit = {.rlim_cur = 1024};
    (void)getrlimit(RLIMIT_NOFILE, &limit);
    return limit.rlim_cur > INT32_MAX ? INT32_MAX : (int)(limit.rlim_cur / 4 * 3);
}

int tcp_create(int epoll_fd, uint32_t first_tag, struct counters *counters, tcp_lost_fn lost,
               void *user, struct tcp **ret_tcp)
{
    struct tcp *tcp = aligned_alloc(64, (sizeof *tcp + 63) / 64 * 64);
    if (!tcp)
        return -ENOMEM;
    memset(tcp, 0, sizeof *tcp);
    tcp->epoll_fd = epoll_fd;
    tcp->first_tag = first_tag;
    tcp->counters = counters;
    tcp->lost = lost;
    tcp->user = user;
    tcp->most_fd = descriptors_limit();
    for (unsigned i = 0; i < TCP_CONNECTIONS; i++)
        tcp->free[tcp->free_count++] = (uint16_t)(TCP_CONNECTIONS - 1 - i);
    *ret_tcp = tcp;
    return 0;
}

static void connection_free(struct tcp_connection *connection)
{
    close(connection->fd);
    backlog_finish(&connection->out);
    free(connection);
}

void tcp_destroy(struct tcp *tcp)
{
    if (!tcp)
        return;
    for (unsigned i = 0; i < tcp->listener_count; i++)
        close(tcp->listeners[i].fd);
    for (unsigned i = 0; i < TCP_CONNECTIONS; i++)
        if (tcp->connections[i])
            connection_free(tcp->connections[i]);
    free(tcp);
}

int tcp_watch(struct tcp *tcp, int operation, int fd, uint32_t tag, uint32_t events)
{
    struct epoll_event event = {.events = events, .data.u32 = tcp->first_tag + tag};
    return epoll_ctl(tcp->epoll_fd, operation, fd, &event) < 0 ? -errno : 0;
}

struct tcp_connection *tcp_find(const struct tcp *tcp, const struct tuple *tuple)
{
    uint32_t at = tuple->socket & ~TUPLE_TCP;
    struct tcp_connection *connection = at < TCP_CONNECTIONS ? tcp->connections[at] : NULL;
    if (!connection || connection->over || !tuple_equal(&connection->tuple, tuple))
        return NULL;
    return connection;
}

/* ---- strangers ---- */

static void strangers_leave(struct tcp *tcp, struct tcp_connection *connection)
{
    if (!connection->stranger)
        return;
    *(connection->older ? &connection->older->newer : &tcp->oldest) = connection->newer;
    *(connection->newer ? &connection->newer->older : &tcp->newest) = connection->older;
    connection->stranger = false;
    tcp->stranger_count--;
}

int tcp_admit(struct tcp *tcp, const struct tuple *tuple)
{
    struct tcp_connection *connection = tcp_find(tcp, tuple);
    if (!connection)
        return -ENOENT;
    if (!connection->stranger)
        return 0;
    int r = backlog_init(&connection->out);
    if (r == 0)
        strangers_leave(tcp, connection);
    return r;
}

void tcp_tick(struct tcp *tcp, int64_t now_us)
{
    while (tcp->oldest && now_us >= tcp->oldest->accepted_us + TCP_STRANGER_US)
        tcp_cut(tcp, tcp->oldest, SFU_TCP_SILENT);
    for (unsigned i = 0; i < tcp->listener_count; i++)
        if (tcp->listeners[i].resting &&
            tcp_watch(tcp, EPOLL_CTL_MOD, tcp->listeners[i].fd, i, EPOLLIN) == 0)
            tcp->listeners[i].resting = false;
}

bool tcp_needs_ticks(const struct tcp *tcp)
{
    bool resting = false;
    for (unsigned i = 0; i < tcp->listener_count; i++)
        resting |= tcp->listeners[i].resting;
    return resting || tcp->oldest;
}

/* ---- the end of a connection ---- */

/* Its place is not given away before the turn's end: events of this turn may still name it. */
static void end(struct tcp *tcp, struct tcp_connection *connection, bool lost)
{
    if (connection->over)
        return;
    connection->over = true;
    connection->lost = lost;
    strangers_leave(tcp, connection);
    connection->next_over = tcp->over;
    tcp->over = connection;
}

void tcp_cut(struct tcp *tcp, struct tcp_connection *connection, enum sfu_tcp_cut why)
{
    if (!connection->over && why < SFU_TCP_CUTS)
        counter_add(&tcp->counters->tcp_cuts[why], 1);
    end(tcp, connection, true);
}

void tcp_close(struct tcp *tcp, const struct tuple *tuple)
{
    struct tcp_connection *connection = tcp_find(tcp, tuple);
    if (connection)
        end(tcp, connection, false);
}

void tcp_sweep(struct tcp *tcp)
{
    while (tcp->over) {
        struct tcp_connection *connection = tcp->over;
        struct tuple tuple = connection->tuple;
        uint32_t at = tuple.socket & ~TUPLE_TCP;
        bool lost = connection->lost;
        tcp->over = connection->next_over;
        tcp->connections[at] = NULL;
        tcp->free[tcp->free_count++] = (uint16_t)at;
        counter_sub(&tcp->counters->tcp_open);
        connection_free(connection);
        if (lost)
            tcp->lost(tcp->user, &tuple);
    }
}

/* ---- in ---- */

static void receive(struct tcp *tcp, struct tcp_connection *connection)
{
    size_t room;
    uint8_t *at = framing_room(&connection->in, &room);
    ssize_t n = recv(connection->fd, at, room, MSG_DONTWAIT);
    if (n > 0) {
        framing_received(&connection->in, (size_t)n);
        counter_add(&tcp->counters->tcp_bytes_in, (uint64_t)n);
    } else if (n == 0 || (errno != EAGAIN && errno != EINTR)) {
        tcp_cut(tcp, connection, SFU_TCP_CUTS);
    }
}

static struct tcp_connection *connection_at(const struct tcp *tcp, uint32_t on)
{
    uint32_t at = on - SFU_MAX_LISTEN;
    struct tcp_connection *connection = at < TCP_CONNECTIONS ? tcp->connections[at] : NULL;
    return connection && !connection->over ? connection : NULL;
}

void tcp_ready(struct tcp *tcp, uint32_t on, uint32_t events, int64_t now_us)
{
    if (on < SFU_MAX_LISTEN) {
        tcp_accept(tcp, &tcp->listeners[on], on, now_us);
        return;
    }
    struct tcp_connection *connection = connection_at(tcp, on);
    if (connection && (events & EPOLLOUT))
        tcp_flush(tcp, connection);
    if (connection && !connection->over && (events & ~(uint32_t)EPOLLOUT))
        receive(tcp, connection);
}

bool tcp_next(struct tcp *tcp, uint32_t on, int64_t now_us, struct udp_datagram *ret_packet)
{
    const uint8_t *data;
    size_t len;
    struct tcp_connection *connection = connection_at(tcp, on);
    int r = connection ? framing_take(&connection->in, &data, &len) : 0;
    if (r < 0)
        tcp_cut(tcp, connection, SFU_TCP_FRAMING);
    if (r != 1)
        return false;
    counter_add(&tcp->counters->tcp_packets_in, 1);
    if (connection->stranger && demux_classify(data, len) != DEMUX_STUN) {
        tcp_cut(tcp, connection, SFU_TCP_STRANGE);
        return false;
    }
    /* Handlers write over it, and read a little beyond. */
    memcpy(tcp->packet, data, len);
    *ret_packet = (struct udp_datagram){
        .data = tcp->packet, .len = len, .arrival_us = now_us, .tuple = connection->tuple};
    return true;
}
