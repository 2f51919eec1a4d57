#include "signaling/wire/bucket.h"

#include <glib.h>

static unsigned drain(struct sig_bucket *bucket, int64_t now_us)
{
    unsigned count = 0;
    while (sig_bucket_take(bucket, now_us))
        count++;
    return count;
}

static void test_burst_and_rate(void)
{
    struct sig_bucket bucket;
    sig_bucket_init(&bucket, 20000, 100, 1000);
    g_assert_true(sig_bucket_is_full(&bucket, 1000));
    g_assert_cmpuint(drain(&bucket, 1000), ==, 100);
    g_assert_false(sig_bucket_is_full(&bucket, 1000));
    g_assert_cmpuint(drain(&bucket, 1000 + 1000000), ==, 50);
    g_assert_cmpuint(drain(&bucket, 1000 + 1019999), ==, 0);
    g_assert_cmpuint(drain(&bucket, 1000 + 1020000), ==, 1);
}

static void test_never_above_the_burst(void)
{
    struct sig_bucket bucket;
    sig_bucket_init(&bucket, 20000, 100, 0);
    g_assert_true(sig_bucket_take(&bucket, 0));
    g_assert_true(sig_bucket_is_full(&bucket, 20000));
    g_assert_cmpuint(drain(&bucket, 3600 * (int64_t)1000000), ==, 100);
}

static void test_wait(void)
{
    struct sig_bucket bucket;
    sig_bucket_init(&bucket, 2000000, 1, 0);
    g_assert_cmpint(sig_bucket_wait_us(&bucket), ==, 0);
    g_assert_cmpuint(drain(&bucket, 0), ==, 1);
    g_assert_cmpint(sig_bucket_wait_us(&bucket), ==, 2000000);
    g_assert_false(sig_bucket_take(&bucket, 500000));
    g_assert_cmpint(sig_bucket_wait_us(&bucket), ==, 1500000);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/signaling/bucket/burst_and_rate", test_burst_and_rate);
    g_test_add_func("/signaling/bucket/never_above_the_burst", test_never_above_the_burst);
    g_test_add_func("/signaling/bucket/wait", test_wait);
    return g_test_run();
}
