#include "sfu/forward/missing.h"

#include <glib.h>

enum { RTT = 50000 };

static void test_asks_and_gives_up(void)
{
    struct missing m = {0};
    uint16_t seqs[MISSING_MAX];
    int64_t given_up;
    g_assert_cmpint(missing_add(&m, 70000, 70003, 0), ==, 0);
    g_assert_cmpuint(missing_collect(&m, true, RTT, 0, seqs, &given_up), ==, 3);
    g_assert_cmpuint(seqs[0], ==, 70000 - 65536);
    g_assert_cmpuint(seqs[2], ==, 70002 - 65536);
    g_assert_cmpuint(missing_collect(&m, true, RTT, RTT, seqs, &given_up), ==,
                     0); /* on its way, perhaps */
    missing_arrived(&m, 70001, true, RTT, RTT);
    missing_arrived(&m, 1, true, RTT, RTT);
    g_assert_cmpuint(missing_collect(&m, true, RTT, RTT + 20000, seqs, &given_up), ==, 2);
    unsigned asked = 2;
    int64_t now = RTT + 20000;
    while (m.count > 0) {
        now += 10000;
        asked++;
        missing_collect(&m, true, RTT, now, seqs, &given_up);
        g_assert_cmpint(now, <=, MISSING_GIVE_UP_LEAST_US);
    }
    g_assert_cmpint(given_up, ==, 70002);
    g_assert_cmpuint(asked, >, 10);
}

static void test_slow_line_gives_up_by_time(void)
{
    struct missing m = {0};
    uint16_t seqs[MISSING_MAX];
    int64_t given_up = 0, now = 0;
    unsigned asked = 0;
    missing_add(&m, 10, 11, 0);
    for (; m.count > 0; now += 20000)
        asked += missing_collect(&m, true, 400000, now, seqs, &given_up);
    g_assert_cmpint(given_up, ==, 10);
    g_assert_cmpuint(asked, ==, 3); /* 0, 420, 840 ms; 1.2 s is too late */
}

static void test_without_nack(void)
{
    struct missing m = {0};
    uint16_t seqs[MISSING_MAX];
    int64_t given_up;
    missing_add(&m, 10, 12, 0);
    g_assert_cmpuint(missing_collect(&m, false, RTT, 100000, seqs, &given_up), ==, 0);
    g_assert_cmpint(given_up, ==, 0);
    missing_collect(&m, false, RTT, MISSING_GIVE_UP_UNASKED_US, seqs, &given_up);
    g_assert_cmpint(given_up, ==, 11);
    g_assert_cmpuint(m.count, ==, 0);
}

static void test_overflow(void)
{
    struct missing m = {0};
    g_assert_cmpint(missing_add(&m, 100, 300, 0), ==, 0);
    g_assert_cmpint(missing_add(&m, 400, 500, 0), ==, 100 + 44 - 1); /* 44 must go */
    g_assert_cmpuint(m.count, ==, MISSING_MAX);
    g_assert_cmpint(m.packets[0].number, ==, 144);
    g_assert_cmpint(missing_add(&m, 1000, 3000, 0), ==, 3000 - MISSING_MAX - 1);
    g_assert_cmpuint(m.count, ==, MISSING_MAX);
    g_assert_cmpint(m.packets[0].number, ==, 3000 - MISSING_MAX);
    for (unsigned i = 1; i < m.count; i++)
        g_assert_cmpint(m.packets[i].number, ==, m.packets[i - 1].number + 1);
}

/* A line that reorders by 15 ms: soon nothing is asked for that would have come anyway, and once it only
 * loses it is asked for at once again. */
static void test_reordering(void)
{
    struct missing m = {0};
    uint16_t seqs[MISSING_MAX];
    int64_t given_up, now = 0;
    unsigned asked = 0;
    for (int64_t number = 100; number < 200; number += 2, now += 30000) {
        missing_add(&m, number, number + 1, now);
        asked += missing_collect(&m, true, RTT, now, seqs, &given_up);
        asked += missing_collect(&m, true, RTT, now + 14000, seqs, &given_up);
        missing_arrived(&m, number, false, RTT, now + 15000);
    }
    g_assert_cmpuint(asked, ==, 1);
    unsigned waited = 0;
    for (int64_t number = 200; number < 300; number += 2, now += 200000) {
        missing_add(&m, number, number + 1, now);
        waited += missing_collect(&m, true, RTT, now, seqs, &given_up) == 0;
        missing_collect(&m, true, RTT, now + 15000, seqs, &given_up);
        missing_arrived(&m, number, true, RTT, now + 15000 + RTT);
    }
    g_assert_cmpint(m.reorder_us, <, 100);
    g_assert_cmpuint(waited, >, 0);
    missing_add(&m, 300, 301, now);
    g_assert_cmpuint(missing_collect(&m, true, RTT, now + 100, seqs, &given_up), ==, 1);
}

/* A sender a round trip away behind a line that loses, repairs too. */
struct far {
    int64_t rtt_us;
    double loss;
    unsigned requests, lost, repaired, given_up;
    int64_t answer_us[1 << 16],
        asked_us[1 << 16]; /* by the lower bits of the number; 0: none on its way */
};

static void far_ask(struct far *far, uint16_t seq, int64_t now_us)
{
    if (far->asked_us[seq])
        g_assert_cmpint(now_us - far->asked_us[seq], >=, far->rtt_us); /* once a round trip */
    far->asked_us[seq] = now_us;
    far->requests++;
    if (g_test_rand_double() >= far->loss)
        far->answer_us[seq] = now_us + far->rtt_us;
}

static void far_turn(struct far *far, struct missing *m, int64_t now_us)
{
    uint16_t seqs[MISSING_MAX];
    int64_t given_up;
    for (unsigned i = 0; i < m->count; i++) {
        int64_t number = m->packets[i].number, at_us = far->answer_us[number & 0xffff];
        if (at_us && at_us <= now_us) {
            missing_arrived(m, number, true, far->rtt_us, now_us);
            far->repaired++;
            i--;
        }
    }
    unsigned before = m->count;
    unsigned count = missing_collect(m, true, far->rtt_us, now_us, seqs, &given_up);
    far->given_up += before - m->count;
    for (unsigned i = 0; i < count; i++)
        far_ask(far, seqs[i], now_us);
}

static void simulate(int64_t rtt_us, double loss, struct far *ret_far)
{
    enum { PACKETS = 20000, PACKET_US = 5000 };
    struct missing m = {0};
    *ret_far = (struct far){.rtt_us = rtt_us, .loss = loss};
    for (int64_t i = 0; i < PACKETS + 1000; i++) {
        if (i < PACKETS && g_test_rand_double() < loss) {
            missing_add(&m, 65536 + i, 65536 + i + 1, i * PACKET_US);
            ret_far->lost++;
        }
        far_turn(ret_far, &m, i * PACKET_US);
    }
    g_assert_cmpuint(m.count, ==, 0);
    g_assert_cmpuint(ret_far->repaired + ret_far->given_up, ==, ret_far->lost);
}

/* What is repaired, at what price, over a short, a long and a very long way. */
static void test_round_trips(void)
{
    static const struct {
        int64_t rtt_us;
        double loss, least_repaired, most_requests;
    } ways[] = {
        {20000, 0.05, 0.999, 1.15}, {20000, 0.15, 0.995, 1.3},  {200000, 0.05, 0.99, 1.15},
        {200000, 0.15, 0.99, 1.3},  {600000, 0.05, 0.99, 1.15}, {600000, 0.15, 0.97, 1.3},
    };
    g_autofree struct far *far = g_new0(struct far, 1);
    for (unsigned i = 0; i < G_N_ELEMENTS(ways); i++) {
        simulate(ways[i].rtt_us, ways[i].loss, far);
        double repaired = (double)far->repaired / far->lost;
        double requests = (double)far->requests / far->lost;
        g_test_message("round trip %d ms, loss %.0f %%: %.2f %% repaired, %.2f requests a loss",
                       (int)(far->rtt_us / 1000), far->loss * 100, repaired * 100, requests);
        g_assert_cmpfloat(repaired, >=, ways[i].least_repaired);
        g_assert_cmpfloat(requests, <=, ways[i].most_requests);
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/forward/missing/asks-and-gives-up", test_asks_and_gives_up);
    g_test_add_func("/forward/missing/slow-line-gives-up-by-time", test_slow_line_gives_up_by_time);
    g_test_add_func("/forward/missing/without-nack", test_without_nack);
    g_test_add_func("/forward/missing/overflow", test_overflow);
    g_test_add_func("/forward/missing/reordering", test_reordering);
    g_test_add_func("/forward/missing/round-trips", test_round_trips);
    return g_test_run();
}
