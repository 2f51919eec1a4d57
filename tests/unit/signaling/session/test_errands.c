#include "signaling/session/errands.h"

#include <errno.h>
#include <glib.h>

enum { MAX_DONE = 16 };

/* A mailbox that is full while `is_full`. */
struct far_end {
    bool is_full;
    int refusal; /* instead of 0 */
    unsigned tries, done_count;
    struct sig_errand done[MAX_DONE];
};

static int take(const struct sig_errand *errand, void *user)
{
    struct far_end *far_end = user;
    far_end->tries++;
    if (far_end->is_full)
        return -EAGAIN;
    if (far_end->refusal)
        return far_end->refusal;
    g_assert_cmpuint(far_end->done_count, <, MAX_DONE);
    far_end->done[far_end->done_count++] = *errand;
    return 0;
}

static int add(struct sig_errands *errands, enum sig_errand_kind kind, uint64_t object,
               unsigned section, bool open)
{
    struct sig_errand errand = {.kind = kind, .object = object, .section = section};
    errand.gate.to_slots = errand.gate.to_sink = open;
    return sig_errands_add(errands, &errand);
}

static void wait_empty(const struct sig_errands *errands)
{
    while (sig_errands_waiting(errands))
        g_main_context_iteration(NULL, TRUE);
}

static void test_at_once(void)
{
    struct far_end far_end = {0};
    struct sig_errands *errands = sig_errands_create(take, &far_end);
    g_assert_cmpint(add(errands, SIG_ERRAND_ROOM_CLOSE, 1, 0, false), ==, 0);
    g_assert_cmpuint(far_end.done_count, ==, 1);
    far_end.refusal = -ENOENT;
    g_assert_cmpint(add(errands, SIG_ERRAND_JOURNAL_CLOSE, 2, 0, false), ==, -ENOENT);
    g_assert_cmpuint(sig_errands_waiting(errands), ==, 0);
    sig_errands_destroy(errands);
    sig_errands_destroy(NULL);
}

/* What finds a full mailbox is done later, in its order, once. */
static void test_full(void)
{
    struct far_end far_end = {.is_full = true};
    struct sig_errands *errands = sig_errands_create(take, &far_end);
    g_assert_cmpint(add(errands, SIG_ERRAND_GATE, 7, 1, false), ==, 0);
    g_assert_cmpint(add(errands, SIG_ERRAND_PEER_CLOSE, 7, 0, false), ==, 0);
    g_assert_cmpint(add(errands, SIG_ERRAND_ROOM_CLOSE, 8, 0, false), ==, 0);
    g_assert_cmpuint(sig_errands_waiting(errands), ==, 3);
    unsigned tries = far_end.tries;
    while (far_end.tries < tries + 2)
        g_main_context_iteration(NULL, TRUE);
    g_assert_cmpuint(sig_errands_waiting(errands), ==, 3);
    far_end.is_full = false;
    /* There is room again, but it does not overtake. */
    g_assert_cmpint(add(errands, SIG_ERRAND_JOURNAL_CLOSE, 9, 0, false), ==, 0);
    g_assert_cmpuint(far_end.done_count, ==, 0);
    wait_empty(errands);
    g_assert_cmpuint(far_end.done_count, ==, 4);
    g_assert_cmpint(far_end.done[0].kind, ==, SIG_ERRAND_GATE);
    g_assert_cmpint(far_end.done[1].kind, ==, SIG_ERRAND_PEER_CLOSE);
    g_assert_cmpint(far_end.done[2].kind, ==, SIG_ERRAND_ROOM_CLOSE);
    g_assert_cmpint(far_end.done[3].kind, ==, SIG_ERRAND_JOURNAL_CLOSE);
    g_assert_cmpint(add(errands, SIG_ERRAND_ROOM_CLOSE, 10, 0, false), ==, 0);
    g_assert_cmpuint(far_end.done_count, ==, 5);
    sig_errands_destroy(errands);
}

/* A gate that was closed and opened while the mailbox was full ends open, with one command a section. */
static void test_last_word(void)
{
    struct far_end far_end = {.is_full = true};
    struct sig_errands *errands = sig_errands_create(take, &far_end);
    add(errands, SIG_ERRAND_GATE, 7, 1, false);
    add(errands, SIG_ERRAND_GATE, 7, 2, false);
    add(errands, SIG_ERRAND_FEED, 7, 1, false);
    add(errands, SIG_ERRAND_GATE, 7, 1, true);
    g_assert_cmpuint(sig_errands_waiting(errands), ==, 3);
    far_end.is_full = false;
    wait_empty(errands);
    g_assert_cmpuint(far_end.done_count, ==, 3);
    g_assert_true(far_end.done[0].gate.to_slots);
    g_assert_cmpuint(far_end.done[0].section, ==, 1);
    g_assert_false(far_end.done[1].gate.to_slots);
    sig_errands_destroy(errands);
}

/* What has become pointless does not hold up the others; what still waits at the end is forgotten. */
static void test_pointless(void)
{
    struct far_end far_end = {.is_full = true};
    struct sig_errands *errands = sig_errands_create(take, &far_end);
    add(errands, SIG_ERRAND_PEER_CLOSE, 7, 0, false);
    add(errands, SIG_ERRAND_ROOM_CLOSE, 8, 0, false);
    far_end.is_full = false;
    far_end.refusal = -ENOENT;
    wait_empty(errands);
    g_assert_cmpuint(far_end.done_count, ==, 0);
    far_end.is_full = true;
    add(errands, SIG_ERRAND_ROOM_CLOSE, 9, 0, false);
    sig_errands_destroy(errands);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_log_set_always_fatal(G_LOG_LEVEL_ERROR |
                           G_LOG_LEVEL_CRITICAL); /* a full mailbox is warned of */
    g_test_add_func("/signaling/errands/at-once", test_at_once);
    g_test_add_func("/signaling/errands/full", test_full);
    g_test_add_func("/signaling/errands/last-word", test_last_word);
    g_test_add_func("/signaling/errands/pointless", test_pointless);
    return g_test_run();
}
