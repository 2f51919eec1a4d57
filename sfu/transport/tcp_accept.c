/* Who may connect: listeners, and the room that strangers have. */
#include "sfu/transport/tcp_parts.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

static int set_int(int fd, int level, int option, int value)
{
    return setsockopt(fd, level, option, &value, sizeof value) < 0 ? -errno : 0;
}

static int listener_open(int fd, const struct address *address, struct address *ret_bound)
{
    enum { WAITING = 128 };
    struct sockaddr_storage storage;
    socklen_t len = address_to_sockaddr(address, &storage);
    int r = set_int(fd, SOL_SOCKET, SO_REUSEADDR, 1);
    if (address->family == AF_INET6)
        r = r ? r : set_int(fd, IPPROTO_IPV6, IPV6_V6ONLY, 1);
    if (r < 0)
        return r;
    if (bind(fd, (struct sockaddr *)&storage, len) < 0 || listen(fd, WAITING) < 0)
        return -errno;
    len = sizeof storage;
    if (getsockname(fd, (struct sockaddr *)&storage, &len) < 0)
        return -errno;
    return address_from_sockaddr((struct sockaddr *)&storage, ret_bound);
}

int tcp_listen(struct tcp *tcp, const struct address *address, struct address *ret_bound)
{
    struct tcp_listener listener = {0};
    if (tcp->listener_count == SFU_MAX_LISTEN)
        return -ENOSPC;
    listener.fd = socket(address->family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, IPPROTO_TCP);
    if (listener.fd < 0)
        return -errno;
    int r = listener_open(listener.fd, address, &listener.bound);
    r = r ? r : tcp_watch(tcp, EPOLL_CTL_ADD, listener.fd, tcp->listener_count, EPOLLIN);
    if (r < 0) {
        close(listener.fd);
        return r;
    }
    *ret_bound = listener.bound;
    tcp->listeners[tcp->listener_count++] = listener;
    return 0;
}

static bool source_has_room(const struct tcp *tcp, const struct address *remote)
{
    struct address source = address_source(remote);
    unsigned here = 0, most = TCP_SOURCE_STRANGERS;
    if (address_is_loopback(remote))
        most = TCP_STRANGERS / 2;
    for (const struct tcp_connection *other = tcp->oldest; other; other = other->newer) {
        struct address theirs = address_source(&other->tuple.remote);
        here += address_equal(&source, &theirs);
    }
    return here < most;
}

/* SFU_TCP_CUTS: it may come in. */
static enum sfu_tcp_cut refusal(const struct tcp *tcp, int fd, const struct address *remote)
{
    if (fd > tcp->most_fd || !tcp->free_count)
        return SFU_TCP_FULL;
    return source_has_room(tcp, remote) ? SFU_TCP_CUTS : SFU_TCP_ADDRESS;
}

static int local_find(int fd, struct address *ret_local)
{
    struct sockaddr_storage storage;
    socklen_t len = sizeof storage;
    if (getsockname(fd, (struct sockaddr *)&storage, &len) < 0)
        return -errno;
    int r = address_from_sockaddr((struct sockaddr *)&storage, ret_local);
    ret_local->port = 0;
    return r;
}

static void join(struct tcp *tcp, struct tcp_connection *connection)
{
    connection->stranger = true;
    connection->older = tcp->newest;
    *(tcp->newest ? &tcp->newest->newer : &tcp->oldest) = connection;
    tcp->newest = connection;
    if (++tcp->stranger_count > TCP_STRANGERS)
        tcp_cut(tcp, tcp->oldest, SFU_TCP_CROWDED);
}

static int take_in(struct tcp *tcp, int fd, const struct address *remote, int64_t now_us)
{
    struct tcp_connection *connection = calloc(1, sizeof *connection);
    uint16_t at = tcp->free[tcp->free_count - 1];
    if (!connection)
        return -ENOMEM;
    connection->fd = fd;
    connection->accepted_us = now_us;
    connection->tuple = (struct tuple){.remote = *remote, .socket = TUPLE_TCP | at};
    int r = local_find(fd, &connection->tuple.local);
    r = r ? r : set_int(fd, IPPROTO_TCP, TCP_NODELAY, 1);
    r = r ? r : set_int(fd, IPPROTO_TCP, TCP_NOTSENT_LOWAT, TCP_UNSENT_BYTES);
    r = r ? r : tcp_watch(tcp, EPOLL_CTL_ADD, fd, SFU_MAX_LISTEN + at, EPOLLIN);
    if (r < 0) {
        free(connection);
        return r;
    }
    tcp->free_count--;
    tcp->connections[at] = connection;
    counter_add(&tcp->counters->tcp_open, 1);
    counter_add(&tcp->counters->tcp_accepted, 1);
    join(tcp, connection);
    return 0;
}

static void consider(struct tcp *tcp, int fd, const struct sockaddr *from, int64_t now_us)
{
    struct address remote;
    enum sfu_tcp_cut why = SFU_TCP_FULL;
    if (address_from_sockaddr(from, &remote) == 0)
        why = refusal(tcp, fd, &remote);
    if (why == SFU_TCP_CUTS && take_in(tcp, fd, &remote, now_us) < 0)
        why = SFU_TCP_FULL;
    if (why == SFU_TCP_CUTS)
        return;
    counter_add(&tcp->counters->tcp_cuts[why], 1);
    close(fd);
}

void tcp_accept(struct tcp *tcp, struct tcp_listener *listener, uint32_t number, int64_t now_us)
{
    for (unsigned i = 0; i < TCP_ACCEPTS_A_TURN; i++) {
        struct sockaddr_storage from;
        socklen_t len = sizeof from;
        int fd =
            accept4(listener->fd, (struct sockaddr *)&from, &len, SOCK_NONBLOCK | SOCK_CLOEXEC);
        if (fd >= 0) {
            consider(tcp, fd, (struct sockaddr *)&from, now_us);
            continue;
        }
        /* Without a descriptor for it who waits stays: to be woken for him at once again helps nobody. */
        if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM)
            listener->resting = tcp_watch(tcp, EPOLL_CTL_MOD, listener->fd, number, 0) == 0;
        return;
    }
}
