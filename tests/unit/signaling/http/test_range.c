#include "signaling/http/range.h"

#include <glib.h>

static void expect(const char *header, uint64_t size, enum sig_range range, uint64_t first,
                   uint64_t len)
{
    uint64_t found_first = 0, found_len = 0;
    g_assert_cmpint(sig_range_read(header, size, &found_first, &found_len), ==, range);
    if (range != SIG_RANGE_PART)
        return;
    g_assert_cmpuint(found_first, ==, first);
    g_assert_cmpuint(found_len, ==, len);
}

static void test_parts(void)
{
    expect("bytes=0-0", 10, SIG_RANGE_PART, 0, 1);
    expect("bytes=0-9", 10, SIG_RANGE_PART, 0, 10);
    expect("bytes=0-", 10, SIG_RANGE_PART, 0, 10);
    expect("bytes=9-", 10, SIG_RANGE_PART, 9, 1);
    expect("bytes=4-99", 10, SIG_RANGE_PART, 4, 6);
    expect("bytes=-3", 10, SIG_RANGE_PART, 7, 3);
    expect("bytes=-10", 10, SIG_RANGE_PART, 0, 10);
    expect("bytes=-99", 10, SIG_RANGE_PART, 0, 10);
    expect("bytes=4-18446744073709551615", 10, SIG_RANGE_PART, 4, 6);
    expect("bytes=-18446744073709551615", 10, SIG_RANGE_PART, 0, 10);
    expect("bytes=4294967296-", 8589934592, SIG_RANGE_PART, 4294967296, 4294967296);
}

static void test_unsatisfiable(void)
{
    expect("bytes=10-", 10, SIG_RANGE_UNSATISFIABLE, 0, 0);
    expect("bytes=10-12", 10, SIG_RANGE_UNSATISFIABLE, 0, 0);
    expect("bytes=0-", 0, SIG_RANGE_UNSATISFIABLE, 0, 0);
    expect("bytes=-1", 0, SIG_RANGE_UNSATISFIABLE, 0, 0);
    expect("bytes=-0", 10, SIG_RANGE_UNSATISFIABLE, 0, 0);
}

static void test_ignored(void)
{
    const char *const ignored[] = {
        NULL,          "",           "bytes",      "bytes=",     "bytes=-",   "bytes=5-4",
        "bytes=0-1,3", "bytes=a-b",  "bytes=1-b",  "bytes= 1-2", "lines=1-2", "bytes=--1",
        "bytes=1",     "bytes=-1-2", "bytes=+1-2", "bytes=0-1 ", "Bytes=0-1"};
    for (size_t i = 0; i < G_N_ELEMENTS(ignored); i++)
        expect(ignored[i], 10, SIG_RANGE_WHOLE, 0, 0);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/signaling/range/parts", test_parts);
    g_test_add_func("/signaling/range/unsatisfiable", test_unsatisfiable);
    g_test_add_func("/signaling/range/ignored", test_ignored);
    return g_test_run();
}
