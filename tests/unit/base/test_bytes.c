#include "base/bytes.h"

#include <glib.h>

static const uint8_t counting[] = {0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x07, 0x08, 0x09,
                                   0x0a, 0x0b, 0x0c, 0x0d, 0x0e, 0x0f, 0x10, 0x11, 0x92};

static void test_reads_network_order(void)
{
    struct bytes_reader r = bytes_reader(counting, sizeof counting);
    g_assert_cmphex(bytes_u8(&r), ==, 0x01);
    g_assert_cmphex(bytes_u16(&r), ==, 0x0203);
    g_assert_cmphex(bytes_u24(&r), ==, 0x040506);
    g_assert_cmphex(bytes_u32(&r), ==, 0x0708090a);
    g_assert_cmphex(bytes_u64(&r), ==, 0x0b0c0d0e0f101192);
    g_assert_false(r.bad);
    g_assert_cmpuint(bytes_left(&r), ==, 0);
}

static void test_high_bits_are_not_signs(void)
{
    static const uint8_t ones[] = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff};
    struct bytes_reader r = bytes_reader(ones, sizeof ones);
    g_assert_cmpuint(bytes_u32(&r), ==, UINT32_MAX);
    r = bytes_reader(ones, sizeof ones);
    g_assert_cmpuint(bytes_u64(&r), ==, UINT64_MAX);
}

static void test_read_past_the_end_is_bad_for_good(void)
{
    struct bytes_reader r = bytes_reader(counting, 3);
    g_assert_cmphex(bytes_u32(&r), ==, 0);
    g_assert_true(r.bad);
    g_assert_cmpuint(bytes_left(&r), ==, 0);
    g_assert_cmphex(bytes_u8(&r), ==, 0); /* one byte would still be there */
    g_assert_null(bytes_take(&r, 0));
}

static void test_huge_lengths_do_not_overflow(void)
{
    struct bytes_reader r = bytes_reader(counting, sizeof counting);
    bytes_skip(&r, 2);
    bytes_skip(&r, SIZE_MAX);
    g_assert_true(r.bad);

    uint8_t out[4];
    struct bytes_writer w = bytes_writer(out, sizeof out);
    bytes_put_u16(&w, 1);
    g_assert_null(bytes_reserve(&w, SIZE_MAX - 1));
    g_assert_true(w.bad);
}

static void test_take_borrows(void)
{
    struct bytes_reader r = bytes_reader(counting, sizeof counting);
    g_assert_true(bytes_take(&r, 4) == counting);
    g_assert_true(bytes_take(&r, 1) == counting + 4);
    g_assert_cmpuint(bytes_left(&r), ==, sizeof counting - 5);
}

static void test_writes_what_is_read(void)
{
    uint8_t out[sizeof counting];
    struct bytes_writer w = bytes_writer(out, sizeof out);
    bytes_put_u8(&w, 0x01);
    bytes_put_u16(&w, 0x0203);
    bytes_put_u24(&w, 0x040506);
    bytes_put_u32(&w, 0x0708090a);
    bytes_put_u64(&w, 0x0b0c0d0e0f101192);
    g_assert_false(w.bad);
    g_assert_cmpmem(out, w.at, counting, sizeof counting);
}

static void test_what_does_not_fit_is_not_written(void)
{
    uint8_t out[] = {0xaa, 0xaa, 0xaa, 0xaa};
    struct bytes_writer w = bytes_writer(out, 3);
    bytes_put_u16(&w, 0x0102);
    bytes_put_u16(&w, 0x0304);
    g_assert_true(w.bad);
    g_assert_cmpuint(w.at, ==, 2);
    bytes_put_u8(&w, 0x05); /* would fit, but something before it is missing */
    g_assert_cmphex(out[2], ==, 0xaa);
    g_assert_cmphex(out[3], ==, 0xaa);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/bytes/reads-network-order", test_reads_network_order);
    g_test_add_func("/bytes/high-bits-are-not-signs", test_high_bits_are_not_signs);
    g_test_add_func("/bytes/read-past-the-end", test_read_past_the_end_is_bad_for_good);
    g_test_add_func("/bytes/huge-lengths", test_huge_lengths_do_not_overflow);
    g_test_add_func("/bytes/take-borrows", test_take_borrows);
    g_test_add_func("/bytes/writes-what-is-read", test_writes_what_is_read);
    g_test_add_func("/bytes/what-does-not-fit", test_what_does_not_fit_is_not_written);
    return g_test_run();
}
