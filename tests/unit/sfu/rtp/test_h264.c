#include "sfu/rtp/h264.h"

#include <errno.h>
#include <glib.h>

struct row {
    const char *name;
    uint8_t data[10];
    size_t len;
    int result;
    bool sps, idr;
};

static const struct row rows[] = {
    {"single slice", {0x41, 0x9a}, 2, 0, false, false},
    {"single IDR", {0x65, 0x88}, 2, 0, false, true},
    {"single SPS", {0x67, 0x42}, 2, 0, true, false},
    {"STAP-A with SPS and PPS", {0x78, 0, 2, 0x67, 0x42, 0, 2, 0x68, 0xce}, 9, 0, true, false},
    {"STAP-A with SPS and IDR", {0x78, 0, 1, 0x67, 0, 2, 0x65, 0x88}, 8, 0, true, true},
    {"FU-A of an IDR, first", {0x7c, 0x85, 0x88}, 3, 0, false, true},
    {"FU-A of an IDR, middle", {0x7c, 0x05, 0x88}, 3, 0, false, true},
    {"FU-A of a slice", {0x5c, 0x81, 0x9a}, 3, 0, false, false},
    {"empty", {0}, 0, -EBADMSG, false, false},
    {"type 0", {0x60, 1}, 2, -EBADMSG, false, false},
    {"STAP-A without units", {0x78}, 1, -EBADMSG, false, false},
    {"STAP-A with an empty unit", {0x78, 0, 0}, 3, -EBADMSG, false, false},
    {"STAP-A, torn length", {0x78, 0, 1, 0x67, 0}, 5, -EBADMSG, false, false},
    {"STAP-A, torn unit", {0x78, 0, 9, 0x67, 0x42}, 5, -EBADMSG, false, false},
    {"FU-A, torn", {0x7c, 0x85}, 2, -EBADMSG, false, false},
    {"STAP-B", {0x79, 0, 0, 0, 1, 0x67}, 6, -EBADMSG, false, false},
    {"FU-B", {0x7d, 0x85, 0, 0, 1}, 5, -EBADMSG, false, false},
};

static void test_rows(void)
{
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        struct h264_mark mark = {0};
        uint8_t *copy = g_memdup2(rows[i].data, rows[i].len);
        g_test_message("%s", rows[i].name);
        g_assert_cmpint(h264_parse(copy, rows[i].len, &mark), ==, rows[i].result);
        g_assert_cmpint(mark.sps, ==, rows[i].sps);
        g_assert_cmpint(mark.idr, ==, rows[i].idr);
        g_free(copy);
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/rtp/h264/rows", test_rows);
    return g_test_run();
}
