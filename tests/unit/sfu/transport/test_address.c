#include "sfu/transport/address.h"

#include <arpa/inet.h>
#include <errno.h>
#include <glib.h>
#include <netinet/in.h>
#include <string.h>

static struct address parse(const char *text, uint16_t port)
{
    struct address address;
    g_assert_cmpint(address_parse(text, port, &address), ==, 0);
    return address;
}

static void expect_round_trip(const char *text)
{
    struct address address = parse(text, 4711), back;
    struct sockaddr_storage storage;
    address_to_sockaddr(&address, &storage);
    g_assert_cmpint(address_from_sockaddr((struct sockaddr *)&storage, &back), ==, 0);
    g_assert_cmpmem(&address, sizeof address, &back, sizeof back);
    char formatted[SFU_ADDRESS_BYTES];
    address_format(&back, formatted);
    g_assert_cmpstr(formatted, ==, text);
}

static void test_round_trip(void)
{
    expect_round_trip("192.0.2.7");
    expect_round_trip("2001:db8::7");
    expect_round_trip("::1");
}

static void test_mapped(void)
{
    struct sockaddr_in6 mapped = {.sin6_family = AF_INET6, .sin6_port = htons(9)};
    struct address address, plain = parse("192.0.2.7", 9);
    g_assert_cmpint(inet_pton(AF_INET6, "::ffff:192.0.2.7", &mapped.sin6_addr), ==, 1);
    g_assert_cmpint(address_from_sockaddr((struct sockaddr *)&mapped, &address), ==, 0);
    g_assert_cmpmem(&address, sizeof address, &plain, sizeof plain);
}

static void test_kinds(void)
{
    struct address a;
    a = parse("0.0.0.0", 1);
    g_assert_true(address_is_any(&a));
    a = parse("::", 1);
    g_assert_true(address_is_any(&a));
    a = parse("127.3.2.1", 1);
    g_assert_true(address_is_loopback(&a) && !address_is_link_local(&a) && !address_is_any(&a));
    a = parse("::1", 1);
    g_assert_true(address_is_loopback(&a));
    a = parse("fe80::1", 1);
    g_assert_true(address_is_link_local(&a) && !address_is_loopback(&a));
    a = parse("169.254.0.1", 1);
    g_assert_true(address_is_link_local(&a));
}

static void test_refused(void)
{
    struct address untouched = parse("192.0.2.7", 9), address = untouched;
    struct sockaddr other = {.sa_family = AF_UNIX};
    g_assert_cmpint(address_parse("example.org", 1, &address), ==, -EINVAL);
    g_assert_cmpint(address_parse("", 1, &address), ==, -EINVAL);
    g_assert_cmpint(address_from_sockaddr(&other, &address), ==, -EAFNOSUPPORT);
    g_assert_cmpmem(&address, sizeof address, &untouched, sizeof untouched);
}

static void test_tuple(void)
{
    struct tuple a = {.remote = parse("192.0.2.7", 9), .local = parse("192.0.2.1", 0)}, b = a;
    g_assert_true(tuple_equal(&a, &b));
    g_assert_cmpuint(tuple_hash(&a, 1), ==, tuple_hash(&b, 1));
    g_assert_cmpuint(tuple_hash(&a, 1), !=, tuple_hash(&a, 2));
    b.socket = 1;
    g_assert_false(tuple_equal(&a, &b));
    g_assert_cmpuint(tuple_hash(&a, 1), !=, tuple_hash(&b, 1));
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/sfu/address/round-trip", test_round_trip);
    g_test_add_func("/sfu/address/mapped", test_mapped);
    g_test_add_func("/sfu/address/kinds", test_kinds);
    g_test_add_func("/sfu/address/refused", test_refused);
    g_test_add_func("/sfu/address/tuple", test_tuple);
    return g_test_run();
}
