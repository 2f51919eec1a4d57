#include "sfu/transport/directory.h"

#include "tests/harness/alloc.h"

#include <errno.h>
#include <glib.h>
#include <stdio.h>

enum { OWNERS = 20, KEYS = OWNERS * DIRECTORY_TUPLES };

static struct tuple tuple_of(unsigned n)
{
    struct tuple tuple = {.remote = {.family = 2, .port = (uint16_t)n}};
    tuple.remote.ip[3] = (uint8_t)(n >> 16);
    return tuple;
}

/* A long random history of additions and removals against a plain array that says what is there: the
 * table is small and stays nearly full, so that chains wrap and shift. */
static void test_random_history(void)
{
    static int owners[KEYS];
    bool there[KEYS] = {0};
    struct directory *d = NULL;
    g_assert_cmpint(directory_create(OWNERS, &d), ==, 0);
    for (unsigned step = 0; step < 20000; step++) {
        unsigned n = (unsigned)g_test_rand_int_range(0, KEYS);
        struct tuple tuple = tuple_of(n);
        if (there[n] && g_test_rand_bit()) {
            directory_remove_tuple(d, &tuple);
            there[n] = false;
        } else {
            g_assert_cmpint(directory_add_tuple(d, &tuple, &owners[n]), ==, there[n] ? -EEXIST : 0);
            there[n] = true;
        }
        unsigned probe = (unsigned)g_test_rand_int_range(0, KEYS);
        struct tuple probed = tuple_of(probe);
        g_assert_true(directory_find_tuple(d, &probed) == (there[probe] ? &owners[probe] : NULL));
    }
    for (unsigned n = 0; n < KEYS; n++) {
        struct tuple tuple = tuple_of(n);
        g_assert_true(directory_find_tuple(d, &tuple) == (there[n] ? &owners[n] : NULL));
    }
    directory_destroy(d);
}

static void test_full(void)
{
    int owner;
    struct directory *d = NULL;
    g_assert_cmpint(directory_create(1, &d), ==, 0);
    for (unsigned n = 0; n < DIRECTORY_TUPLES; n++) {
        struct tuple tuple = tuple_of(n);
        g_assert_cmpint(directory_add_tuple(d, &tuple, &owner), ==, 0);
    }
    struct tuple more = tuple_of(DIRECTORY_TUPLES);
    g_assert_cmpint(directory_add_tuple(d, &more, &owner), ==, -ENOSPC);
    g_assert_null(directory_find_tuple(d, &more));
    directory_remove_tuple(d, &more); /* never there: harmless */
    directory_destroy(d);
}

static void test_ufrags(void)
{
    int a, b;
    struct directory *d = NULL;
    g_assert_cmpint(directory_create(2, &d), ==, 0);
    g_assert_cmpint(directory_add_ufrag(d, "AAAAbbbb", &a), ==, 0);
    g_assert_cmpint(directory_add_ufrag(d, "AAAAcccc", &b), ==, 0);
    g_assert_cmpint(directory_add_ufrag(d, "AAAAcccc", &a), ==, -EEXIST);
    g_assert_true(directory_find_ufrag(d, "AAAAbbbb:rest is not looked at") == &a);
    g_assert_true(directory_find_ufrag(d, "AAAAcccc") == &b);
    directory_remove_ufrag(d, "AAAAbbbb");
    g_assert_null(directory_find_ufrag(d, "AAAAbbbb"));
    g_assert_true(directory_find_ufrag(d, "AAAAcccc") == &b);
    directory_destroy(d);
    directory_destroy(NULL);
}

static void test_no_memory(void)
{
    for (size_t nth = 0;; nth++) {
        struct directory *d = NULL;
        alloc_fail_at(nth);
        int r = directory_create(4, &d);
        if (!alloc_fail_end()) {
            g_assert_cmpint(r, ==, 0);
            g_assert_cmpuint(nth, >, 1);
            directory_destroy(d);
            break;
        }
        g_assert_cmpint(r, ==, -ENOMEM);
        g_assert_null(d);
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/sfu/directory/random-history", test_random_history);
    g_test_add_func("/sfu/directory/full", test_full);
    g_test_add_func("/sfu/directory/ufrags", test_ufrags);
    g_test_add_func("/sfu/directory/no-memory", test_no_memory);
    return g_test_run();
}
