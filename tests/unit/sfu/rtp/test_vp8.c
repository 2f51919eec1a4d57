#include "sfu/rtp/vp8.h"

#include <errno.h>
#include <glib.h>

static void test_plain(void)
{
    static const uint8_t key[] = {0x10, 0x00}, delta[] = {0x10, 0x01}, second[] = {0x00, 0x00};
    struct vp8_descriptor d;
    g_assert_cmpint(vp8_parse(key, sizeof key, &d), ==, 0);
    g_assert_true(d.start && d.keyframe);
    g_assert_cmpuint(d.len, ==, 1);
    g_assert_cmpuint(d.id_bits, ==, 0);
    g_assert_cmpint(vp8_parse(delta, sizeof delta, &d), ==, 0);
    g_assert_true(d.start && !d.keyframe);
    g_assert_cmpint(vp8_parse(second, sizeof second, &d), ==, 0);
    g_assert_false(d.start || d.keyframe);
}

static void test_full(void)
{
    static const uint8_t data[] = {0x90, 0xf0, 0x92, 0x34, 0x56, 0x65, 0x00};
    struct vp8_descriptor d;
    uint8_t out[VP8_MAX_DESCRIPTOR_BYTES];
    g_assert_cmpint(vp8_parse(data, sizeof data, &d), ==, 0);
    g_assert_cmpuint(d.id_bits, ==, 15);
    g_assert_cmphex(d.picture_id, ==, 0x1234);
    g_assert_true(d.has_tl0 && d.has_tid && d.has_key_index && d.keyframe);
    g_assert_cmphex(d.tl0, ==, 0x56);
    g_assert_cmphex(d.layer, ==, 0x65);
    g_assert_cmpuint(vp8_write(&d, 0x1234, 0x56, out), ==, d.len);
    g_assert_cmpmem(out, d.len, data, d.len);
    g_assert_cmpuint(vp8_write(&d, 0xffff, 0x01, out), ==, d.len);
    g_assert_cmpmem(out, d.len, "\x90\xf0\xff\xff\x01\x65", 6);
}

static void test_short_id_grows(void)
{
    static const uint8_t data[] = {0x90, 0x80, 0x7f, 0x01};
    struct vp8_descriptor d;
    uint8_t out[VP8_MAX_DESCRIPTOR_BYTES];
    g_assert_cmpint(vp8_parse(data, sizeof data, &d), ==, 0);
    g_assert_cmpuint(d.id_bits, ==, 7);
    g_assert_cmpuint(d.picture_id, ==, 127);
    g_assert_cmpuint(vp8_write(&d, 128, 0, out), ==, 4);
    g_assert_cmpmem(out, 4, "\x90\x80\x80\x80", 4);
}

static void test_empty_extension_goes(void)
{
    static const uint8_t data[] = {0x90, 0x00, 0x01};
    struct vp8_descriptor d;
    uint8_t out[VP8_MAX_DESCRIPTOR_BYTES];
    g_assert_cmpint(vp8_parse(data, sizeof data, &d), ==, 0);
    g_assert_cmpuint(vp8_write(&d, 1, 1, out), ==, 1);
    g_assert_cmphex(out[0], ==, 0x10);
}

static void test_torn(void)
{
    static const uint8_t data[] = {0x90, 0xf0, 0x92, 0x34, 0x56, 0x65};
    struct vp8_descriptor d;
    for (size_t len = 0; len <= sizeof data; len++) {
        uint8_t *copy = g_memdup2(data, len);
        g_assert_cmpint(vp8_parse(copy, len, &d), ==, -EBADMSG);
        g_free(copy);
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/rtp/vp8/plain", test_plain);
    g_test_add_func("/rtp/vp8/full", test_full);
    g_test_add_func("/rtp/vp8/short-id-grows", test_short_id_grows);
    g_test_add_func("/rtp/vp8/empty-extension-goes", test_empty_extension_goes);
    g_test_add_func("/rtp/vp8/torn", test_torn);
    return g_test_run();
}
