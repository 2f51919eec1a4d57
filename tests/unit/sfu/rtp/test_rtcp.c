#include "sfu/rtp/rtcp.h"

#include <glib.h>

static size_t compound_write(uint8_t *buf, size_t cap)
{
    struct bytes_writer w = bytes_writer(buf, cap);
    struct rtcp_sender_info info = {1, UINT64_C(0x0102030405060708), 9, 10, 11};
    struct rtcp_report_block block = {.ssrc = 2,
                                      .fraction_lost = 3,
                                      .lost = -4,
                                      .highest_seq = 5,
                                      .jitter = 6,
                                      .lsr = 7,
                                      .dlsr = 8};
    uint16_t seqs[] = {65534, 65535, 3, 20, 21};
    rtcp_write_sr(&w, &info, &block, 1);
    rtcp_write_sdes(&w, 1, "name");
    rtcp_write_nack(&w, 1, 2, seqs, G_N_ELEMENTS(seqs));
    rtcp_write_pli(&w, 1, 2);
    rtcp_write_fir(&w, 1, 2, 77);
    g_assert_false(w.bad);
    return w.at;
}

static void test_reads_back(void)
{
    uint8_t buf[256];
    size_t len = compound_write(buf, sizeof buf);
    g_assert_true(rtcp_is_valid(buf, len));
    struct bytes_reader r = bytes_reader(buf, len);
    struct rtcp_packet p;
    struct rtcp_sender_info info;
    struct rtcp_report_block block;
    uint32_t ssrc;
    uint16_t seq, bitmap;
    uint8_t number;

    g_assert_true(rtcp_next(&r, &p) && p.type == RTCP_SR && p.count == 1);
    g_assert_true(rtcp_read_sender_info(&p, &info));
    g_assert_cmphex(info.ntp, ==, UINT64_C(0x0102030405060708));
    g_assert_cmpuint(info.bytes, ==, 11);
    g_assert_true(rtcp_read_report_block(&p, 0, &block));
    g_assert_cmpint(block.lost, ==, -4);
    g_assert_cmpuint(block.dlsr, ==, 8);
    g_assert_false(rtcp_read_report_block(&p, 1, &block));

    g_assert_true(rtcp_next(&r, &p) && p.type == RTCP_SDES);
    g_assert_true(rtcp_next(&r, &p) && p.type == RTCP_RTPFB && p.count == RTCP_RTPFB_NACK);
    g_assert_true(rtcp_read_media_ssrc(&p, &ssrc));
    g_assert_cmpuint(ssrc, ==, 2);
    g_assert_true(rtcp_read_nack(&p, 0, &seq, &bitmap));
    g_assert_cmpuint(seq, ==, 65534);
    g_assert_cmphex(bitmap, ==, 1 << 0 | 1 << 4);
    g_assert_true(rtcp_read_nack(&p, 1, &seq, &bitmap));
    g_assert_cmpuint(seq, ==, 20);
    g_assert_cmphex(bitmap, ==, 1);
    g_assert_false(rtcp_read_nack(&p, 2, &seq, &bitmap));

    g_assert_true(rtcp_next(&r, &p) && p.type == RTCP_PSFB && p.count == RTCP_PSFB_PLI);
    g_assert_true(rtcp_next(&r, &p) && p.type == RTCP_PSFB && p.count == RTCP_PSFB_FIR);
    g_assert_true(rtcp_read_fir(&p, 0, &ssrc, &number));
    g_assert_cmpuint(ssrc, ==, 2);
    g_assert_cmpuint(number, ==, 77);
    g_assert_false(rtcp_next(&r, &p));
}

static void test_torn(void)
{
    uint8_t buf[256];
    size_t len = compound_write(buf, sizeof buf);
    unsigned whole = 0;
    for (size_t cut = 0; cut < len; cut++) {
        uint8_t *copy = g_memdup2(buf, cut);
        whole += rtcp_is_valid(copy, cut);
        g_free(copy);
    }
    g_assert_cmpuint(whole, ==, 4); /* cut exactly between two packets */
}

/* A count that the length does not bear out. */
static void test_lying_counts(void)
{
    static const struct {
        uint8_t data[16];
        size_t len;
    } rows[] = {
        {{0x82, 201, 0, 2, 0, 0, 0, 1, 0, 0, 0, 2}, 12},     /* RR, 2 blocks in 4 bytes */
        {{0x80, 200, 0, 2, 0, 0, 0, 1, 0, 0, 0, 2}, 12},     /* SR without sender info */
        {{0x81, 202, 0, 2, 0, 0, 0, 1, 1, 9, 'a', 'b'}, 12}, /* SDES, an item of 9 bytes */
        {{0x83, 203, 0, 2, 0, 0, 0, 1, 0, 0, 0, 2}, 12},     /* BYE of 3 in 2 */
        {{0x81, 205, 0, 2, 0, 0, 0, 1, 0, 0, 0, 2}, 12},     /* NACK without entries */
        {{0x8f, 205, 0, 2, 0, 0, 0, 1, 0, 0, 0, 2}, 12},     /* transport-cc without a body */
        {{0x84, 206, 0, 3, 0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 3}, 16}, /* FIR, half an entry */
        {{0x81, 206, 0, 1, 0, 0, 0, 1}, 8},                          /* PLI without media SSRC */
        {{0xa0, 201, 0, 1, 0, 0, 0, 8}, 8},                          /* more padding than body */
        {{0xa0, 201, 0, 1, 0, 0, 0, 0}, 8},                          /* padding of nothing */
        {{0x40, 201, 0, 1, 0, 0, 0, 1}, 8},                          /* version 1 */
        {{0x80, 201, 0, 0}, 4},                                      /* too short for anything */
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        uint8_t *copy = g_memdup2(rows[i].data, rows[i].len);
        g_test_message("row %zu", i);
        g_assert_false(rtcp_is_valid(copy, rows[i].len));
        g_free(copy);
    }
}

static void test_padding_on_the_last_alone(void)
{
    static const uint8_t last[] = {0x81, 206, 0, 2, 0, 0, 0, 1, 0, 0, 0, 2,
                                   0xa0, 201, 0, 2, 0, 0, 0, 1, 0, 0, 0, 4};
    static const uint8_t first[] = {0xa0, 201, 0, 2, 0, 0, 0, 1, 0, 0, 0, 4,
                                    0x81, 206, 0, 2, 0, 0, 0, 1, 0, 0, 0, 2};
    g_assert_true(rtcp_is_valid(last, sizeof last));
    g_assert_false(rtcp_is_valid(first, sizeof first));
}

static void test_unknown_types_are_walked_over(void)
{
    static const uint8_t data[] = {0x80, 207, 0, 1, 0, 0, 0, 1, 0x81, 206,
                                   0,    2,   0, 0, 0, 1, 0, 0, 0,    2};
    struct bytes_reader r = bytes_reader(data, sizeof data);
    struct rtcp_packet p;
    g_assert_true(rtcp_is_valid(data, sizeof data));
    g_assert_true(rtcp_next(&r, &p) && p.type == 207);
    g_assert_true(rtcp_next(&r, &p) && p.type == RTCP_PSFB);
}

static void test_no_room(void)
{
    uint8_t buf[20];
    struct bytes_writer w = bytes_writer(buf, sizeof buf);
    struct rtcp_sender_info info = {.ssrc = 1};
    rtcp_write_sr(&w, &info, NULL, 0);
    g_assert_true(w.bad);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/rtp/rtcp/reads-back", test_reads_back);
    g_test_add_func("/rtp/rtcp/torn", test_torn);
    g_test_add_func("/rtp/rtcp/lying-counts", test_lying_counts);
    g_test_add_func("/rtp/rtcp/padding-on-the-last-alone", test_padding_on_the_last_alone);
    g_test_add_func("/rtp/rtcp/unknown-types-are-walked-over", test_unknown_types_are_walked_over);
    g_test_add_func("/rtp/rtcp/no-room", test_no_room);
    return g_test_run();
}
