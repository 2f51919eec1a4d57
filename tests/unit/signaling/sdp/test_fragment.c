/* What a client says of its ICE after the offer (RFC 8840), and our answer to a restart. */
#include <errno.h>
#include <glib.h>
#include <string.h>

#include "signaling/sdp/sdp.h"

#define PWD "0123456789012345678901"

static int result_of(const char *text, struct sdp_fragment *fragment)
{
    struct sdp_error error = {0};
    int r = sdp_fragment_read(text, strlen(text), fragment, &error);
    if (r < 0)
        g_assert_cmpstr(error.code, ==, "media.sdp");
    return r;
}

static void test_credentials(void)
{
    struct sdp_fragment fragment;
    g_assert_cmpint(
        result_of("a=ice-ufrag:abcd\r\na=ice-pwd:" PWD "\r\nm=audio 9 RTP 0\r\n", &fragment), ==,
        0);
    g_assert_cmpstr(fragment.ufrag, ==, "abcd");
    g_assert_cmpstr(fragment.pwd, ==, PWD);
    /* The first section's count, as in a bundle; bare line ends are as good. */
    g_assert_cmpint(result_of("m=audio 9 RTP 0\na=mid:0\na=ice-ufrag:efgh\na=ice-pwd:" PWD
                              "\nm=video 9 RTP 0\na=ice-ufrag:ijkl\na=ice-pwd:" PWD "x\n",
                              &fragment),
                    ==, 0);
    g_assert_cmpstr(fragment.ufrag, ==, "efgh");
    g_assert_cmpstr(fragment.pwd, ==, PWD);
    g_assert_cmpint(result_of("a=end-of-candidates", &fragment), ==, 0);
    g_assert_cmpstr(fragment.ufrag, ==, "");
}

static void test_refused(void)
{
    struct sdp_fragment fragment = {"kept", "kept"};
    g_autofree char *huge = g_strnfill(300, 'a');
    g_autofree char *long_ufrag = g_strdup_printf("a=ice-ufrag:%s\na=ice-pwd:" PWD "\n", huge);
    g_autofree char *long_line = g_strnfill(2000, 'a');
    long_line[1] = '=';
    g_autoptr(GString) lines = g_string_new(NULL);
    for (int i = 0; i <= SDP_MAX_FRAGMENT_LINES; i++)
        g_string_append(lines, "a=x\n");
    const char *const bad[] = {"",
                               "nothing of the kind\n",
                               "\n",
                               "A=mid:0\n",
                               "a=ice-ufrag:abcd\n",
                               "a=ice-pwd:" PWD "\n",
                               "a=ice-ufrag:abc\na=ice-pwd:" PWD "\n",
                               "a=ice-ufrag:ab d\na=ice-pwd:" PWD "\n",
                               "a=ice-ufrag:abcd\na=ice-pwd:short\n",
                               long_ufrag,
                               long_line,
                               lines->str};
    for (size_t i = 0; i < G_N_ELEMENTS(bad); i++)
        g_assert_cmpint(result_of(bad[i], &fragment), ==, -EINVAL);
    struct sdp_error error;
    g_assert_cmpint(sdp_fragment_read("a=mid:\0\n", 8, &fragment, &error), ==, -EINVAL);
    g_assert_cmpstr(fragment.ufrag, ==, "kept");
}

static void test_restart(void)
{
    static const struct sfu_candidate candidates[] = {{"192.0.2.7", 40000, 2130706431},
                                                      {"2001:db8::7", 40000, 2130706430}};
    static const struct sfu_ice fresh = {"abcdefgh", "abcdefghijklmnopqrstuvwx"};
    struct sdp_memory memory = {.remote_ufrag = "old"};
    struct sfu_negotiation negotiation = {.section_count = 2, .remote_ufrag = "old"};
    strcpy(negotiation.sections[0].mid, "rejected");
    strcpy(negotiation.sections[1].mid, "camera");
    negotiation.sections[1].kind = SFU_VIDEO;
    negotiation.sections[1].payload_count = 1;
    sdp_restart(&memory, &negotiation, &fresh, "efgh", PWD);
    g_assert_cmpstr(memory.remote_ufrag, ==, "efgh");
    g_assert_cmpstr(negotiation.remote_pwd, ==, PWD);
    g_assert_cmpstr(negotiation.local.ufrag, ==, "abcdefgh");
    g_autofree char *text = sdp_fragment_write(&negotiation, candidates, 2);
    g_assert_cmpstr(text, ==,
                    "a=ice-lite\r\n"
                    "m=video 9 UDP/TLS/RTP/SAVPF 0\r\n"
                    "a=mid:camera\r\n"
                    "a=ice-ufrag:abcdefgh\r\n"
                    "a=ice-pwd:abcdefghijklmnopqrstuvwx\r\n"
                    "a=candidate:1 1 udp 2130706431 192.0.2.7 40000 typ host\r\n"
                    "a=candidate:2 1 udp 2130706430 2001:db8::7 40000 typ host\r\n"
                    "a=end-of-candidates\r\n");
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/sdp/fragment/credentials", test_credentials);
    g_test_add_func("/sdp/fragment/refused", test_refused);
    g_test_add_func("/sdp/fragment/restart", test_restart);
    return g_test_run();
}
