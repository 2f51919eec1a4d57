/* The batch with real sockets: every destination gets its packets, in order, whatever the mixture. */
#include "sfu/worker/batch.h"

#include "base/clock.h"
#include "tests/harness/wait.h"

#include <glib.h>
#include <string.h>

enum { DESTINATIONS = 3, WAIT_US = 2000000, LEN = 300 };

struct bench {
    struct udp_socket from, to[DESTINATIONS];
    struct tuple ways[DESTINATIONS];
    struct batch_chain chains[DESTINATIONS];
    uint32_t sent[DESTINATIONS], seen[DESTINATIONS];
    struct counters counters;
    struct udp_inbox *inbox;
    struct batch *batch;
};

static void setup(struct bench *b)
{
    struct address any;
    size_t less;
    memset(b, 0, sizeof *b);
    g_assert_cmpint(address_parse("127.0.0.1", 0, &any), ==, 0);
    g_assert_cmpint(udp_open(&any, 0, &b->from, &less), ==, 0);
    for (unsigned i = 0; i < DESTINATIONS; i++) {
        g_assert_cmpint(udp_open(&any, 4 << 20, &b->to[i], &less), ==, 0);
        b->ways[i].remote = b->to[i].bound;
    }
    g_assert_cmpint(udp_inbox_create(&b->inbox), ==, 0);
    g_assert_cmpint(batch_create(&b->from, NULL, &b->counters, &b->batch), ==, 0);
}

static void teardown(struct bench *b)
{
    batch_destroy(b->batch);
    udp_inbox_destroy(b->inbox);
    udp_close(&b->from);
    for (unsigned i = 0; i < DESTINATIONS; i++)
        udp_close(&b->to[i]);
}

static void queue_arrived(struct bench *b, unsigned chain, unsigned destination, int64_t arrival_us)
{
    uint8_t *block = batch_block(b->batch);
    g_assert_true(block == batch_block(b->batch)); /* the same until it is committed */
    memset(block, (int)destination, LEN);
    memcpy(block, &b->sent[destination], sizeof b->sent[0]);
    b->sent[destination]++;
    batch_commit(b->batch, &b->chains[chain], &b->ways[destination], LEN, arrival_us);
}

static void queue(struct bench *b, unsigned chain, unsigned destination)
{
    queue_arrived(b, chain, destination, 0);
}

/* Everything sent so far has come, each destination's own and in order. */
static void collect(struct bench *b)
{
    for (unsigned i = 0; i < DESTINATIONS; i++) {
        while (b->seen[i] < b->sent[i]) {
            g_assert_true(wait_readable(b->to[i].fd, WAIT_US));
            int n = udp_receive(&b->to[i], 0, b->inbox, &b->counters);
            for (int at = 0; at < n; at++) {
                struct udp_datagram d;
                g_assert_true(udp_inbox_datagram(b->inbox, (unsigned)at, &d));
                g_assert_cmpuint(d.len, ==, LEN);
                g_assert_cmpmem(d.data, 4, &b->seen[i], 4);
                g_assert_cmpuint(d.data[LEN - 1], ==, i);
                b->seen[i]++;
            }
        }
    }
}

static void test_interleaved(void)
{
    struct bench b;
    setup(&b);
    for (unsigned turn = 0; turn < 10; turn++) {
        for (unsigned i = 0; i < 90; i++) {
            unsigned to = (unsigned)g_test_rand_int_range(0, DESTINATIONS);
            queue(&b, to, to);
        }
        batch_flush(b.batch);
        collect(&b);
    }
    teardown(&b);
}

/* More than there are blocks: it is flushed in between, nothing is lost or overwritten. */
static void test_overfull(void)
{
    struct bench b;
    setup(&b);
    for (unsigned i = 0; i < BATCH_PACKETS; i++)
        queue(&b, 0, 0);
    g_assert_cmpuint(b.counters.packets_out, ==, 0);
    queue(&b, 1, 1);
    g_assert_cmpuint(b.counters.packets_out, ==, BATCH_PACKETS);
    batch_flush(b.batch);
    collect(&b);
    teardown(&b);
}

/* A peer moves in the middle of a turn: what was queued leaves by the old way. */
static void test_change_of_way(void)
{
    struct bench b;
    setup(&b);
    for (unsigned i = 0; i < 5; i++)
        queue(&b, 0, 0);
    for (unsigned i = 0; i < 5; i++)
        queue(&b, 0, 1);
    queue(&b, 0, 0);
    batch_flush(b.batch);
    collect(&b);
    g_assert_cmpuint(b.seen[0], ==, 6);
    g_assert_cmpuint(b.seen[1], ==, 5);
    g_assert_false(b.chains[0].waiting);
    teardown(&b);
}

static uint64_t delays(const struct bench *b, unsigned from)
{
    uint64_t sum = 0;
    for (unsigned i = from; i < SFU_DELAY_BUCKETS; i++)
        sum += b->counters.delay_count[i];
    return sum;
}

/* What is forwarded is counted when it has left, by the time since it arrived; other packets are not. */
static void test_delays(void)
{
    enum { WAITED_US = 30000 };
    struct bench b;
    unsigned at_least = 0;
    while (sfu_delay_bucket_us(at_least) < WAITED_US)
        at_least++;
    setup(&b);
    queue_arrived(&b, 0, 0, clock_now_us() - WAITED_US);
    queue_arrived(&b, 1, 1, clock_now_us() - WAITED_US);
    queue(&b, 0, 0);
    g_assert_cmpuint(delays(&b, 0), ==, 0);
    batch_flush(b.batch);
    g_assert_cmpuint(delays(&b, 0), ==, 2);
    g_assert_cmpuint(delays(&b, at_least), ==, 2);
    g_assert_cmpuint(b.counters.delay_sum_us, >=, 2 * WAITED_US);
    collect(&b);
    teardown(&b);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/sfu/batch/interleaved", test_interleaved);
    g_test_add_func("/sfu/batch/overfull", test_overfull);
    g_test_add_func("/sfu/batch/change-of-way", test_change_of_way);
    g_test_add_func("/sfu/batch/delays", test_delays);
    return g_test_run();
}
