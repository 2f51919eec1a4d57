#include "sfu/forward/history.h"

#include <errno.h>
#include <glib.h>
#include <string.h>

#include "tests/harness/alloc.h"

static void fill(uint8_t *data, size_t len, int64_t number)
{
    for (size_t i = 0; i < len; i++)
        data[i] = (uint8_t)(number * 31 + (int64_t)i);
}

/* Whatever is given back is what was put, and the newest second is there. */
static void test_random_sizes(void)
{
    struct history h;
    uint8_t data[1500], expected[1500];
    g_assert_cmpint(history_init(&h), ==, 0);
    uint16_t *sizes = g_new0(uint16_t, 20001);
    for (int64_t n = 1; n <= 20000; n++) {
        sizes[n] = (uint16_t)g_test_rand_int_range(12, 1500);
        fill(data, sizes[n], n);
        history_put(&h, n, data, sizes[n], n * 3, n * 1000);
        int64_t asked = n - g_test_rand_int_range(0, 600);
        size_t len;
        int64_t note;
        const uint8_t *found = history_get(&h, asked, &len, &note);
        if (asked > n - 200 && asked > 0)
            g_assert_nonnull(found); /* 200 * 1500 bytes always fit */
        if (!found)
            continue;
        g_assert_cmpuint(len, ==, sizes[asked]);
        g_assert_cmpint(note, ==, asked * 3);
        fill(expected, len, asked);
        g_assert_cmpmem(found, len, expected, len);
    }
    g_free(sizes);
    history_finish(&h);
}

/* A slow stream stays in the beginning of the memory; what is younger than a lap is always there. */
static void test_pages_of_a_slow_stream(void)
{
    enum { STEP_US = 10000, LEN = 100, LAP = HISTORY_LAP_US / STEP_US };
    struct history h;
    uint8_t data[LEN];
    size_t len;
    int64_t far_end = 0;
    g_assert_cmpint(history_init(&h), ==, 0);
    for (int64_t n = 1; n <= 2000; n++) {
        fill(data, LEN, n);
        history_put(&h, n, data, LEN, 0, HISTORY_LAP_US + n * STEP_US);
        for (int64_t old = n; old > 0 && old > n - LAP; old--) {
            const uint8_t *found = history_get(&h, old, &len, NULL);
            g_assert_nonnull(found);
            fill(data, LEN, old);
            g_assert_cmpmem(found, len, data, LEN);
            far_end = MAX(far_end, found + len - h.bytes);
        }
    }
    g_assert_cmpint(far_end, <=, (LAP + 1) * LEN);
    history_finish(&h);
}

static void test_late_does_not_displace(void)
{
    struct history h;
    size_t len;
    g_assert_cmpint(history_init(&h), ==, 0);
    history_put(&h, 1000, "new", 3, 0, 1);
    history_put(&h, 1000 - HISTORY_PACKETS, "old", 3, 0, 1);
    g_assert_null(history_get(&h, 1000 - HISTORY_PACKETS, &len, NULL));
    g_assert_nonnull(history_get(&h, 1000, &len, NULL));
    g_assert_null(history_get(&h, 0, &len, NULL));
    g_assert_null(history_get(&h, -5, &len, NULL));
    history_clear(&h);
    g_assert_null(history_get(&h, 1000, &len, NULL));
    history_finish(&h);
}

static void test_no_memory(void)
{
    for (size_t nth = 0;; nth++) {
        struct history h;
        alloc_fail_at(nth);
        int r = history_init(&h);
        if (!alloc_fail_end()) {
            g_assert_cmpint(r, ==, 0);
            history_finish(&h);
            g_assert_cmpuint(nth, ==, 2);
            return;
        }
        g_assert_cmpint(r, ==, -ENOMEM);
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/forward/history/random-sizes", test_random_sizes);
    g_test_add_func("/forward/history/late-does-not-displace", test_late_does_not_displace);
    g_test_add_func("/forward/history/pages-of-a-slow-stream", test_pages_of_a_slow_stream);
    g_test_add_func("/forward/history/no-memory", test_no_memory);
    return g_test_run();
}
