#include "sfu/rtp/packet.h"

#include <errno.h>
#include <glib.h>
#include <string.h>

/* One-byte form: id 3 of 1 byte, a padding byte, id 4 of 2 bytes, then id 15 ends the parsing
 * before id 5. */
static const uint8_t one_byte[] = {
    0xb1, 0xe0, 0x12, 0x34, 0x00, 0x00, 0x10, 0x00, 0xde, 0xad, 0xbe, 0xef, /* P X CC=1, M, PT 96 */
    0x01, 0x02, 0x03, 0x04,                                                 /* CSRC */
    0xbe, 0xde, 0x00, 0x02, 0x30, 0xaa, 0x00, 0x41, 0xbb, 0xcc, 0xf0, 0x50, /* extension */
    0x11, 0x22, 0x33, 0x00, 0x02, /* payload, 2 of padding */
};

static void test_one_byte_form(void)
{
    struct rtp_packet p;
    uint8_t len;
    g_assert_cmpint(rtp_packet_parse(one_byte, sizeof one_byte, &p), ==, 0);
    g_assert_true(p.marker);
    g_assert_cmpuint(p.pt, ==, 96);
    g_assert_cmphex(p.seq, ==, 0x1234);
    g_assert_cmphex(p.timestamp, ==, 0x1000);
    g_assert_cmphex(p.ssrc, ==, 0xdeadbeef);
    g_assert_cmpuint(p.payload_at, ==, 28);
    g_assert_cmpuint(p.payload_len, ==, 3);
    g_assert_cmpuint(p.padding_len, ==, 2);
    const uint8_t *three = rtp_packet_element(&p, 3, &len);
    g_assert_nonnull(three);
    g_assert_cmpuint(len, ==, 1);
    g_assert_cmphex(three[0], ==, 0xaa);
    const uint8_t *four = rtp_packet_element(&p, 4, &len);
    g_assert_nonnull(four);
    g_assert_cmpmem(four, len, "\xbb\xcc", 2);
    g_assert_null(rtp_packet_element(&p, 5, &len));
    g_assert_null(rtp_packet_element(&p, 0, &len));
}

static void test_two_byte_form(void)
{
    static const uint8_t data[] = {
        0x90, 0x6f, 0x00, 0x01, 0,    0,    0,    1,    0,    0,    0,    2,    0x10,
        0x05, 0x00, 0x02, 0x20, 0x03, 0x01, 0x02, 0x03, 0x00, 0x21, 0x00, 0x99,
    };
    struct rtp_packet p;
    uint8_t len = 9;
    g_assert_cmpint(rtp_packet_parse(data, sizeof data, &p), ==, 0);
    g_assert_false(p.marker);
    g_assert_cmpuint(p.pt, ==, 0x6f);
    g_assert_nonnull(rtp_packet_element(&p, 0x20, &len));
    g_assert_cmpuint(len, ==, 3);
    g_assert_nonnull(rtp_packet_element(&p, 0x21, &len));
    g_assert_cmpuint(len, ==, 0);
    g_assert_cmpuint(p.payload_len, ==, 1);
}

static void test_padding_only(void)
{
    static const uint8_t data[] = {0xa0, 0x60, 0, 1, 0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 4};
    struct rtp_packet p;
    g_assert_cmpint(rtp_packet_parse(data, sizeof data, &p), ==, 0);
    g_assert_cmpuint(p.payload_len, ==, 0);
    g_assert_cmpuint(p.padding_len, ==, 4);
}

static void refuse(const uint8_t *data, size_t len)
{
    struct rtp_packet p;
    uint8_t *copy = g_memdup2(data, len); /* so that the sanitizer sees a read past the end */
    g_assert_cmpint(rtp_packet_parse(copy, len, &p), ==, -EBADMSG);
    g_free(copy);
}

static void test_malformed(void)
{
    uint8_t data[sizeof one_byte];
    for (size_t len = 0; len < 28; len++) /* every cut before the payload */
        refuse(one_byte, len);
    memcpy(data, one_byte, sizeof data);
    data[0] = 0x71; /* version 1 */
    refuse(data, sizeof data);
    memcpy(data, one_byte, sizeof data);
    data[sizeof data - 1] = 0;
    refuse(data, sizeof data);
    data[sizeof data - 1] = 6; /* more padding than payload */
    refuse(data, sizeof data);
    memcpy(data, one_byte, sizeof data);
    data[19] = 0x20; /* an extension longer than the packet */
    refuse(data, sizeof data);
    memcpy(data, one_byte, sizeof data);
    data[26] = 0x67; /* id 6 of 8 bytes: beyond the extension */
    refuse(data, sizeof data);
}

static void test_write_reads_back(void)
{
    static const uint8_t ids[][3] = {{1, 7, 14}, {1, 7, 15}}; /* one-byte, two-byte */
    for (unsigned form = 0; form < 2; form++) {
        struct rtp_head head = {.timestamp = 7, .ssrc = 8, .seq = 9, .pt = 100, .marker = true};
        rtp_head_add(&head, ids[form][0], "a", 1);
        rtp_head_add(&head, ids[form][1], "0123456789abcdef", 16);
        rtp_head_add(&head, ids[form][2], "xyz", 3);
        rtp_head_add(&head, 0, "no", 2);
        rtp_head_add(&head, 5, "", 0);
        uint8_t out[64];
        size_t n = rtp_head_write(&head, out, sizeof out);
        g_assert_cmpuint(n, >, 12);
        g_assert_cmpuint(n % 4, ==, 0);
        struct rtp_packet p;
        uint8_t len;
        g_assert_cmpint(rtp_packet_parse(out, n, &p), ==, 0);
        g_assert_cmpuint(p.element_count, ==, 3);
        const uint8_t *mid = rtp_packet_element(&p, 7, &len);
        g_assert_cmpmem(mid, len, "0123456789abcdef", 16);
        g_assert_cmpuint(p.seq, ==, 9);
        g_assert_true(p.marker);
        g_assert_cmphex(out[12], ==, form == 0 ? 0xbe : 0x10);
        for (size_t cap = 0; cap < n; cap++)
            g_assert_cmpuint(rtp_head_write(&head, out, cap), ==, 0);
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/rtp/packet/one-byte-form", test_one_byte_form);
    g_test_add_func("/rtp/packet/two-byte-form", test_two_byte_form);
    g_test_add_func("/rtp/packet/padding-only", test_padding_only);
    g_test_add_func("/rtp/packet/malformed", test_malformed);
    g_test_add_func("/rtp/packet/write-reads-back", test_write_reads_back);
    return g_test_run();
}
