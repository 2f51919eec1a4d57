#include "base/bucket.h"

#include <glib.h>

static unsigned take_all(struct bucket *bucket, int64_t now_us)
{
    unsigned n = 0;
    while (bucket_take(bucket, now_us))
        n++;
    return n;
}

static void test_burst_and_rate(void)
{
    int64_t now_us = 1000000000;
    struct bucket bucket = bucket_make(100, 20);
    g_assert_cmpuint(take_all(&bucket, now_us), ==, 20);
    g_assert_cmpuint(take_all(&bucket, now_us), ==, 0);
    g_assert_cmpuint(take_all(&bucket, now_us + 9999), ==, 0);
    g_assert_cmpuint(take_all(&bucket, now_us + 10000), ==, 1);
    g_assert_cmpuint(take_all(&bucket, now_us + 110000), ==, 10);
    g_assert_cmpuint(take_all(&bucket, now_us + 3600000000), ==, 20); /* no more than the burst */
}

/* A bucket is full from its first moment, also where the clock has only just begun. */
static void test_full(void)
{
    struct bucket bucket = bucket_make_slow(20000, 100);
    g_assert_true(bucket_is_full(&bucket, 0));
    g_assert_true(bucket_take(&bucket, 0));
    g_assert_false(bucket_is_full(&bucket, 19999));
    g_assert_true(bucket_is_full(&bucket, 20000));
    g_assert_cmpuint(take_all(&bucket, 20000), ==, 100);
}

static void test_wait(void)
{
    struct bucket bucket = bucket_make_slow(2000000, 1);
    g_assert_cmpint(bucket_wait_us(&bucket, 5), ==, 0);
    g_assert_cmpuint(take_all(&bucket, 5), ==, 1);
    g_assert_cmpint(bucket_wait_us(&bucket, 5), ==, 2000000);
    g_assert_false(bucket_take(&bucket, 500005));
    g_assert_cmpint(bucket_wait_us(&bucket, 500005), ==, 1500000);
    g_assert_true(bucket_take(&bucket, 2000005));
}

static void test_give_back(void)
{
    struct bucket bucket = bucket_make(1, 2);
    g_assert_true(bucket_take(&bucket, 7));
    bucket_give_back(&bucket);
    g_assert_cmpuint(take_all(&bucket, 7), ==, 2);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/base/bucket/burst-and-rate", test_burst_and_rate);
    g_test_add_func("/base/bucket/full", test_full);
    g_test_add_func("/base/bucket/wait", test_wait);
    g_test_add_func("/base/bucket/give-back", test_give_back);
    return g_test_run();
}
