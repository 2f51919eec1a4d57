#include "sfu/transport/udp.h"

#include "base/clock.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/udp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

#ifndef UDP_SEGMENT
#define UDP_SEGMENT 103
#endif

static int set_int(int fd, int level, int option, int value)
{
    return setsockopt(fd, level, option, &value, sizeof value) < 0 ? -errno : 0;
}

/* The kernel doubles what is asked for and cuts it at net.core.{r,w}mem_max without an error, unless who
 * asks may administer the network. */
static size_t ask_for_buffer(int fd, int option, int force_option, size_t bytes)
{
    int got = 0;
    socklen_t got_len = sizeof got;
    int asked = bytes > INT32_MAX / 2 ? INT32_MAX / 2 : (int)bytes;
    if (set_int(fd, SOL_SOCKET, force_option, asked) < 0)
        (void)set_int(fd, SOL_SOCKET, option, asked);
    if (getsockopt(fd, SOL_SOCKET, option, &got, &got_len) < 0)
        return 0;
    return (size_t)got / 2;
}

static int configure(int fd, const struct address *address, bool wildcard)
{
    int r = set_int(fd, SOL_SOCKET, SO_RXQ_OVFL, 1);
    r = r ? r : set_int(fd, SOL_SOCKET, SO_TIMESTAMPNS, 1);
    if (address->family == AF_INET6) {
        /* "::" is all of IPv6 and nothing else, so that "0.0.0.0" can stand beside it. */
        r = r ? r : set_int(fd, IPPROTO_IPV6, IPV6_V6ONLY, 1);
        if (wildcard)
            r = r ? r : set_int(fd, IPPROTO_IPV6, IPV6_RECVPKTINFO, 1);
    } else if (wildcard) {
        r = r ? r : set_int(fd, IPPROTO_IP, IP_PKTINFO, 1);
    }
    return r;
}

static int bind_and_name(int fd, const struct address *address, struct address *ret_bound)
{
    struct sockaddr_storage storage;
    socklen_t len = address_to_sockaddr(address, &storage);
    if (bind(fd, (struct sockaddr *)&storage, len) < 0)
        return -errno;
    len = sizeof storage;
    if (getsockname(fd, (struct sockaddr *)&storage, &len) < 0)
        return -errno;
    return address_from_sockaddr((struct sockaddr *)&storage, ret_bound);
}

int udp_open(const struct address *address, size_t buffer_bytes, struct udp_socket *ret_socket,
             size_t *ret_less_bytes)
{
    struct udp_socket s = {.wildcard = address_is_any(address)};
    s.fd = socket(address->family, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, IPPROTO_UDP);
    if (s.fd < 0)
        return -errno;
    int r = configure(s.fd, address, s.wildcard);
    if (r == 0)
        r = bind_and_name(s.fd, address, &s.bound);
    if (r < 0) {
        close(s.fd);
        return r;
    }
    *ret_less_bytes = 0;
    if (buffer_bytes) {
        size_t in = ask_for_buffer(s.fd, SO_RCVBUF, SO_RCVBUFFORCE, buffer_bytes);
        size_t out = ask_for_buffer(s.fd, SO_SNDBUF, SO_SNDBUFFORCE, buffer_bytes);
        size_t least = in < out ? in : out;
        *ret_less_bytes = least < buffer_bytes ? least : 0;
    }
    int probe = 0;
    socklen_t probe_len = sizeof probe;
    s.segments = getsockopt(s.fd, IPPROTO_UDP, UDP_SEGMENT, &probe, &probe_len) == 0;
    s.send = sendmmsg;
    *ret_socket = s;
    return 0;
}

void udp_close(struct udp_socket *socket)
{
    if (socket->fd >= 0)
        close(socket->fd);
    socket->fd = -1;
}

/* ---- receive ---- */

enum { INBOX_STRIDE = UDP_DATAGRAM_BYTES + UDP_SPARE_BYTES };
_Static_assert(INBOX_STRIDE % 64 == 0, "datagrams start on cache lines");

struct udp_inbox {
    struct mmsghdr messages[UDP_BURST];
    struct iovec iov[UDP_BURST];
    struct sockaddr_storage from[UDP_BURST];
    union {
        struct cmsghdr align;
        uint8_t bytes[UDP_CONTROL_BYTES];
    } control[UDP_BURST];
    uint8_t *data; /* UDP_BURST strides */
    const struct udp_socket *socket;
    uint32_t socket_index;
    int64_t now_us, wall_us; /* the clocks when the burst was received */
};

int udp_inbox_create(struct udp_inbox **ret_inbox)
{
    struct udp_inbox *inbox = calloc(1, sizeof *inbox);
    if (!inbox)
        return -ENOMEM;
    inbox->data = aligned_alloc(64, (size_t)UDP_BURST * INBOX_STRIDE);
    if (!inbox->data) {
        free(inbox);
        return -ENOMEM;
    }
    memset(inbox->data, 0, (size_t)UDP_BURST * INBOX_STRIDE);
    for (unsigned i = 0; i < UDP_BURST; i++) {
        inbox->iov[i] = (struct iovec){.iov_base = inbox->data + (size_t)i * INBOX_STRIDE,
                                       .iov_len = UDP_DATAGRAM_BYTES};
        inbox->messages[i].msg_hdr = (struct msghdr){.msg_name = &inbox->from[i],
                                                     .msg_iov = &inbox->iov[i],
                                                     .msg_iovlen = 1,
                                                     .msg_control = inbox->control[i].bytes};
    }
    *ret_inbox = inbox;
    return 0;
}

void udp_inbox_destroy(struct udp_inbox *inbox)
{
    if (!inbox)
        return;
    free(inbox->data);
    free(inbox);
}

/* The overflow count is the kernel's running total for the socket (it wraps at 32 bits). */
static void count_overflow(struct udp_socket *socket, const struct cmsghdr *cmsg,
                           struct counters *counters)
{
    uint32_t total;
    memcpy(&total, CMSG_DATA(cmsg), sizeof total);
    uint32_t news = total - socket->overflows;
    if (news && news < UINT32_MAX / 2) {
        counter_add(&counters->drops[SFU_DROP_SOCKET_OVERFLOW], news);
        socket->overflows = total;
    }
}

int udp_receive(struct udp_socket *socket, uint32_t index, struct udp_inbox *inbox,
                struct counters *counters)
{
    for (unsigned i = 0; i < UDP_BURST; i++) {
        inbox->messages[i].msg_hdr.msg_namelen = sizeof inbox->from[i];
        inbox->messages[i].msg_hdr.msg_controllen = UDP_CONTROL_BYTES;
    }
    int n = recvmmsg(socket->fd, inbox->messages, UDP_BURST, MSG_DONTWAIT, NULL);
    if (n < 0)
        return errno == EAGAIN || errno == EINTR ? 0 : -errno;
    inbox->socket = socket;
    inbox->socket_index = index;
    inbox->now_us = clock_now_us();
    inbox->wall_us = clock_wall_us();
    uint64_t bytes = 0;
    for (int i = 0; i < n; i++) {
        bytes += inbox->messages[i].msg_len;
        struct msghdr *header = &inbox->messages[i].msg_hdr;
        for (struct cmsghdr *c = CMSG_FIRSTHDR(header); c; c = CMSG_NXTHDR(header, c))
            if (c->cmsg_level == SOL_SOCKET && c->cmsg_type == SO_RXQ_OVFL)
                count_overflow(socket, c, counters);
    }
    counter_add(&counters->packets_in, (uint64_t)n);
    counter_add(&counters->bytes_in, bytes);
    return n;
}

static void local_from_control(struct msghdr *header, struct address *ret_local)
{
    for (struct cmsghdr *c = CMSG_FIRSTHDR(header); c; c = CMSG_NXTHDR(header, c)) {
        if (c->cmsg_level == IPPROTO_IP && c->cmsg_type == IP_PKTINFO) {
            struct in_pktinfo info;
            memcpy(&info, CMSG_DATA(c), sizeof info);
            ret_local->family = AF_INET;
            memcpy(ret_local->ip, &info.ipi_spec_dst, 4);
        } else if (c->cmsg_level == IPPROTO_IPV6 && c->cmsg_type == IPV6_PKTINFO) {
            struct in6_pktinfo info;
            memcpy(&info, CMSG_DATA(c), sizeof info);
            ret_local->family = AF_INET6;
            memcpy(ret_local->ip, &info.ipi6_addr, 16);
            if (address_is_link_local(ret_local))
                ret_local->scope = info.ipi6_ifindex;
        }
    }
}

/* The kernel stamps with the wall clock, which may be set in between. */
static int64_t arrival_from_control(const struct udp_inbox *inbox, struct msghdr *header)
{
    enum { LONGEST_US = 10000000 };
    int64_t waited_us = 0;
    for (struct cmsghdr *c = CMSG_FIRSTHDR(header); c; c = CMSG_NXTHDR(header, c)) {
        if (c->cmsg_level != SOL_SOCKET || c->cmsg_type != SCM_TIMESTAMPNS)
            continue;
        struct timespec stamp;
        memcpy(&stamp, CMSG_DATA(c), sizeof stamp);
        waited_us = inbox->wall_us - (stamp.tv_sec * INT64_C(1000000) + stamp.tv_nsec / 1000);
    }
    return waited_us > 0 && waited_us < LONGEST_US ? inbox->now_us - waited_us : inbox->now_us;
}

bool udp_inbox_datagram(struct udp_inbox *inbox, unsigned at, struct udp_datagram *ret_datagram)
{
    struct mmsghdr *message = &inbox->messages[at];
    struct udp_datagram d = {.data = inbox->iov[at].iov_base,
                             .len = message->msg_len,
                             .truncated = (message->msg_hdr.msg_flags & MSG_TRUNC) != 0,
                             .arrival_us = arrival_from_control(inbox, &message->msg_hdr),
                             .tuple = {.socket = inbox->socket_index}};
    if (address_from_sockaddr((struct sockaddr *)&inbox->from[at], &d.tuple.remote) < 0)
        return false;
    if (inbox->socket->wildcard) {
        local_from_control(&message->msg_hdr, &d.tuple.local);
    } else {
        d.tuple.local = inbox->socket->bound;
        d.tuple.local.port = 0;
    }
    *ret_datagram = d;
    return true;
}
