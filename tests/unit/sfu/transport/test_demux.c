#include "sfu/transport/demux.h"

#include <glib.h>

/* RFC 7983 section 7, byte by byte. */
static void test_first_byte(void)
{
    for (unsigned first = 0; first <= 255; first++) {
        uint8_t data[32] = {(uint8_t)first, 96};
        enum demux_kind expected = first <= 3                     ? DEMUX_STUN
                                   : first >= 20 && first <= 63   ? DEMUX_DTLS
                                   : first >= 128 && first <= 191 ? DEMUX_RTP
                                                                  : DEMUX_OTHER;
        g_assert_cmpint(demux_classify(data, sizeof data), ==, expected);
    }
}

/* RFC 5761 section 4: payload types 64 to 95 with the marker bit are RTCP. */
static void test_rtcp(void)
{
    for (unsigned second = 0; second <= 255; second++) {
        uint8_t data[32] = {0x80, (uint8_t)second};
        g_assert_cmpint(demux_classify(data, sizeof data), ==,
                        second >= 192 && second <= 223 ? DEMUX_RTCP : DEMUX_RTP);
    }
}

static void test_short(void)
{
    static const struct {
        uint8_t first, second;
        size_t least;
    } kinds[] = {{0, 1, 20}, {22, 0, 13}, {0x80, 96, 12}, {0x80, 200, 8}};
    for (unsigned i = 0; i < G_N_ELEMENTS(kinds); i++) {
        uint8_t data[32] = {kinds[i].first, kinds[i].second};
        for (size_t len = 0; len < sizeof data; len++)
            g_assert_cmpint(demux_classify(data, len) == DEMUX_SHORT, ==, len < kinds[i].least);
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/sfu/demux/first-byte", test_first_byte);
    g_test_add_func("/sfu/demux/rtcp", test_rtcp);
    g_test_add_func("/sfu/demux/short", test_short);
    return g_test_run();
}
