#include "signaling/wire/forwarded.h"

#include <glib.h>

static char *const trusted[] = {"127.0.0.1", "10.0.0.0/8", "2001:db8:1::/48", NULL};

static void check(enum sig_proxy_header header, const char *peer, const char *value,
                  const char *expected)
{
    const char *bad = NULL;
    char address[46];
    struct sig_proxies *proxies = sig_proxies_create(trusted, header, &bad);
    g_assert_nonnull(proxies);
    sig_proxies_client(proxies, peer, value, address, sizeof address);
    g_assert_cmpstr(address, ==, expected);
    sig_proxies_destroy(proxies);
}

static void test_chain(void)
{
    static const char *const cases[][3] = {
        {"192.0.2.9", "198.51.100.1", "192.0.2.9"}, /* who is no proxy is not believed */
        {"127.0.0.1", NULL, "127.0.0.1"},
        {"127.0.0.1", "", "127.0.0.1"},
        {"127.0.0.1", "198.51.100.1", "198.51.100.1"},
        {"::ffff:127.0.0.1", "198.51.100.1", "198.51.100.1"},
        {"127.0.0.1", "203.0.113.5, 198.51.100.1", "198.51.100.1"}, /* the left one is a claim */
        {"127.0.0.1", "198.51.100.1, 10.2.3.4", "198.51.100.1"},
        {"127.0.0.1", "10.1.1.1, 10.2.3.4", "10.1.1.1"}, /* a colleague inside */
        {"127.0.0.1", "198.51.100.1, nonsense, 10.2.3.4", "10.2.3.4"},
        {"127.0.0.1", "unknown", "127.0.0.1"},
        {"127.0.0.1", "198.51.100.1:4711", "198.51.100.1"},
        {"127.0.0.1", "2001:db8:2::7", "2001:db8:2::7"},
        {"127.0.0.1", "[2001:db8:2::7]:80", "2001:db8:2::7"},
        {"127.0.0.1", "198.51.100.1, [2001:db8:1::9]:443", "198.51.100.1"},
        {"127.0.0.1", ",,,", "127.0.0.1"},
        {"127.0.0.1", "[", "127.0.0.1"},
        {"nonsense", "198.51.100.1", "nonsense"},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++)
        check(SIG_PROXY_X_FORWARDED_FOR, cases[i][0], cases[i][1], cases[i][2]);
}

static void test_real_ip(void)
{
    check(SIG_PROXY_X_REAL_IP, "10.9.9.9", "198.51.100.1", "198.51.100.1");
    check(SIG_PROXY_X_REAL_IP, "192.0.2.9", "198.51.100.1", "192.0.2.9");
}

static void test_lists(void)
{
    char *const wrong[] = {"127.0.0.1", "proxy.example", NULL}, *const bits[] = {"10.1.0.0/8",
                                                                                 NULL};
    const char *bad = NULL;
    enum sig_proxy_header header;
    g_assert_null(sig_proxies_create(wrong, SIG_PROXY_X_REAL_IP, &bad));
    g_assert_cmpstr(bad, ==, "proxy.example");
    g_assert_null(sig_proxies_create(bits, SIG_PROXY_X_REAL_IP, &bad)); /* bits beyond the mask */
    struct sig_proxies *nobody = sig_proxies_create(NULL, SIG_PROXY_X_FORWARDED_FOR, &bad);
    g_assert_false(sig_proxies_trust(nobody, "127.0.0.1"));
    sig_proxies_destroy(nobody);
    sig_proxies_destroy(NULL);
    g_assert_true(sig_proxy_header_parse("X-Real-IP", &header));
    g_assert_cmpint(header, ==, SIG_PROXY_X_REAL_IP);
    g_assert_false(sig_proxy_header_parse("forwarded", &header));
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/signaling/forwarded/chain", test_chain);
    g_test_add_func("/signaling/forwarded/real_ip", test_real_ip);
    g_test_add_func("/signaling/forwarded/lists", test_lists);
    return g_test_run();
}
