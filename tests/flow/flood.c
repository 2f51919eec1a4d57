/* A hostile participant, and strangers beside him: a PeerConnection as media_peer's (offer out, answer in, `secured`), then
 * commands, a line each:
 *     run KIND COUNT UFRAG    sends so many packets of the kind; UFRAG is the server's of somebody else's connection.
 *                             Answered by `done KIND COUNT MICROSECONDS`.
 *     open KIND COUNT UFRAG   the same without waiting for the server in between.
 * Unless open, a check of his own goes behind every window of packets, and its answer is waited for: the server has then
 * read all that was before it on its socket, and nothing was lost in the kernel for want of room. So every packet must be
 * found in the server's counters. */
#include "tests/flow/flood_kinds.h"

#include <arpa/inet.h>
#include <errno.h>
#include <glib.h>
#include <netinet/in.h>
#include <netinet/udp.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"

enum { RUN = 32, WINDOW = 128, STRANGERS = 16, CROWD = 512, STRIDE_BYTES = 2048 };

struct flood {
    struct flood_source source;
    int strangers[CROWD];
    unsigned next_stranger;
    uint8_t out[RUN * STRIDE_BYTES];
};

static int stranger_open(const struct far_peer *peer)
{
    struct sockaddr_in any = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (fd < 0 || bind(fd, (struct sockaddr *)&any, sizeof any) < 0 ||
        connect(fd, (const struct sockaddr *)&peer->to, peer->to_len) < 0)
        g_error("a stranger's socket: %s", g_strerror(errno));
    return fd;
}

/* `count` datagrams of `len` bytes in one system call. */
static void segments_send(int fd, const struct far_peer *peer, const uint8_t *data, size_t len,
                          unsigned count, bool connected)
{
    char control[CMSG_SPACE(sizeof(uint16_t))] = {0};
    struct iovec part = {(void *)data, len * count};
    struct msghdr message = {.msg_name = connected ? NULL : (void *)&peer->to,
                             .msg_namelen = connected ? 0 : peer->to_len,
                             .msg_iov = &part,
                             .msg_iovlen = 1,
                             .msg_control = control,
                             .msg_controllen = sizeof control};
    struct cmsghdr *header = CMSG_FIRSTHDR(&message);
    uint16_t segment = (uint16_t)len;
    header->cmsg_level = SOL_UDP;
    header->cmsg_type = UDP_SEGMENT;
    header->cmsg_len = CMSG_LEN(sizeof segment);
    memcpy(CMSG_DATA(header), &segment, sizeof segment);
    struct pollfd writable = {.fd = fd, .events = POLLOUT};
    while (sendmsg(fd, &message, 0) < 0) {
        if (errno != EAGAIN && errno != ENOBUFS && errno != ECONNREFUSED)
            g_error("sending %u of %zu bytes: %s", count, len, g_strerror(errno));
        (void)poll(&writable, 1, 100);
    }
}

/* The length that the packets have on the wire; all of a run have the same. */
static size_t packet_put(struct flood *flood, const struct flood_kind *kind, size_t len,
                         uint8_t *out)
{
    int n = (int)kind->fill(&flood->source, out, len);
    srtp_t keys = flood->source.peer->out;
    if (kind->way == FLOOD_RTP)
        g_assert_cmpint(srtp_protect(keys, out, &n), ==, srtp_err_status_ok);
    if (kind->way == FLOOD_RTCP)
        g_assert_cmpint(srtp_protect_rtcp(keys, out, &n), ==, srtp_err_status_ok);
    return (size_t)n;
}

static void run_send(struct flood *flood, const struct flood_kind *kind, unsigned count)
{
    uint8_t packet[STRIDE_BYTES] __attribute__((aligned(8)));
    size_t len = flood_length(&flood->source, kind), wire = 0;
    bool crowd = kind->way == FLOOD_CROWD;
    for (unsigned i = 0; i < count; i++) {
        wire = packet_put(flood, kind, len, packet);
        memcpy(flood->out + i * wire, packet, wire);
    }
    unsigned others = crowd ? CROWD : STRANGERS;
    for (unsigned i = 0; crowd && i < count; i++)
        segments_send(flood->strangers[flood->next_stranger++ % others], flood->source.peer,
                      flood->out + i * wire, wire, 1, true);
    if (kind->way == FLOOD_STRANGER)
        segments_send(flood->strangers[flood->next_stranger++ % others], flood->source.peer,
                      flood->out, wire, count, true);
    else if (!crowd)
        segments_send(far_peer_fd(flood->source.peer), flood->source.peer, flood->out, wire, count,
                      false);
}

static void kind_run(struct flood *flood, const struct flood_kind *kind, unsigned long count,
                     bool open)
{
    unsigned long sent = 0;
    unsigned window = 0;
    while (sent < count) {
        unsigned n = (unsigned)MIN(RUN, count - sent);
        run_send(flood, kind, n);
        sent += n;
        window += n;
        if (window < WINDOW && sent < count)
            continue;
        window = 0;
        if (!open && !far_peer_check(flood->source.peer, true, NULL))
            g_error("the server answers no check after %lu of %s", sent, kind->name);
        while (open && far_peer_pump(flood->source.peer, 0))
            continue;
    }
    /* Behind an open flood too: it is over when the server has read it. */
    if (open && !far_peer_check(flood->source.peer, true, NULL))
        g_error("the server answers no check after %s", kind->name);
}

static void command_take(struct flood *flood, const char *line)
{
    char how[8], name[32];
    unsigned long count;
    if (sscanf(line, "%7s %31s %lu %8s", how, name, &count, flood->source.victim_ufrag) != 4)
        g_error("no command: %s", line);
    const struct flood_kind *kind = flood_kind_find(name);
    if (!kind)
        g_error("no kind of packet: %s", name);
    int64_t started_us = clock_now_us();
    kind_run(flood, kind, count, !strcmp(how, "open"));
    printf("done %s %lu %" G_GINT64_FORMAT "\n", kind->name, count, clock_now_us() - started_us);
    fflush(stdout);
}

int main(void)
{
    prctl(PR_SET_PDEATHSIG, SIGKILL); /* a test that ends leaves nothing behind */
    static struct flood flood = {.source = {.seed = 1}};
    struct far_peer *peer = flood.source.peer = far_peer_create(NULL);
    char line[256];
    media_offer_print(peer);
    if (!media_answer_read(peer, &flood.source.slots) || !far_peer_check(peer, true, NULL) ||
        !far_peer_handshake(peer)) {
        printf("failed\n");
        return EXIT_FAILURE;
    }
    for (unsigned i = 0; i < CROWD; i++)
        flood.strangers[i] = stranger_open(peer);
    printf("secured\n");
    fflush(stdout);
    srtp_t keys =
        peer->in; /* what comes back is of no interest, resends that come twice are no fault */
    peer->in = NULL;
    kind_run(&flood, flood_kind_find("voice"), 10, false);
    while (fgets(line, sizeof line, stdin))
        command_take(&flood, line);
    for (unsigned i = 0; i < CROWD; i++)
        close(flood.strangers[i]);
    peer->in = keys;
    far_peer_destroy(peer);
    return EXIT_SUCCESS;
}
