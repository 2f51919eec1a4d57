/* The sending half of a connection. */
#include "sfu/transport/tcp_parts.h"

#include <errno.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>

/* The kernel is asked to tell when there is room again, or no more to. */
static void wait_for_room(struct tcp *tcp, struct tcp_connection *connection)
{
    bool waiting = backlog_used(&connection->out) > 0;
    if (waiting == connection->waiting)
        return;
    connection->waiting = waiting;
    uint32_t events = EPOLLIN | (waiting ? (uint32_t)EPOLLOUT : 0u);
    uint32_t at = connection->tuple.socket & ~TUPLE_TCP;
    if (tcp_watch(tcp, EPOLL_CTL_MOD, connection->fd, SFU_MAX_LISTEN + at, events) < 0)
        tcp_cut(tcp, connection, SFU_TCP_CUTS);
}

/* Bytes that the kernel took: 0 when it has no room, -1 when the connection is over. */
static ssize_t give(struct tcp *tcp, struct tcp_connection *connection, struct iovec *pieces,
                    size_t count)
{
    struct msghdr header = {.msg_iov = pieces, .msg_iovlen = count};
    ssize_t n = sendmsg(connection->fd, &header, MSG_DONTWAIT | MSG_NOSIGNAL);
    if (n >= 0) {
        counter_add(&tcp->counters->tcp_bytes_out, (uint64_t)n);
        return n;
    }
    if (errno == EAGAIN || errno == EINTR)
        return 0;
    tcp_cut(tcp, connection, SFU_TCP_CUTS);
    return -1;
}

void tcp_flush(struct tcp *tcp, struct tcp_connection *connection)
{
    struct iovec pieces[2];
    int count = backlog_pieces(&connection->out, pieces);
    ssize_t n = count ? give(tcp, connection, pieces, (size_t)count) : 0;
    if (n < 0)
        return;
    backlog_sent(&connection->out, (size_t)n);
    wait_for_room(tcp, connection);
}

static void drop(struct tcp *tcp, enum sfu_drop why)
{
    counter_add(&tcp->counters->drops[why], 1);
}

/* Keeps what the kernel did not take. `sent` bytes of the first one, head and all, are gone. */
static void keep(struct tcp *tcp, struct tcp_connection *connection,
                 const struct udp_slice *packets, size_t count, size_t sent, int64_t now_us)
{
    for (size_t i = 0; i < count; i++) {
        uint8_t head[FRAMING_HEAD_BYTES];
        framing_head(head, packets[i].len);
        if (backlog_put(&connection->out, head, sizeof head, packets[i].data, packets[i].len, sent,
                        now_us))
            counter_add(&tcp->counters->tcp_packets_out, 1);
        else
            drop(tcp, SFU_DROP_TCP_QUEUE_FULL);
        if (sent && !connection->out.bytes) /* half a packet, and no place for the rest */
            tcp_cut(tcp, connection, SFU_TCP_CUTS);
        sent = 0;
    }
}

/* Gives packets to the kernel: at most UDP_BURST. Returns how many it took whole; `ret_sent` gets the bytes
 * of the next one that are gone. */
static size_t send_now(struct tcp *tcp, struct tcp_connection *connection,
                       const struct udp_slice *packets, size_t count, size_t *ret_sent)
{
    struct iovec pieces[2 * UDP_BURST];
    uint8_t heads[UDP_BURST][FRAMING_HEAD_BYTES];
    for (size_t i = 0; i < count; i++) {
        framing_head(heads[i], packets[i].len);
        pieces[2 * i] = (struct iovec){.iov_base = heads[i], .iov_len = FRAMING_HEAD_BYTES};
        pieces[2 * i + 1] =
            (struct iovec){.iov_base = (void *)packets[i].data, .iov_len = packets[i].len};
    }
    ssize_t n = give(tcp, connection, pieces, 2 * count);
    size_t left = n > 0 ? (size_t)n : 0, whole = 0;
    while (whole < count && left >= FRAMING_HEAD_BYTES + packets[whole].len)
        left -= FRAMING_HEAD_BYTES + packets[whole++].len;
    counter_add(&tcp->counters->tcp_packets_out, whole);
    *ret_sent = left;
    return whole;
}

void tcp_send(struct tcp *tcp, const struct tuple *to, const struct udp_slice *packets,
              size_t count, int64_t now_us)
{
    struct tcp_connection *connection = tcp_find(tcp, to);
    for (size_t i = 0; !connection && i < count; i++)
        drop(tcp, SFU_DROP_SEND_FAILED);
    while (connection && count) {
        size_t n = count < UDP_BURST ? count : UDP_BURST, sent = 0, whole = 0;
        if (!backlog_used(&connection->out))
            whole = send_now(tcp, connection, packets, n, &sent);
        if (connection->over)
            return;
        keep(tcp, connection, packets + whole, n - whole, sent, now_us);
        packets += n;
        count -= n;
    }
    if (connection && !connection->over)
        wait_for_room(tcp, connection);
}

bool tcp_is_crowded(const struct tcp *tcp, const struct tuple *tuple, int64_t now_us)
{
    const struct tcp_connection *connection = tcp_find(tcp, tuple);
    return connection && (backlog_age_us(&connection->out, now_us) >= TCP_CROWDED_US ||
                          backlog_used(&connection->out) >= TCP_CROWDED_BYTES);
}
