/* Peers over ICE-TCP: calls, going over from UDP and back, connections that end, and what strangers may do. */
#include "tests/unit/sfu/worker/call.h"

#include "sfu/transport/tcp.h"

#include "base/clock.h"
#include "tests/harness/wait.h"

#include <arpa/inet.h>
#include <glib.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static struct sfu *start(const char *listen)
{
    struct sfu_config config = {.listen = {listen},
                                .tcp = true,
                                .workers = 1,
                                .max_rooms = 4,
                                .max_peers = 8,
                                .socket_buffer_bytes = 65536,
                                .media_timeout_ms = 5000,
                                .consent_timeout_ms = 30000};
    struct sfu *sfu = NULL;
    g_autofree char *what = NULL;
    if (sfu_create(&config, &sfu, &what) < 0)
        g_error("%s", what);
    return sfu;
}

/* As call_open(), with b on a TCP connection from the beginning. */
static void open_call(struct call *call)
{
    struct sfu_section section_a = call_audio_section(PT_A, 0xa1, 0xa2),
                       section_b = call_audio_section(PT_B, 0xb1, 0xb2);
    *call = (struct call){.sfu = start("127.0.0.1"), .seq = 100};
    g_assert_cmpint(sfu_room_open(call->sfu, &call->room), ==, 0);
    call->a = far_peer_create(NULL);
    call->b = far_peer_create(NULL);
    far_peer_connect(call->b, call->sfu, call->room);
    call->a_id = far_peer_join(call->a, call->sfu, call->room, 1, &section_a, 1);
    call->b_id = far_peer_join(call->b, call->sfu, call->room, 2, &section_b, 1);
    g_assert_cmpint(sfu_slot_feed(call->sfu, call->b_id, 0, call->a_id, 0), ==, 0);
    far_expect_event(call->sfu, SFU_EVENT_SLOT, call->b_id);
}

static struct sfu_counters counters_of(struct sfu *sfu)
{
    struct sfu_counters counters;
    sfu_counters_read(sfu, &counters);
    return counters;
}

static void expect_open(struct sfu *sfu, uint64_t count)
{
    int64_t until_us = clock_now_us() + CALL_WAIT_US;
    while (counters_of(sfu).tcp_open != count && clock_now_us() < until_us)
        g_thread_yield();
    g_assert_cmpuint(counters_of(sfu).tcp_open, ==, count);
}

static void expect_cut(struct sfu *sfu, enum sfu_tcp_cut why, uint64_t count)
{
    int64_t until_us = clock_now_us() + 2 * CALL_WAIT_US;
    while (counters_of(sfu).tcp_cuts[why] < count && clock_now_us() < until_us)
        g_thread_yield();
    g_assert_cmpuint(counters_of(sfu).tcp_cuts[why], ==, count);
}

static void test_call(void)
{
    struct call call;
    open_call(&call);
    for (unsigned i = 0; i < 50; i++) {
        g_autofree char *payload = g_strdup_printf("opus frame %u", i);
        call_send(&call, payload);
        call_expect(&call, payload);
    }
    struct sfu_counters counters = counters_of(call.sfu);
    g_assert_cmpuint(counters.tcp_open, ==, 1);
    g_assert_cmpuint(counters.tcp_packets_out, >=, 50);
    g_assert_cmpuint(counters.tcp_packets_in, >=, 2);
    g_assert_cmpint(sfu_peer_close(call.sfu, call.b_id), ==, 0);
    expect_open(call.sfu, 0); /* nobody's any more */
    call_close(&call);
}

/* The sender goes over too: what comes by TCP is forwarded. Then back: UDP is as good as before. */
static void test_over_and_back(void)
{
    struct call call;
    open_call(&call);
    far_peer_connect(call.a, call.sfu, call.room);
    g_assert_true(far_peer_check(call.a, true, NULL));
    call_send(&call, "over tcp");
    call_expect(&call, "over tcp");
    far_peer_leave_stream(call.b, call.sfu, call.room);
    g_assert_true(far_peer_check(call.b, true, NULL));
    call_send(&call, "back to udp");
    call_expect(&call, "back to udp");
    expect_open(call.sfu, 1); /* b's was closed by b */
    call_close(&call);
}

/* The connection breaks and another one is made: the same peer, the same keys. Without one what is sent to it is
 * nobody's. */
static void test_connection_lost(void)
{
    struct call call;
    open_call(&call);
    far_peer_connect(call.b, call.sfu, call.room); /* closes the first */
    expect_open(call.sfu, 1);
    call_send(&call, "to nowhere");
    g_assert_true(far_peer_check(call.b, true, NULL));
    call_send(&call, "again");
    call_expect(&call, "again");
    call_close(&call);
}

static void test_priorities(void)
{
    struct sfu *sfu = start("127.0.0.1");
    struct sfu_candidate candidates[SFU_MAX_CANDIDATES];
    sfu_room_id room;
    g_assert_cmpint(sfu_room_open(sfu, &room), ==, 0);
    g_assert_cmpuint(sfu_room_candidates(sfu, room, candidates), ==, 2);
    g_assert_false(candidates[0].tcp);
    g_assert_true(candidates[1].tcp);
    g_assert_cmpuint(candidates[0].priority, >, candidates[1].priority);
    sfu_destroy(sfu);
}

/* ---- strangers ---- */

static int connect_to(struct sfu *sfu, sfu_room_id room)
{
    struct sfu_candidate candidates[SFU_MAX_CANDIDATES];
    size_t count = sfu_room_candidates(sfu, room, candidates);
    struct sockaddr_in to = {.sin_family = AF_INET};
    g_assert_true(candidates[count - 1].tcp);
    to.sin_port = htons(candidates[count - 1].port);
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    g_assert_cmpint(connect(fd, (struct sockaddr *)&to, sizeof to), ==, 0);
    return fd;
}

static void give(int fd, const void *data, size_t len)
{
    (void)!send(fd, data, len, MSG_NOSIGNAL);
}

/* The far end of a connection that the server ended. */
static void expect_end(int fd)
{
    uint8_t byte;
    g_assert_true(wait_readable(fd, 2 * CALL_WAIT_US));
    g_assert_cmpint(recv(fd, &byte, 1, 0), <=, 0);
    close(fd);
}

static void test_strangers(void)
{
    static const uint8_t dtls[2 + 20] = {0, 20, 22, 0xfe, 0xfd}, huge[] = {0xff, 0xff, 0, 1};
    static const uint8_t tls[] = {0x16, 0x03, 0x01, 0x02, 0, 1, 0, 1}, empty[64] = {0};
    struct call call;
    open_call(&call);
    int fd = connect_to(call.sfu, call.room);
    give(fd, dtls, sizeof dtls);
    expect_end(fd);
    expect_cut(call.sfu, SFU_TCP_STRANGE, 1);
    fd = connect_to(call.sfu, call.room);
    give(fd, huge, sizeof huge);
    expect_end(fd);
    fd = connect_to(call.sfu, call.room);
    give(fd, tls, sizeof tls);
    expect_end(fd);
    expect_cut(call.sfu, SFU_TCP_FRAMING, 2);
    /* Byte by byte, and never a whole packet: the time is up all the same. */
    fd = connect_to(call.sfu, call.room);
    int64_t began_us = clock_now_us();
    give(fd, empty, sizeof empty);
    give(fd, "\0", 1);
    expect_end(fd);
    expect_cut(call.sfu, SFU_TCP_SILENT, 1);
    g_assert_cmpint(clock_now_us() - began_us, >=, TCP_STRANGER_US);
    call_send(&call, "still here");
    call_expect(&call, "still here");
    call_close(&call);
}

/* A check that is no peer's is no pass, and one that has passed may not send rubbish either. */
static void test_no_pass(void)
{
    static const uint8_t huge[] = {0x7f, 0xff};
    struct call call;
    open_call(&call);
    struct far_peer *stranger = far_peer_create(NULL);
    struct sfu_negotiation unused;
    far_peer_connect(stranger, call.sfu, call.room);
    far_peer_offer(stranger, call.sfu, call.room, NULL, 0, &unused);
    g_assert_false(far_peer_check(stranger, true, NULL));
    call_expect_dropped(call.sfu, SFU_DROP_STUN_UNKNOWN_UFRAG, 1);
    expect_cut(call.sfu, SFU_TCP_SILENT, 1);
    far_peer_destroy(stranger);
    give(far_peer_fd(call.b), huge, sizeof huge);
    expect_cut(call.sfu, SFU_TCP_FRAMING, 1);
    expect_open(call.sfu, 0);
    call_close(&call);
}

/* So many of one source may wait for their pass, who has it is not among them. */
static void test_crowd(void)
{
    enum { MOST = TCP_STRANGERS / 2, MORE = 5 }; /* this machine's share */
    struct call call;
    int fds[MOST + MORE];
    open_call(&call);
    for (unsigned i = 0; i < MOST + MORE; i++)
        fds[i] = connect_to(call.sfu, call.room);
    expect_cut(call.sfu, SFU_TCP_ADDRESS, MORE);
    expect_open(call.sfu, MOST + 1);
    call_send(&call, "still here");
    call_expect(&call, "still here");
    for (unsigned i = 0; i < MOST + MORE; i++)
        close(fds[i]);
    expect_open(call.sfu, 1);
    call_close(&call);
}

/* ---- a reader who is slow ---- */

/* He does not read: what waits is bounded, more is dropped by name, and what he gets at last is whole packets. */
static void test_slow(void)
{
    enum { PACKETS = 6000 };
    struct call call;
    struct far_packet packet;
    uint8_t rtp[1200] = {0};
    unsigned received = 0;
    open_call(&call);
    for (unsigned i = 0; i < PACKETS; i++) {
        size_t len =
            far_rtp_make(rtp, PT_A, call.seq, (uint32_t)call.seq * 960, 0xa1, rtp + 12, 1100);
        call.seq++;
        far_peer_send_rtp(call.a, rtp, len);
        if (i % 32 == 31) { /* no more at once than a's socket buffer holds */
            uint64_t least = i + 1;
            int64_t until_us = clock_now_us() + CALL_WAIT_US;
            while (counters_of(call.sfu).packets_in < least && clock_now_us() < until_us)
                g_thread_yield();
        }
    }
    call_expect_dropped(call.sfu, SFU_DROP_TCP_QUEUE_FULL, 1);
    while (far_peer_receive_rtp(call.b, &packet, 200000)) /* not authentic would end the test */
        received++;
    struct sfu_counters counters = counters_of(call.sfu);
    g_assert_cmpuint(received, >, 100);
    g_assert_cmpuint(received + counters.drops[SFU_DROP_TCP_QUEUE_FULL], <=, PACKETS);
    call_send(&call, "fast again");
    call_expect(&call, "fast again");
    call_close(&call);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/sfu/tcp/call", test_call);
    g_test_add_func("/sfu/tcp/over-and-back", test_over_and_back);
    g_test_add_func("/sfu/tcp/connection-lost", test_connection_lost);
    g_test_add_func("/sfu/tcp/priorities", test_priorities);
    g_test_add_func("/sfu/tcp/strangers", test_strangers);
    g_test_add_func("/sfu/tcp/no-pass", test_no_pass);
    g_test_add_func("/sfu/tcp/crowd", test_crowd);
    g_test_add_func("/sfu/tcp/slow", test_slow);
    return g_test_run();
}
