#include "signaling/http/addresses.h"

#include <glib.h>

static void test_each_has_its_own(void)
{
    struct sig_addresses *addresses = sig_addresses_create();
    for (int i = 0; i < SIG_ADDRESS_BURST; i++)
        g_assert_true(sig_addresses_admit(addresses, "192.0.2.1", 1000));
    g_assert_false(sig_addresses_admit(addresses, "192.0.2.1", 1000));
    g_assert_true(sig_addresses_admit(addresses, "192.0.2.2", 1000));
    g_assert_true(sig_addresses_admit(addresses, "192.0.2.1", 1000 + 1000000));
    sig_addresses_destroy(addresses);
    sig_addresses_destroy(NULL);
}

static void test_ipv6_by_network(void)
{
    struct sig_addresses *addresses = sig_addresses_create();
    char name[32];
    for (int i = 0; i < SIG_ADDRESS_BURST; i++) {
        g_snprintf(name, sizeof name, "2001:db8::%x", i + 1);
        g_assert_true(sig_addresses_admit(addresses, name, 1000));
    }
    g_assert_false(sig_addresses_admit(addresses, "2001:db8::ffff", 1000));
    g_assert_true(sig_addresses_admit(addresses, "2001:db8:0:1::1", 1000));
    sig_addresses_destroy(addresses);
}

/* A flood of addresses neither grows without end nor lets anybody in for free; when they are idle they are forgotten. */
static void test_bounded(void)
{
    struct sig_addresses *addresses = sig_addresses_create();
    char name[32];
    for (int i = 0; i < SIG_MAX_ADDRESSES; i++) {
        g_snprintf(name, sizeof name, "10.%d.%d.%d", i >> 16, i >> 8 & 255, i & 255);
        g_assert_true(sig_addresses_admit(addresses, name, 0));
    }
    g_assert_false(sig_addresses_admit(addresses, "192.0.2.1", 0));
    g_assert_true(sig_addresses_admit(addresses, "10.0.0.1", 0));
    g_assert_true(sig_addresses_admit(addresses, "192.0.2.1", 3600 * (int64_t)1000000));
    sig_addresses_destroy(addresses);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/signaling/addresses/each_has_its_own", test_each_has_its_own);
    g_test_add_func("/signaling/addresses/ipv6_by_network", test_ipv6_by_network);
    g_test_add_func("/signaling/addresses/bounded", test_bounded);
    return g_test_run();
}
