#include "signaling/wire/listen.h"

#include <arpa/inet.h>
#include <errno.h>
#include <glib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static void expect_refusal(const char *address, unsigned port, int error, const char *words)
{
    g_autofree char *what = NULL;
    g_assert_cmpint(sig_listen_probe(address, port, &what), ==, error);
    g_assert_nonnull(strstr(what, words));
    g_assert_nonnull(strstr(what, address));
}

static void test_probe(void)
{
    g_autofree char *what = NULL;
    g_assert_cmpint(sig_listen_probe("127.0.0.1", 0, &what), ==, 0);
    g_assert_null(what);
    expect_refusal("192.0.2.1", 0, -EADDRNOTAVAIL, "192.0.2.1");
    expect_refusal("eth0", 0, -EINVAL, "eth0");
}

static void test_port_in_use(void)
{
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof at;
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    g_assert_cmpint(bind(fd, (const struct sockaddr *)&at, len), ==, 0);
    g_assert_cmpint(listen(fd, 1), ==, 0);
    g_assert_cmpint(getsockname(fd, (struct sockaddr *)&at, &len), ==, 0);
    expect_refusal("127.0.0.1", ntohs(at.sin_port), -EADDRINUSE, "already in use");
    close(fd);
    g_autofree char *what = NULL;
    g_assert_cmpint(sig_listen_probe("127.0.0.1", ntohs(at.sin_port), &what), ==, 0);
}

static void expect_url(const char *hostname, const char *address, const char *expected)
{
    g_autofree char *url = sig_listen_url(true, hostname, address, 8443);
    g_assert_cmpstr(url, ==, expected);
}

static void test_url(void)
{
    expect_url("hall.example.org", "0.0.0.0", "https://hall.example.org:8443");
    expect_url("localhost", "127.0.0.1", "https://localhost:8443");
    expect_url("desk", "127.0.0.1", "https://127.0.0.1:8443");
    expect_url("desk", "::1", "https://[::1]:8443");
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/signaling/listen/probe", test_probe);
    g_test_add_func("/signaling/listen/port_in_use", test_port_in_use);
    g_test_add_func("/signaling/listen/url", test_url);
    return g_test_run();
}
