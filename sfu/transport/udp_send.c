/* The sending half of a socket: runs of equal length as one UDP_SEGMENT send, and what to do where that
 * is refused. */
#include "sfu/transport/udp.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/udp.h>
#include <string.h>
#include <sys/uio.h>

#ifndef UDP_SEGMENT
#define UDP_SEGMENT 103
#endif

/* One destination's sends of one flush: headers refer to the iov and control kept here. */
struct outbox {
    struct mmsghdr messages[UDP_BURST];
    unsigned packets[UDP_BURST]; /* slices in each message */
    struct iovec iov[UDP_BURST];
    struct sockaddr_storage to;
    socklen_t to_len;
    union {
        struct cmsghdr align;
        uint8_t bytes[UDP_CONTROL_BYTES];
    } control[UDP_BURST];
    unsigned message_count;
};

static struct cmsghdr *put_control(struct msghdr *header, struct cmsghdr *cmsg, int level, int type,
                                   const void *data, size_t len)
{
    cmsg->cmsg_level = level;
    cmsg->cmsg_type = type;
    cmsg->cmsg_len = CMSG_LEN(len);
    memcpy(CMSG_DATA(cmsg), data, len);
    header->msg_controllen += CMSG_SPACE(len);
    return (struct cmsghdr *)((uint8_t *)cmsg + CMSG_SPACE(len));
}

static struct cmsghdr *put_source(struct msghdr *header, struct cmsghdr *cmsg,
                                  const struct address *local)
{
    if (local->family == AF_INET) {
        struct in_pktinfo info = {0};
        memcpy(&info.ipi_spec_dst, local->ip, 4);
        return put_control(header, cmsg, IPPROTO_IP, IP_PKTINFO, &info, sizeof info);
    }
    struct in6_pktinfo info = {.ipi6_ifindex = local->scope};
    memcpy(&info.ipi6_addr, local->ip, 16);
    return put_control(header, cmsg, IPPROTO_IPV6, IPV6_PKTINFO, &info, sizeof info);
}

static void outbox_add(struct outbox *out, const struct udp_socket *socket, const struct tuple *to,
                       struct iovec *iov, unsigned packets)
{
    unsigned at = out->message_count++;
    struct msghdr *header = &out->messages[at].msg_hdr;
    *header = (struct msghdr){.msg_name = &out->to,
                              .msg_namelen = out->to_len,
                              .msg_iov = iov,
                              .msg_iovlen = packets,
                              .msg_control = out->control[at].bytes};
    out->packets[at] = packets;
    struct cmsghdr *cmsg = &out->control[at].align;
    if (socket->wildcard && to->local.family)
        cmsg = put_source(header, cmsg, &to->local);
    if (packets > 1) {
        uint16_t segment = (uint16_t)iov[0].iov_len;
        put_control(header, cmsg, IPPROTO_UDP, UDP_SEGMENT, &segment, sizeof segment);
    }
    if (!header->msg_controllen)
        header->msg_control = NULL;
}

/* How many of the slices make one UDP_SEGMENT send: equal lengths, the last may be shorter. */
static unsigned run_length(const struct udp_slice *slices, size_t count, bool segments)
{
    if (!segments)
        return 1;
    size_t first = slices[0].len, total = first;
    unsigned n = 1;
    while (n < count && n < UDP_SEGMENTS_MAX && slices[n].len <= first &&
           total + slices[n].len <= UDP_RUN_BYTES_MAX) {
        total += slices[n].len;
        if (slices[n++].len < first)
            break;
    }
    return n;
}

static void outbox_fill(struct outbox *out, const struct udp_socket *socket, const struct tuple *to,
                        const struct udp_slice *slices, size_t count, bool segments)
{
    out->message_count = 0;
    out->to_len = address_to_sockaddr(&to->remote, &out->to);
    for (size_t at = 0; at < count;) {
        unsigned n = run_length(slices + at, count - at, segments);
        for (unsigned i = 0; i < n; i++)
            out->iov[at + i] = (struct iovec){.iov_base = (void *)slices[at + i].data,
                                              .iov_len = slices[at + i].len};
        outbox_add(out, socket, to, &out->iov[at], n);
        at += n;
    }
}

static void count_sent(struct udp_socket *socket, struct counters *counters,
                       const struct outbox *out, unsigned from, int n)
{
    for (unsigned i = from; i < from + (unsigned)n; i++) {
        if (out->packets[i] > 1)
            socket->runs_held = 0;
        counter_add(&counters->packets_out, out->packets[i]);
        counter_add(&counters->bytes_out, out->messages[i].msg_len);
    }
}

static bool is_segment_refusal(int error)
{
    return error == EIO || error == EINVAL || error == EMSGSIZE;
}

/* A card without checksums refuses every run (EIO), a narrow path its long ones (EINVAL, EMSGSIZE): to
 * offer each run twice would cost more than runs save. After a refusal so many runs are not offered at
 * all, twice as many after each one that follows; one that passes ends it. */
static void note_refusal(struct udp_socket *socket, int error)
{
    bool for_long = error == EIO || socket->runs_held >= UDP_RUNS_HELD_MAX / 2;
    socket->runs_held = for_long ? UDP_RUNS_HELD_MAX : 2 * socket->runs_held + 1;
    socket->runs_left = socket->runs_held;
}

static bool may_segment(struct udp_socket *socket)
{
    if (!socket->segments)
        return false;
    if (socket->runs_left == 0)
        return true;
    socket->runs_left--;
    return false;
}

static void send_singles(struct outbox *out, unsigned at, struct udp_socket *socket,
                         const struct tuple *to, struct counters *counters);

/* Sends the messages; a run that the kernel or the card refuses is taken apart. */
static void outbox_send(struct outbox *out, struct udp_socket *socket, const struct tuple *to,
                        struct counters *counters)
{
    unsigned at = 0;
    while (at < out->message_count) {
        int n = socket->send(socket->fd, out->messages + at, out->message_count - at, MSG_DONTWAIT);
        if (n > 0) {
            count_sent(socket, counters, out, at, n);
            at += (unsigned)n;
            continue;
        }
        int error = n < 0 ? errno : EAGAIN;
        if (error == EINTR)
            continue;
        unsigned packets = out->packets[at];
        if (error == EAGAIN || error == EWOULDBLOCK || error == ENOBUFS) {
            counter_add(&counters->drops[SFU_DROP_SEND_QUEUE_FULL], packets);
        } else if (packets > 1 && is_segment_refusal(error)) {
            note_refusal(socket, error);
            send_singles(out, at, socket, to, counters);
        } else {
            counter_add(&counters->drops[SFU_DROP_SEND_FAILED], packets);
        }
        at++;
    }
}

static void send_singles(struct outbox *out, unsigned at, struct udp_socket *socket,
                         const struct tuple *to, struct counters *counters)
{
    struct outbox singles = {.to = out->to, .to_len = out->to_len};
    const struct iovec *iov = out->messages[at].msg_hdr.msg_iov;
    for (unsigned i = 0; i < out->packets[at]; i++) {
        singles.iov[i] = iov[i];
        outbox_add(&singles, socket, to, &singles.iov[i], 1);
    }
    outbox_send(&singles, socket, to, counters);
}

void udp_send(struct udp_socket *socket, const struct tuple *to, const struct udp_slice *slices,
              size_t count, struct counters *counters)
{
    struct outbox out;
    while (count) {
        size_t n = count < UDP_BURST ? count : UDP_BURST;
        outbox_fill(&out, socket, to, slices, n, n > 1 && may_segment(socket));
        outbox_send(&out, socket, to, counters);
        slices += n;
        count -= n;
    }
}
