#include "sfu/transport/udp.h"

#include "base/clock.h"
#include "tests/harness/wait.h"

#include <errno.h>
#include <glib.h>
#include <string.h>
#include <unistd.h>

enum { WAIT_US = 2000000, SLICES = 200 };

struct ends {
    struct udp_socket a, b;
    struct udp_inbox *inbox;
    struct counters counters;
};

static void open_one(struct udp_socket *socket, const char *ip)
{
    struct address address;
    size_t less;
    g_assert_cmpint(address_parse(ip, 0, &address), ==, 0);
    g_assert_cmpint(udp_open(&address, 1 << 20, socket, &less), ==, 0);
    g_assert_cmpuint(socket->bound.port, !=, 0);
}

static void setup(struct ends *ends, const char *ip_a, const char *ip_b)
{
    memset(ends, 0, sizeof *ends);
    open_one(&ends->a, ip_a);
    open_one(&ends->b, ip_b);
    g_assert_cmpint(udp_inbox_create(&ends->inbox), ==, 0);
}

static void teardown(struct ends *ends)
{
    udp_close(&ends->a);
    udp_close(&ends->b);
    udp_inbox_destroy(ends->inbox);
}

/* From a's address to b at `ip`. */
static struct tuple way_to_b(struct ends *ends, const char *ip)
{
    struct tuple tuple = {.local = ends->a.bound};
    tuple.local.port = 0;
    g_assert_cmpint(address_parse(ip, ends->b.bound.port, &tuple.remote), ==, 0);
    return tuple;
}

static uint8_t pattern(unsigned packet, size_t at)
{
    return (uint8_t)(packet * 31 + at);
}

/* Sends packets of the given sizes in one go; all arrive, in order, as they were. */
static void exchange(struct ends *ends, const size_t *sizes, unsigned count)
{
    g_autofree uint8_t *data = g_malloc((gsize)count * UDP_DATAGRAM_BYTES);
    struct udp_slice slices[SLICES];
    for (unsigned i = 0; i < count; i++) {
        slices[i] =
            (struct udp_slice){.data = data + (gsize)i * UDP_DATAGRAM_BYTES, .len = sizes[i]};
        for (size_t at = 0; at < sizes[i]; at++)
            data[(gsize)i * UDP_DATAGRAM_BYTES + at] = pattern(i, at);
    }
    struct tuple to = way_to_b(ends, "127.0.0.1");
    uint64_t out_before = ends->counters.packets_out;
    udp_send(&ends->a, &to, slices, count, &ends->counters);
    g_assert_cmpuint(ends->counters.packets_out - out_before, ==, count);
    for (unsigned seen = 0; seen < count;) {
        g_assert_true(wait_readable(ends->b.fd, WAIT_US));
        int n = udp_receive(&ends->b, 0, ends->inbox, &ends->counters);
        g_assert_cmpint(n, >, 0);
        for (int i = 0; i < n; i++, seen++) {
            struct udp_datagram d;
            g_assert_true(udp_inbox_datagram(ends->inbox, (unsigned)i, &d));
            g_assert_cmpuint(d.len, ==, sizes[seen]);
            g_assert_cmpuint(d.tuple.remote.port, ==, ends->a.bound.port);
            for (size_t at = 0; at < d.len; at++)
                g_assert_cmpuint(d.data[at], ==, pattern(seen, at));
        }
    }
    g_assert_cmpint(udp_receive(&ends->b, 0, ends->inbox, &ends->counters), ==, 0);
}

static void test_frame(void)
{
    static const size_t sizes[] = {1175, 1176, 1176, 1176, 80, 80, 40, 1200, 1, 1200};
    struct ends ends;
    setup(&ends, "127.0.0.1", "127.0.0.1");
    exchange(&ends, sizes, G_N_ELEMENTS(sizes));
    ends.a.segments = false; /* and as a kernel without UDP_SEGMENT has it */
    exchange(&ends, sizes, G_N_ELEMENTS(sizes));
    teardown(&ends);
}

static void test_random_sizes(void)
{
    struct ends ends;
    size_t sizes[SLICES];
    setup(&ends, "127.0.0.1", "127.0.0.1");
    for (unsigned round = 0; round < 20; round++) {
        unsigned count = (unsigned)g_test_rand_int_range(1, SLICES + 1);
        for (unsigned i = 0; i < count; i++)
            sizes[i] =
                g_test_rand_bit() && i ? sizes[i - 1] : (size_t)g_test_rand_int_range(1, 1200);
        exchange(&ends, sizes, count);
    }
    teardown(&ends);
}

/* The kernel refuses UDP_SEGMENT with EINVAL on a socket without checksums, as some network cards do with
 * EIO: the run is sent packet by packet then. */
static void test_refused_segments(void)
{
    static const size_t sizes[] = {500, 500, 500, 500, 20};
    struct ends ends;
    int yes = 1;
    setup(&ends, "127.0.0.1", "127.0.0.1");
    g_assert_cmpint(setsockopt(ends.a.fd, SOL_SOCKET, SO_NO_CHECK, &yes, sizeof yes), ==, 0);
    g_assert_true(ends.a.segments);
    exchange(&ends, sizes, G_N_ELEMENTS(sizes));
    g_assert_cmpuint(ends.counters.drops[SFU_DROP_SEND_FAILED], ==, 0);
    teardown(&ends);
}

/* A card, or a way, on which runs fail: it takes what is one packet. */
static struct {
    int error;
    bool healed;
    unsigned offers; /* of runs */
} card;

static int send_by_card(int fd, struct mmsghdr *messages, unsigned count, int flags)
{
    if (messages[0].msg_hdr.msg_iovlen > 1) {
        card.offers++;
        if (!card.healed) {
            errno = card.error;
            return -1;
        }
    }
    for (unsigned n = 1; n < count; n++)
        if (messages[n].msg_hdr.msg_iovlen > 1)
            return sendmmsg(fd, messages, n, flags);
    return sendmmsg(fd, messages, count, flags);
}

/* Whatever the refusal is called, all packets arrive, in order; and it is not asked for every time. */
static void test_refusing_card(gconstpointer error)
{
    enum { SENDS = 500 };
    static const size_t sizes[] = {100, 900, 900, 900, 20, 1200, 1200, 30};
    struct ends ends;
    memset(&card, 0, sizeof card);
    card.error = GPOINTER_TO_INT(error);
    setup(&ends, "127.0.0.1", "127.0.0.1");
    ends.a.send = send_by_card;
    for (unsigned i = 0; i < SENDS; i++)
        exchange(&ends, sizes, G_N_ELEMENTS(sizes));
    g_assert_cmpuint(card.offers, >, 0);
    g_assert_cmpuint(card.offers, <, 40);
    g_assert_cmpuint(ends.counters.drops[SFU_DROP_SEND_FAILED], ==, 0);
    g_assert_cmpuint(ends.counters.drops[SFU_DROP_SEND_QUEUE_FULL], ==, 0);

    card.healed = true; /* another way out: it is found in the end, and then used always */
    for (unsigned i = 0; i < UDP_RUNS_HELD_MAX; i++)
        exchange(&ends, sizes, G_N_ELEMENTS(sizes));
    card.offers = 0;
    exchange(&ends, sizes, G_N_ELEMENTS(sizes));
    exchange(&ends, sizes, G_N_ELEMENTS(sizes));
    g_assert_cmpuint(card.offers, >=, 4);
    teardown(&ends);
}

/* The one thing that is not refusal: what finds no place is dropped by that name, and nothing is tried
 * again. */
static void test_full_queue(void)
{
    static uint8_t data[1000];
    struct udp_slice slices[] = {{data, 1000}, {data, 1000}, {data, 1000}, {data, 10}};
    struct ends ends;
    memset(&card, 0, sizeof card);
    card.error = ENOBUFS;
    setup(&ends, "127.0.0.1", "127.0.0.1");
    struct tuple to = way_to_b(&ends, "127.0.0.1");
    ends.a.send = send_by_card;
    udp_send(&ends.a, &to, slices, G_N_ELEMENTS(slices), &ends.counters);
    g_assert_cmpuint(ends.counters.drops[SFU_DROP_SEND_QUEUE_FULL], ==, 4);
    g_assert_cmpuint(ends.counters.packets_out, ==, 0);
    g_assert_cmpuint(card.offers, ==, 1);
    teardown(&ends);
}

/* Who may administer the network gets the buffer that he asks for, whatever net.core says; who may not is
 * told how much less it is. */
static void test_buffers(void)
{
    enum { BYTES = 32 << 20 };
    struct address address;
    struct udp_socket socket;
    size_t less = 1;
    int got = 0;
    socklen_t got_len = sizeof got;
    address_parse("127.0.0.1", 0, &address);
    g_assert_cmpint(udp_open(&address, BYTES, &socket, &less), ==, 0);
    g_assert_cmpint(getsockopt(socket.fd, SOL_SOCKET, SO_RCVBUF, &got, &got_len), ==, 0);
    if (less == 0)
        g_assert_cmpint(got / 2, >=, BYTES);
    else
        g_assert_cmpuint((size_t)got / 2, >=, less);
    g_assert_cmpuint(less, <, BYTES);
    udp_close(&socket);
}

struct wildcard {
    const char *client, *any, *asked;
};

/* A wildcard socket is told which of its addresses was asked, and answers from that one. */
static void test_wildcard(gconstpointer data)
{
    const struct wildcard *w = data;
    struct ends ends;
    struct udp_datagram d;
    char text[SFU_ADDRESS_BYTES];
    uint8_t hello[] = "hello";
    struct udp_slice slice = {.data = hello, .len = sizeof hello};
    setup(&ends, w->client, w->any);
    struct tuple to = way_to_b(&ends, w->asked);
    udp_send(&ends.a, &to, &slice, 1, &ends.counters);
    g_assert_true(wait_readable(ends.b.fd, WAIT_US));
    g_assert_cmpint(udp_receive(&ends.b, 0, ends.inbox, &ends.counters), ==, 1);
    g_assert_true(udp_inbox_datagram(ends.inbox, 0, &d));
    address_format(&d.tuple.local, text);
    g_assert_cmpstr(text, ==, w->asked);

    struct tuple back = d.tuple;
    struct udp_slice run[2] = {slice, slice}; /* both kinds of control message at once */
    udp_send(&ends.b, &back, run, 2, &ends.counters);
    for (unsigned seen = 0; seen < 2;) {
        g_assert_true(wait_readable(ends.a.fd, WAIT_US));
        int n = udp_receive(&ends.a, 0, ends.inbox, &ends.counters);
        for (int i = 0; i < n; i++, seen++) {
            g_assert_true(udp_inbox_datagram(ends.inbox, (unsigned)i, &d));
            address_format(&d.tuple.remote, text);
            g_assert_cmpstr(text, ==, w->asked);
            g_assert_cmpmem(d.data, d.len, hello, sizeof hello);
        }
    }
    teardown(&ends);
}

/* Whether this machine has IPv6 at all: containers often have not. */
static bool has_ipv6(void)
{
    struct address address;
    struct udp_socket socket;
    size_t less;
    address_parse("::1", 0, &address);
    if (udp_open(&address, 0, &socket, &less) < 0)
        return false;
    udp_close(&socket);
    return true;
}

static void test_truncated(void)
{
    struct ends ends;
    struct udp_datagram d;
    static uint8_t large[UDP_DATAGRAM_BYTES + 100];
    struct udp_slice slice = {.data = large, .len = sizeof large};
    setup(&ends, "127.0.0.1", "127.0.0.1");
    struct tuple to = way_to_b(&ends, "127.0.0.1");
    udp_send(&ends.a, &to, &slice, 1, &ends.counters);
    g_assert_true(wait_readable(ends.b.fd, WAIT_US));
    g_assert_cmpint(udp_receive(&ends.b, 0, ends.inbox, &ends.counters), ==, 1);
    g_assert_true(udp_inbox_datagram(ends.inbox, 0, &d));
    g_assert_true(d.truncated);
    teardown(&ends);
}

static void test_overflow_counted(void)
{
    struct ends ends;
    static uint8_t data[1000];
    struct udp_slice slice = {.data = data, .len = sizeof data};
    setup(&ends, "127.0.0.1", "127.0.0.1");
    struct tuple to = way_to_b(&ends, "127.0.0.1");
    int tiny = 4096;
    setsockopt(ends.b.fd, SOL_SOCKET, SO_RCVBUF, &tiny, sizeof tiny);
    for (unsigned i = 0; i < 200; i++)
        udp_send(&ends.a, &to, &slice, 1, &ends.counters);
    uint64_t received = 0;
    /* The kernel tells of a loss with the next datagram that it queues. */
    while (udp_receive(&ends.b, 0, ends.inbox, &ends.counters) > 0)
        ;
    udp_send(&ends.a, &to, &slice, 1, &ends.counters);
    while (udp_receive(&ends.b, 0, ends.inbox, &ends.counters) > 0)
        ;
    received = ends.counters.packets_in;
    g_assert_cmpuint(received, <, 201);
    g_assert_cmpuint(ends.counters.drops[SFU_DROP_SOCKET_OVERFLOW], ==, 201 - received);
    teardown(&ends);
}

static void test_taken_port(void)
{
    struct udp_socket first, second;
    size_t less;
    open_one(&first, "127.0.0.1");
    g_assert_cmpint(udp_open(&first.bound, 0, &second, &less), ==, -EADDRINUSE);
    udp_close(&first);
    struct address elsewhere;
    address_parse("192.0.2.1", 0, &elsewhere);
    g_assert_cmpint(udp_open(&elsewhere, 0, &second, &less), ==, -EADDRNOTAVAIL);
}

/* A datagram's arrival is when the kernel had it, however long it was left waiting. */
static void test_arrival(void)
{
    enum { WAITED_US = 20000 };
    struct ends ends;
    struct udp_datagram d;
    uint8_t hello[] = "hello";
    struct udp_slice slice = {.data = hello, .len = sizeof hello};
    setup(&ends, "127.0.0.1", "127.0.0.1");
    struct tuple to = way_to_b(&ends, "127.0.0.1");
    int64_t before_us = clock_now_us();
    udp_send(&ends.a, &to, &slice, 1, &ends.counters);
    g_assert_false(wait_readable(ends.a.fd, WAITED_US)); /* nothing comes back: time goes by */
    g_assert_cmpint(udp_receive(&ends.b, 0, ends.inbox, &ends.counters), ==, 1);
    int64_t after_us = clock_now_us();
    g_assert_true(udp_inbox_datagram(ends.inbox, 0, &d));
    g_assert_cmpint(d.arrival_us, >=, before_us - 1000000);
    g_assert_cmpint(d.arrival_us, <=, after_us - WAITED_US + 1000);
    teardown(&ends);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/sfu/udp/frame", test_frame);
    g_test_add_func("/sfu/udp/random-sizes", test_random_sizes);
    g_test_add_func("/sfu/udp/refused-segments", test_refused_segments);
    g_test_add_data_func("/sfu/udp/refusing-card-eio", GINT_TO_POINTER(EIO), test_refusing_card);
    g_test_add_data_func("/sfu/udp/refusing-card-einval", GINT_TO_POINTER(EINVAL),
                         test_refusing_card);
    g_test_add_data_func("/sfu/udp/refusing-card-emsgsize", GINT_TO_POINTER(EMSGSIZE),
                         test_refusing_card);
    g_test_add_func("/sfu/udp/full-queue", test_full_queue);
    g_test_add_func("/sfu/udp/buffers", test_buffers);
    static const struct wildcard v4 = {"127.0.0.1", "0.0.0.0", "127.0.0.9"};
    static const struct wildcard v6 = {"::1", "::", "::1"};
    g_test_add_data_func("/sfu/udp/wildcard-v4", &v4, test_wildcard);
    if (has_ipv6())
        g_test_add_data_func("/sfu/udp/wildcard-v6", &v6, test_wildcard);
    g_test_add_func("/sfu/udp/arrival", test_arrival);
    g_test_add_func("/sfu/udp/truncated", test_truncated);
    g_test_add_func("/sfu/udp/overflow-counted", test_overflow_counted);
    g_test_add_func("/sfu/udp/taken-port", test_taken_port);
    return g_test_run();
}
