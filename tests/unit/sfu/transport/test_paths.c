#include "sfu/transport/paths.h"

#include <errno.h>
#include <glib.h>

enum { SECOND = 1000000 };

static struct tuple way(uint16_t port)
{
    return (struct tuple){.remote = {.family = 2, .port = port}};
}

static int check(struct paths *paths, uint16_t port, int64_t now_us)
{
    struct tuple tuple = way(port), evicted;
    return paths_checked(paths, &tuple, now_us, &evicted);
}

static uint16_t current(const struct paths *paths)
{
    const struct tuple *tuple = paths_current(paths);
    return tuple ? tuple->remote.port : 0;
}

static void nominate(struct paths *paths, uint16_t port, bool changes)
{
    struct tuple tuple = way(port);
    g_assert_cmpint(paths_nominate(paths, &tuple), ==, changes);
}

static void test_selection(void)
{
    struct paths paths;
    paths_init(&paths);
    g_assert_cmpuint(current(&paths), ==, 0);
    nominate(&paths, 1, false); /* never checked */
    g_assert_cmpint(check(&paths, 1, 0), ==, 1);
    g_assert_cmpint(check(&paths, 2, 0), ==, 1);
    g_assert_cmpint(check(&paths, 1, 1), ==, 0);
    g_assert_cmpuint(current(&paths), ==, 0);
    nominate(&paths, 2, true);
    nominate(&paths, 2, false);
    g_assert_cmpuint(current(&paths), ==, 2);
    nominate(&paths, 1, true);
    g_assert_cmpuint(current(&paths), ==, 1);
}

static void test_limit(void)
{
    struct paths paths;
    struct tuple extra = way(100), evicted;
    paths_init(&paths);
    for (uint16_t port = 1; port <= PATHS_MAX; port++)
        g_assert_cmpint(check(&paths, port, port), ==, 1);
    nominate(&paths, 1, true);
    g_assert_cmpint(paths_checked(&paths, &extra, SECOND, &evicted), ==, -ENOSPC);
    g_assert_false(paths_has(&paths, &extra));
    /* Later the stalest goes, but never the selected one, though it is staler. */
    g_assert_cmpint(paths_checked(&paths, &extra, PATHS_STALE_US + SECOND, &evicted), ==, 1);
    g_assert_cmpuint(evicted.remote.port, ==, 2);
    g_assert_true(paths_has(&paths, &extra));
    g_assert_cmpuint(current(&paths), ==, 1);
}

static void test_expiry(void)
{
    struct paths paths;
    struct tuple expired;
    paths_init(&paths);
    check(&paths, 1, 0);
    check(&paths, 2, 10 * SECOND);
    check(&paths, 3, 5 * SECOND);
    nominate(&paths, 1, true);
    g_assert_false(paths_expire(&paths, 29 * SECOND, 30 * SECOND, &expired));
    g_assert_true(paths_expire(&paths, 30 * SECOND, 30 * SECOND, &expired));
    g_assert_cmpuint(expired.remote.port, ==, 1);
    g_assert_cmpuint(current(&paths), ==, 2); /* the freshest other */
    g_assert_true(paths_expire(&paths, 35 * SECOND, 30 * SECOND, &expired));
    g_assert_cmpuint(expired.remote.port, ==, 3);
    g_assert_cmpuint(current(&paths), ==, 2);
    g_assert_true(paths_expire(&paths, 40 * SECOND, 30 * SECOND, &expired));
    g_assert_cmpuint(current(&paths), ==, 0);
}

/* The last entry takes the place of one that goes: the selection has to follow it. */
static void test_removal_moves_selection(void)
{
    struct paths paths;
    struct tuple first = way(1);
    paths_init(&paths);
    check(&paths, 1, 0);
    check(&paths, 2, 0);
    check(&paths, 3, 0);
    nominate(&paths, 3, true);
    paths_forget(&paths, &first);
    g_assert_cmpuint(current(&paths), ==, 3);
    paths_forget(&paths, &first);
    g_assert_cmpuint(paths.count, ==, 2);
}

static void test_move_confirmed(void)
{
    struct paths paths;
    struct tuple to = way(9);
    paths_init(&paths);
    g_assert_false(paths_may_move(&paths, SECOND)); /* from nowhere */
    check(&paths, 1, 0);
    nominate(&paths, 1, true);
    g_assert_true(paths_may_move(&paths, SECOND));
    paths_move(&paths, &to, SECOND);
    g_assert_cmpuint(current(&paths), ==, 9);
    g_assert_false(paths_may_move(&paths, 60 * SECOND)); /* one at a time */
    g_assert_cmpint(check(&paths, 9, 3 * SECOND), ==, 1);
    g_assert_cmpuint(current(&paths), ==, 9);
    g_assert_false(paths_revert(&paths, 60 * SECOND));
    g_assert_cmpuint(current(&paths), ==, 9);
}

static void test_move_reverted(void)
{
    struct paths paths;
    struct tuple to = way(9);
    paths_init(&paths);
    check(&paths, 1, 0);
    nominate(&paths, 1, true);
    paths_move(&paths, &to, SECOND);
    g_assert_false(paths_revert(&paths, SECOND + PATHS_MOVE_US - 1));
    g_assert_true(paths_revert(&paths, SECOND + PATHS_MOVE_US));
    g_assert_cmpuint(current(&paths), ==, 1);
    g_assert_false(paths_may_move(&paths, SECOND + PATHS_MOVE_AGAIN_US - 1));
    g_assert_true(paths_may_move(&paths, SECOND + PATHS_MOVE_AGAIN_US));
}

/* A nomination of the old path is the peer's word against the media's. */
static void test_nomination_ends_move(void)
{
    struct paths paths;
    struct tuple to = way(9);
    paths_init(&paths);
    check(&paths, 1, 0);
    nominate(&paths, 1, true);
    paths_move(&paths, &to, SECOND);
    nominate(&paths, 1, true);
    g_assert_cmpuint(current(&paths), ==, 1);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/sfu/paths/selection", test_selection);
    g_test_add_func("/sfu/paths/limit", test_limit);
    g_test_add_func("/sfu/paths/expiry", test_expiry);
    g_test_add_func("/sfu/paths/removal-moves-selection", test_removal_moves_selection);
    g_test_add_func("/sfu/paths/move-confirmed", test_move_confirmed);
    g_test_add_func("/sfu/paths/move-reverted", test_move_reverted);
    g_test_add_func("/sfu/paths/nomination-ends-move", test_nomination_ends_move);
    return g_test_run();
}
