#include "signaling/session/ring.h"

#include <string.h>

static GBytes *frame_of(uint64_t seq)
{
    g_autofree char *text = g_strdup_printf("%" G_GUINT64_FORMAT, seq);
    return g_bytes_new(text, strlen(text) + 1);
}

static uint64_t put(struct sig_ring *ring)
{
    uint64_t seq = sig_ring_next(ring);
    g_autoptr(GBytes) frame = frame_of(seq);
    sig_ring_put(ring, seq, frame);
    return seq;
}

static void collect(GBytes *frame, void *user)
{
    g_string_append_printf(user, "%s ", (const char *)g_bytes_get_data(frame, NULL));
}

static char *replayed(const struct sig_ring *ring, uint64_t last_seq)
{
    GString *text = g_string_new(NULL);
    sig_ring_replay(ring, last_seq, collect, text);
    return g_string_free(text, FALSE);
}

static void test_replay(void)
{
    struct sig_ring ring;
    sig_ring_init(&ring);
    uint64_t first = put(&ring);
    put(&ring);
    put(&ring);
    g_autofree char *all = replayed(&ring, first - 1), *rest = replayed(&ring, first),
                    *none = replayed(&ring, ring.seq);
    g_assert_cmpstr(all, ==, "2 3 4 ");
    g_assert_cmpstr(rest, ==, "3 4 ");
    g_assert_cmpstr(none, ==, "");
    sig_ring_finish(&ring);
}

/* A page without memory says 0, and no ring ever holds what it has missed. */
static void test_zero_is_never_held(void)
{
    struct sig_ring ring;
    sig_ring_init(&ring);
    g_assert_cmpuint(ring.seq, >, 0);
    g_assert_false(sig_ring_holds(&ring, 0));
    g_assert_true(sig_ring_holds(&ring, ring.seq));
    put(&ring);
    g_assert_false(sig_ring_holds(&ring, 0));
    g_assert_false(sig_ring_holds(&ring, ring.seq + 1)); /* the future is another server's */
    sig_ring_finish(&ring);
}

static void test_overflow(void)
{
    struct sig_ring ring;
    sig_ring_init(&ring);
    uint64_t before = ring.seq;
    for (int i = 0; i < SIG_RING_EVENTS; i++)
        put(&ring);
    g_assert_true(sig_ring_holds(&ring, before));
    put(&ring);
    g_assert_false(sig_ring_holds(&ring, before));
    g_assert_true(sig_ring_holds(&ring, before + 1));
    g_assert_cmpuint(ring.events.length, ==, SIG_RING_EVENTS);
    sig_ring_finish(&ring);
}

/* What a replay sends fits into the outbox of a fresh socket, whatever the events' size. */
static void test_bytes(void)
{
    struct sig_ring ring;
    sig_ring_init(&ring);
    g_autofree char *large = g_strnfill(40 * 1024, 'x');
    g_autoptr(GBytes) frame = g_bytes_new(large, 40 * 1024);
    uint64_t first = ring.seq;
    for (int i = 0; i < 3; i++)
        sig_ring_put(&ring, sig_ring_next(&ring), frame);
    g_assert_true(sig_ring_holds(&ring, first));
    sig_ring_put(&ring, sig_ring_next(&ring), frame);
    g_assert_false(sig_ring_holds(&ring, first));
    g_assert_true(sig_ring_holds(&ring, first + 1));
    g_assert_cmpuint(ring.bytes, <=, SIG_RING_BYTES);
    sig_ring_ack(&ring, ring.seq);
    g_assert_cmpuint(ring.bytes, ==, 0);
    sig_ring_finish(&ring);
}

static void test_ack(void)
{
    struct sig_ring ring;
    sig_ring_init(&ring);
    uint64_t first = put(&ring), second = put(&ring);
    put(&ring);
    sig_ring_ack(&ring, second);
    g_assert_cmpuint(ring.events.length, ==, 1);
    g_assert_false(sig_ring_holds(&ring, first));
    g_assert_true(sig_ring_holds(&ring, second));
    sig_ring_ack(&ring, first); /* an old one changes nothing */
    sig_ring_ack(&ring, 1000);  /* nor does one that was never given */
    g_assert_cmpuint(ring.events.length, ==, 1);
    sig_ring_finish(&ring);
}

/* Statistics are counted and not kept: a hole is no loss. */
static void test_holes(void)
{
    struct sig_ring ring;
    sig_ring_init(&ring);
    uint64_t first = put(&ring);
    sig_ring_next(&ring);
    sig_ring_next(&ring);
    put(&ring);
    g_assert_true(sig_ring_holds(&ring, first));
    g_assert_true(sig_ring_holds(&ring, first + 1));
    g_autofree char *rest = replayed(&ring, first);
    g_assert_cmpstr(rest, ==, "5 ");
    sig_ring_finish(&ring);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/signaling/ring/replay", test_replay);
    g_test_add_func("/signaling/ring/zero_is_never_held", test_zero_is_never_held);
    g_test_add_func("/signaling/ring/overflow", test_overflow);
    g_test_add_func("/signaling/ring/bytes", test_bytes);
    g_test_add_func("/signaling/ring/ack", test_ack);
    g_test_add_func("/signaling/ring/holes", test_holes);
    return g_test_run();
}
