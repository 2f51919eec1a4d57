#include "recorder/mux/picture.h"

#include <glib.h>
#include <string.h>

/* From real encoders: x264 (high, 1280x720), openh264 (constrained baseline, 320x240), VideoToolbox
 * (constrained baseline, 640x360: cropped from 368). */
static const uint8_t sps_720[] = {0x67, 0x64, 0x00, 0x1f, 0xac, 0xd9, 0x40, 0x50, 0x05,
                                  0xbb, 0x01, 0x10, 0x00, 0x00, 0x03, 0x00, 0x10, 0x00,
                                  0x00, 0x03, 0x03, 0xc0, 0xf1, 0x83, 0x19, 0x60};
static const uint8_t sps_360[] = {0x67, 0x42, 0xc0, 0x1e, 0xd9, 0x00, 0xa0, 0x2f, 0xf9,
                                  0x70, 0x11, 0x00, 0x00, 0x03, 0x00, 0x01, 0x00, 0x00,
                                  0x03, 0x00, 0x3c, 0x0f, 0x16, 0x2e, 0x48};

static void test_sps(void)
{
    uint16_t width = 0, height = 0;
    g_assert_true(rec_sps_size(sps_720, sizeof sps_720, &width, &height));
    g_assert_cmpuint(width, ==, 1280);
    g_assert_cmpuint(height, ==, 720);
    g_assert_true(rec_sps_size(sps_360, sizeof sps_360, &width, &height));
    g_assert_cmpuint(width, ==, 640);
    g_assert_cmpuint(height, ==, 360);
}

/* Cut or damaged anywhere: an answer or none, never a byte too far (the sanitizer looks). */
static void test_sps_damaged(void)
{
    for (size_t len = 0; len < sizeof sps_720; len++) {
        uint8_t *copy = g_memdup2(sps_720, len + 1);
        uint16_t width = 1, height = 1;
        if (rec_sps_size(copy, len, &width, &height))
            g_assert_cmpuint(len, >, 8);
        for (unsigned bit = 0; bit < 8; bit++) {
            copy[len] ^= (uint8_t)(1u << bit);
            (void)rec_sps_size(copy, len + 1, &width, &height);
        }
        g_assert_cmpuint(width, >, 0);
        g_free(copy);
    }
}

struct fixture {
    struct rec_stream *stream;
    uint16_t seq;
};

static void set_up(struct fixture *f, gconstpointer data)
{
    f->stream = rec_stream_create(1, 90000);
}

static void tear_down(struct fixture *f, gconstpointer data)
{
    rec_stream_destroy(f->stream);
}

static void add(struct fixture *f, enum rec_codec codec, const void *payload, size_t len)
{
    const struct rec_rtp rtp = {.seq = f->seq++, .payload = payload, .len = len};
    rec_stream_add(f->stream, &rtp, codec, false, f->seq);
}

static struct rec_picture look(struct fixture *f, enum rec_codec codec)
{
    struct rec_picture picture;
    rec_stream_sort(f->stream);
    if (codec == REC_CODEC_H264)
        rec_h264_look(f->stream, 0, f->stream->packets->len, &picture);
    else
        rec_vp8_look(f->stream, 0, f->stream->packets->len, &picture);
    return picture;
}

/* ---- VP8 ------------------------------------------------------------------------------------------------ */

static const uint8_t vp8_key[] = {0x90, 0x80, 0x81, 0x02, /* X S, I, 15-bit picture id */
                                  0x50, 0x42, 0x00, 0x9d, 0x01, 0x2a,
                                  0x80, 0x02, 0x68, 0x41, 'a',  'b'};
static const uint8_t vp8_rest[] = {0x80, 0x80, 0x81, 0x02, 'c', 'd'};
static const uint8_t vp8_inter[] = {0x10, 0x51, 0x42, 0x00, 'x'};

static void test_vp8_key(struct fixture *f, gconstpointer data)
{
    add(f, REC_CODEC_VP8, vp8_key, sizeof vp8_key);
    add(f, REC_CODEC_VP8, vp8_rest, sizeof vp8_rest);
    struct rec_picture picture = look(f, REC_CODEC_VP8);
    g_assert_true(picture.whole && picture.begins && picture.keyframe && !picture.empty);
    g_assert_cmpuint(picture.width, ==, 640);
    g_assert_cmpuint(picture.height, ==, 360); /* the upper bits are a scale */
    g_autoptr(GByteArray) bytes = g_byte_array_new();
    rec_vp8_append(f->stream, 0, 2, bytes);
    g_assert_cmpuint(bytes->len, ==, sizeof vp8_key - 4 + 2);
    g_assert_cmpmem(bytes->data + bytes->len - 4, 4, "abcd", 4);
}

static void test_vp8_inter(struct fixture *f, gconstpointer data)
{
    add(f, REC_CODEC_VP8, vp8_inter, sizeof vp8_inter);
    struct rec_picture picture = look(f, REC_CODEC_VP8);
    g_assert_true(picture.whole && picture.begins && !picture.keyframe);
}

static void test_vp8_without_beginning(struct fixture *f, gconstpointer data)
{
    add(f, REC_CODEC_VP8, vp8_rest, sizeof vp8_rest);
    struct rec_picture picture = look(f, REC_CODEC_VP8);
    g_assert_false(picture.whole || picture.begins);
}

static void test_vp8_malformed(struct fixture *f, gconstpointer data)
{
    static const uint8_t no_code[] = {0x10, 0x50, 0x42, 0x00, 0x9d, 0x01, 0x2b, 1, 0, 1, 0};
    static const uint8_t cut[] = {0x90, 0x80, 0x81};
    add(f, REC_CODEC_VP8, no_code, sizeof no_code);
    g_assert_false(look(f, REC_CODEC_VP8).whole);
    add(f, REC_CODEC_VP8, cut, sizeof cut);
    g_assert_false(look(f, REC_CODEC_VP8).whole);
}

/* ---- H.264 ---------------------------------------------------------------------------------------------- */

static const uint8_t stap[] = {0x78, 0, 4, 0x67, 1, 2, 3, 0, 2, 0x68, 9};
static const uint8_t fu_start[] = {0x7c, 0x85, 'a', 'b'};
static const uint8_t fu_middle[] = {0x7c, 0x05, 'c'};
static const uint8_t fu_end[] = {0x7c, 0x45, 'd'};
static const uint8_t slice[] = {0x41, 'p'};

static void test_h264_key(struct fixture *f, gconstpointer data)
{
    static const uint8_t expected[] = {0,    0, 0, 4, 0x67, 1, 2,    3,   0,   0,   0,  2,
                                       0x68, 9, 0, 0, 0,    5, 0x65, 'a', 'b', 'c', 'd'};
    add(f, REC_CODEC_H264, stap, sizeof stap);
    add(f, REC_CODEC_H264, fu_start, sizeof fu_start);
    add(f, REC_CODEC_H264, fu_middle, sizeof fu_middle);
    add(f, REC_CODEC_H264, fu_end, sizeof fu_end);
    struct rec_picture picture = look(f, REC_CODEC_H264);
    g_assert_true(picture.whole && picture.begins && picture.keyframe && !picture.empty);
    g_assert_cmpmem(picture.sps, picture.sps_len, stap + 3, 4);
    g_assert_cmpmem(picture.pps, picture.pps_len, stap + 9, 2);
    g_autoptr(GByteArray) bytes = g_byte_array_new();
    rec_h264_append(f->stream, 0, 4, bytes);
    g_assert_cmpmem(bytes->data, bytes->len, expected, sizeof expected);
}

static void test_h264_parameters_alone(struct fixture *f, gconstpointer data)
{
    add(f, REC_CODEC_H264, stap, sizeof stap);
    struct rec_picture picture = look(f, REC_CODEC_H264);
    g_assert_true(picture.empty && picture.whole && picture.sps && picture.pps);
}

static void test_h264_slice(struct fixture *f, gconstpointer data)
{
    add(f, REC_CODEC_H264, slice, sizeof slice);
    struct rec_picture picture = look(f, REC_CODEC_H264);
    g_assert_true(picture.whole && !picture.begins && !picture.keyframe && !picture.empty);
}

static const struct {
    const char *name;
    const uint8_t *payloads[3];
    size_t lens[3];
} broken[] = {
    {"no_end", {fu_start, fu_middle}, {4, 3}},
    {"no_start", {fu_middle, fu_end}, {3, 3}},
    {"two_starts", {fu_start, fu_start, fu_end}, {4, 4, 3}},
    {"unit_in_between", {fu_start, slice, fu_end}, {4, 2, 3}},
    {"cut_aggregate", {stap}, {6}},
    {"empty_unit", {(const uint8_t[]){0x78, 0, 0}}, {3}},
    {"unknown_type", {(const uint8_t[]){0x7d, 1, 2, 3}}, {4}},
    {"parameters_in_pieces", {(const uint8_t[]){0x7c, 0x87, 1, 2}}, {4}},
};

static void test_h264_broken(struct fixture *f, gconstpointer data)
{
    size_t nth = GPOINTER_TO_SIZE(data);
    for (size_t i = 0; i < 3 && broken[nth].payloads[i]; i++)
        add(f, REC_CODEC_H264, broken[nth].payloads[i], broken[nth].lens[i]);
    g_assert_false(look(f, REC_CODEC_H264).whole);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
#define ADD(path, function) \
    g_test_add("/recorder/picture/" path, struct fixture, NULL, set_up, function, tear_down)
    g_test_add_func("/recorder/picture/sps", test_sps);
    g_test_add_func("/recorder/picture/sps_damaged", test_sps_damaged);
    ADD("vp8_key", test_vp8_key);
    ADD("vp8_inter", test_vp8_inter);
    ADD("vp8_without_beginning", test_vp8_without_beginning);
    ADD("vp8_malformed", test_vp8_malformed);
    ADD("h264_key", test_h264_key);
    ADD("h264_parameters_alone", test_h264_parameters_alone);
    ADD("h264_slice", test_h264_slice);
    for (size_t i = 0; i < G_N_ELEMENTS(broken); i++) {
        g_autofree char *path = g_strconcat("/recorder/picture/h264_broken/", broken[i].name, NULL);
        g_test_add(path, struct fixture, GSIZE_TO_POINTER(i), set_up, test_h264_broken, tear_down);
    }
    return g_test_run();
}
