#include "base/crypto/random.h"

#include <glib.h>
#include <string.h>

static void test_every_byte_is_filled(void)
{
    enum { LEN = 1 << 20 };
    g_autofree uint8_t *bytes = g_malloc0(LEN);
    random_bytes(bytes, LEN);

    /* Each quarter on its own has every value: nothing was left as it was. */
    for (int quarter = 0; quarter < 4; quarter++) {
        unsigned counts[256] = {0};
        for (int i = 0; i < LEN / 4; i++)
            counts[bytes[quarter * (LEN / 4) + i]]++;
        for (int value = 0; value < 256; value++) /* 1024 expected, 32 the deviation */
            g_assert_true(counts[value] > 700 && counts[value] < 1350);
    }
}

static void test_stays_inside(void)
{
    uint8_t bytes[16];
    memset(bytes, 0xaa, sizeof bytes);
    random_bytes(bytes + 4, 0);
    for (size_t i = 0; i < sizeof bytes; i++)
        g_assert_cmphex(bytes[i], ==, 0xaa);
    random_bytes(bytes + 4, 8);
    g_assert_cmphex(bytes[3], ==, 0xaa);
    g_assert_cmphex(bytes[12], ==, 0xaa);
}

static void test_numbers_use_all_bits(void)
{
    uint32_t ones = 0, zeros = 0;
    for (int i = 0; i < 100; i++) {
        uint32_t n = random_u32();
        ones |= n;
        zeros |= ~n;
    }
    g_assert_cmphex(ones, ==, UINT32_MAX);
    g_assert_cmphex(zeros, ==, UINT32_MAX);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/random/every-byte-is-filled", test_every_byte_is_filled);
    g_test_add_func("/random/stays-inside", test_stays_inside);
    g_test_add_func("/random/numbers-use-all-bits", test_numbers_use_all_bits);
    return g_test_run();
}
