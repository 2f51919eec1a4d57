#include "sfu/transport/bucket.h"

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

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/sfu/bucket/burst-and-rate", test_burst_and_rate);
    return g_test_run();
}
