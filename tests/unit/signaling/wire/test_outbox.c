#include "signaling/wire/outbox.h"

#include <errno.h>
#include <string.h>

static int put(struct sig_outbox *outbox, char c, size_t len, bool statistic)
{
    g_autofree char *text = g_malloc(len);
    memset(text, c, len);
    g_autoptr(GBytes) bytes = g_bytes_new(text, len);
    return sig_outbox_put(outbox, bytes, statistic);
}

static char take(struct sig_outbox *outbox)
{
    g_autoptr(GBytes) bytes = sig_outbox_take(outbox);
    return bytes ? *(const char *)g_bytes_get_data(bytes, NULL) : '\0';
}

static void test_order(void)
{
    struct sig_outbox outbox;
    sig_outbox_init(&outbox);
    g_assert_true(sig_outbox_is_empty(&outbox));
    g_assert_cmpint(put(&outbox, 'a', 10, false), ==, 0);
    g_assert_cmpint(put(&outbox, 'b', 10, true), ==, 0);
    g_assert_cmpint(put(&outbox, 'c', 10, false), ==, 0);
    g_assert_cmpuint(outbox.bytes, ==, 30);
    g_assert_cmpint(take(&outbox), ==, 'a');
    g_assert_cmpint(take(&outbox), ==, 'b');
    g_assert_cmpint(take(&outbox), ==, 'c');
    g_assert_cmpint(take(&outbox), ==, '\0');
    g_assert_cmpuint(outbox.bytes, ==, 0);
    sig_outbox_finish(&outbox);
}

static void test_statistics_give_way(void)
{
    struct sig_outbox outbox;
    const size_t half = SIG_OUTBOX_BYTES / 2;
    sig_outbox_init(&outbox);
    g_assert_cmpint(put(&outbox, 'a', half, true), ==, 0);
    g_assert_cmpint(put(&outbox, 'b', half, false), ==, 0);
    g_assert_cmpint(put(&outbox, 'c', half, false), ==, 0);
    g_assert_cmpuint(outbox.bytes, ==, 2 * half);
    g_assert_cmpint(put(&outbox, 'd', 1, true), ==, 0); /* finds no room: dropped, no fault */
    g_assert_cmpint(take(&outbox), ==, 'b');
    g_assert_cmpint(take(&outbox), ==, 'c');
    g_assert_true(sig_outbox_is_empty(&outbox));
    sig_outbox_finish(&outbox);
}

static void test_full(void)
{
    struct sig_outbox outbox;
    sig_outbox_init(&outbox);
    g_assert_cmpint(put(&outbox, 'a', SIG_OUTBOX_BYTES, false), ==, 0);
    g_assert_cmpint(put(&outbox, 'b', 1, false), ==, -ENOBUFS);
    g_assert_cmpuint(outbox.bytes, ==, SIG_OUTBOX_BYTES);
    g_assert_cmpint(take(&outbox), ==, 'a');
    g_assert_cmpint(put(&outbox, 'c', SIG_OUTBOX_BYTES + 1, false), ==, -ENOBUFS);
    g_assert_cmpint(put(&outbox, 'd', 1, false), ==, 0);
    sig_outbox_finish(&outbox);
    g_assert_true(sig_outbox_is_empty(&outbox));
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/signaling/outbox/order", test_order);
    g_test_add_func("/signaling/outbox/statistics_give_way", test_statistics_give_way);
    g_test_add_func("/signaling/outbox/full", test_full);
    return g_test_run();
}
