#include "base/pool.h"

#include <errno.h>
#include <glib.h>
#include <stdint.h>
#include <string.h>

#include "tests/harness/alloc.h"

static struct pool *create(size_t block_bytes, size_t count)
{
    struct pool *pool = NULL;
    g_assert_cmpint(pool_create(block_bytes, count, &pool), ==, 0);
    return pool;
}

static void test_sizes(void)
{
    struct pool *pool = NULL;
    g_assert_cmpint(pool_create(0, 1, &pool), ==, -EINVAL);
    g_assert_cmpint(pool_create(1, 0, &pool), ==, -EINVAL);
    g_assert_cmpint(pool_create(SIZE_MAX, 1, &pool), ==, -EINVAL);
    g_assert_cmpint(pool_create(SIZE_MAX / 4, 8, &pool), ==, -EINVAL);
    g_assert_null(pool);
    pool_destroy(NULL);
}

/* Fills each block with its number; overlapping blocks would show. */
static void test_blocks_are_apart_and_aligned(void)
{
    enum { COUNT = 33, BYTES = 100 };
    struct pool *pool = create(BYTES, COUNT);
    uint8_t *blocks[COUNT];

    for (int i = 0; i < COUNT; i++) {
        g_assert_cmpuint(pool_free_blocks(pool), ==, COUNT - i);
        blocks[i] = pool_take(pool);
        g_assert_nonnull(blocks[i]);
        g_assert_cmpuint((uintptr_t)blocks[i] % 64, ==, 0);
        memset(blocks[i], i, BYTES);
    }
    g_assert_null(pool_take(pool));
    g_assert_cmpuint(pool_free_blocks(pool), ==, 0);
    for (int i = 0; i < COUNT; i++) {
        for (int at = 0; at < BYTES; at++)
            g_assert_cmpint(blocks[i][at], ==, i);
    }
    for (int i = 0; i < COUNT; i++)
        pool_give(pool, blocks[i]);
    g_assert_cmpuint(pool_free_blocks(pool), ==, COUNT);
    pool_destroy(pool);
}

static void test_last_given_is_first_taken(void)
{
    struct pool *pool = create(8, 3);
    void *a = pool_take(pool), *b = pool_take(pool);
    pool_give(pool, NULL);
    g_assert_cmpuint(pool_free_blocks(pool), ==, 1);
    pool_give(pool, b);
    pool_give(pool, a);
    g_assert_true(pool_take(pool) == a);
    g_assert_true(pool_take(pool) == b);
    pool_destroy(pool); /* with two blocks out */
}

static void child_give_twice(void)
{
    struct pool *pool = create(8, 2);
    void *block = pool_take(pool);
    pool_give(pool, block);
    pool_give(pool, block);
}

static void child_give_foreign(void)
{
    struct pool *pool = create(8, 2);
    uint8_t *block = pool_take(pool);
    pool_give(pool, block + 8);
}

static void test_programming_errors_abort(void)
{
    g_test_trap_subprocess("/pool/subprocess/give-twice", 10 * G_USEC_PER_SEC, 0);
    g_test_trap_assert_failed();
    g_test_trap_assert_stderr("*pool_give*ssertion*taken*");
    g_test_trap_subprocess("/pool/subprocess/give-foreign", 10 * G_USEC_PER_SEC, 0);
    g_test_trap_assert_failed();
    g_test_trap_assert_stderr("*block_index*ssertion*");
}

static void test_out_of_memory(void)
{
    for (size_t nth = 0;; nth++) {
        struct pool *pool = NULL;
        alloc_fail_at(nth);
        int r = pool_create(64, 4, &pool);
        if (!alloc_fail_end()) {
            g_assert_cmpint(r, ==, 0);
            g_assert_cmpuint(nth, ==, 4);
            pool_destroy(pool);
            return;
        }
        g_assert_cmpint(r, ==, -ENOMEM);
        g_assert_null(pool);
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/pool/subprocess/give-twice", child_give_twice);
    g_test_add_func("/pool/subprocess/give-foreign", child_give_foreign);
    g_test_add_func("/pool/sizes", test_sizes);
    g_test_add_func("/pool/blocks-are-apart", test_blocks_are_apart_and_aligned);
    g_test_add_func("/pool/last-given-is-first-taken", test_last_given_is_first_taken);
    g_test_add_func("/pool/programming-errors-abort", test_programming_errors_abort);
    g_test_add_func("/pool/out-of-memory", test_out_of_memory);
    return g_test_run();
}
