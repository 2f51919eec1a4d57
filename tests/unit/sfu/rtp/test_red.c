/* Redundant audio: read, written with other payload types, refused where it is not what it says. */
#include <errno.h>
#include <glib.h>
#include <string.h>

#include "sfu/rtp/opus.h"
#include "sfu/rtp/red.h"

enum { PT = 111 };

static const uint8_t two_repeated[] = {
    0xef, 0x1e, 0x00, 0x03, /* 1920 before, 3 bytes */
    0xef, 0x0f, 0x00, 0x02, /* 960 before, 2 bytes */
    0x6f,                   /* new */
    'a',  'b',  'c',  'd',  'e', 'f',
};

static void test_read(void)
{
    struct red_payload red;
    g_assert_cmpint(red_parse(two_repeated, sizeof two_repeated, PT, &red), ==, 0);
    g_assert_cmpuint(red.count, ==, 2);
    g_assert_cmpuint(red.blocks[0].offset, ==, 1920);
    g_assert_cmpmem(two_repeated + red.blocks[0].at, red.blocks[0].len, "abc", 3);
    g_assert_cmpuint(red.blocks[1].offset, ==, 960);
    g_assert_cmpmem(two_repeated + red.blocks[1].at, red.blocks[1].len, "de", 2);
    g_assert_cmpmem(two_repeated + red.primary_at, red.primary_len, "f", 1);
}

static void test_nothing_repeated(void)
{
    const uint8_t payload[] = {PT, 'f'};
    struct red_payload red;
    g_assert_cmpint(red_parse(payload, sizeof payload, PT, &red), ==, 0);
    g_assert_cmpuint(red.count, ==, 0);
    g_assert_cmpuint(red.primary_at, ==, 1);
}

static void test_refused(void)
{
    struct red_payload red = {.count = 77};
    for (size_t len = 0; len < sizeof two_repeated; len++)
        g_assert_cmpint(red_parse(two_repeated, len, PT, &red), ==, -EBADMSG);
    g_assert_cmpint(red_parse(two_repeated, sizeof two_repeated, 109, &red), ==, -EBADMSG);
    uint8_t other[sizeof two_repeated];
    memcpy(other, two_repeated, sizeof other);
    other[4] = 0x80 | 13; /* comfort noise in between */
    g_assert_cmpint(red_parse(other, sizeof other, PT, &red), ==, -EBADMSG);
    uint8_t many[(RED_MAX_BLOCKS + 1) * 4 + 2];
    memset(many, 0, sizeof many);
    for (unsigned i = 0; i <= RED_MAX_BLOCKS; i++)
        many[(size_t)i * 4] = 0x80 | PT;
    many[sizeof many - 2] = PT;
    g_assert_cmpint(red_parse(many, sizeof many, PT, &red), ==, -EBADMSG);
    g_assert_cmpint(red_parse(many + 4, sizeof many - 4, PT, &red), ==, 0);
    g_assert_cmpuint(red.count, ==, RED_MAX_BLOCKS);
}

static void test_other_payload_type(void)
{
    uint8_t payload[sizeof two_repeated];
    struct red_payload red, again;
    memcpy(payload, two_repeated, sizeof payload);
    g_assert_cmpint(red_parse(payload, sizeof payload, PT, &red), ==, 0);
    red_pt_set(payload, &red, 109);
    g_assert_cmpint(red_parse(payload, sizeof payload, PT, &again), ==, -EBADMSG);
    g_assert_cmpint(red_parse(payload, sizeof payload, 109, &again), ==, 0);
    g_assert_cmpmem(&again, sizeof again, &red, sizeof red);
    g_assert_cmpmem(payload + 9, 6, "abcdef", 6);
}

static void test_opus_duration(void)
{
    g_assert_cmpuint(opus_ticks((const uint8_t *)"\x78", 1), ==, 960);         /* hybrid, 20 ms */
    g_assert_cmpuint(opus_ticks((const uint8_t *)"\xf8", 1), ==, 960);         /* CELT, 20 ms */
    g_assert_cmpuint(opus_ticks((const uint8_t *)"\xe0", 1), ==, 120);         /* CELT, 2.5 ms */
    g_assert_cmpuint(opus_ticks((const uint8_t *)"\x19", 1), ==, 2 * 60 * 48); /* SILK, 60 ms */
    g_assert_cmpuint(opus_ticks((const uint8_t *)"\x78\x03", 2), ==, 960);     /* code 0 */
    g_assert_cmpuint(opus_ticks((const uint8_t *)"\x7b\x03", 2), ==, 3 * 960); /* code 3 */
    g_assert_cmpuint(opus_ticks((const uint8_t *)"\x7b\x3f", 2), ==, 0);       /* over 120 ms */
    g_assert_cmpuint(opus_ticks((const uint8_t *)"\x7b", 1), ==, 0);
    g_assert_cmpuint(opus_ticks((const uint8_t *)"", 0), ==, 0);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/rtp/red/read", test_read);
    g_test_add_func("/rtp/red/nothing-repeated", test_nothing_repeated);
    g_test_add_func("/rtp/red/refused", test_refused);
    g_test_add_func("/rtp/red/other-payload-type", test_other_payload_type);
    g_test_add_func("/rtp/red/opus-duration", test_opus_duration);
    return g_test_run();
}
