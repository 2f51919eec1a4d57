/* A machine with several addresses of both families, in a network namespace of its own where one can be
 * made, else what loopback has: which addresses are announced, and that answers come from the one that
 * was asked. */
#include "sfu/sfu.h"

#include "tests/harness/wait.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <glib.h>
#include <sched.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <stun/stunagent.h>
#include <stun/usages/ice.h>

enum { WAIT_US = 5000000 };

static const uint16_t known[] = {
    STUN_ATTRIBUTE_USERNAME,       STUN_ATTRIBUTE_MESSAGE_INTEGRITY,  STUN_ATTRIBUTE_ERROR_CODE,
    STUN_ATTRIBUTE_MAPPED_ADDRESS, STUN_ATTRIBUTE_XOR_MAPPED_ADDRESS, 0};

static bool in_namespace;

static void write_file(const char *path, const char *text)
{
    int fd = open(path, O_WRONLY | O_CLOEXEC);
    if (fd < 0)
        return;
    ssize_t ignored = write(fd, text, strlen(text));
    (void)ignored;
    close(fd);
}

/* Before there are threads. As somebody who is not root the namespace of users comes first. */
static bool enter_namespace(void)
{
    uid_t uid = geteuid();
    gid_t gid = getegid();
    if (unshare(CLONE_NEWNET) == 0)
        return true;
    if (unshare(CLONE_NEWUSER | CLONE_NEWNET) < 0)
        return false;
    g_autofree char *users = g_strdup_printf("0 %u 1", uid);
    g_autofree char *groups = g_strdup_printf("0 %u 1", gid);
    write_file("/proc/self/uid_map", users);
    write_file("/proc/self/setgroups", "deny");
    write_file("/proc/self/gid_map", groups);
    return true;
}

static bool run(const char *command)
{
    int status = -1;
    g_autofree char *out = NULL, *err = NULL;
    return g_spawn_command_line_sync(command, &out, &err, &status, NULL) && status == 0;
}

static bool make_network(void)
{
    static const char *const commands[] = {
        "ip link set lo up",
        "ip address add 10.77.0.1/32 dev lo",
        "ip address add 10.77.0.2/32 dev lo",
        "ip address add fd77::1/128 dev lo nodad",
        "ip address add fd77::2/128 dev lo nodad",
        "ip address add fd77::dead/128 dev lo nodad preferred_lft 0",
    };
    if (!enter_namespace())
        return false;
    for (unsigned i = 0; i < G_N_ELEMENTS(commands); i++)
        if (!run(commands[i]))
            return false;
    return true;
}

static struct sfu *start(const char *first, const char *second, const char *public_ip)
{
    struct sfu_config config = {.listen = {first, second},
                                .workers = 1,
                                .max_rooms = 2,
                                .max_peers = 2,
                                .media_timeout_ms = 5000,
                                .consent_timeout_ms = 30000};
    struct sfu *sfu = NULL;
    char *what = NULL;
    g_auto(GStrv) announced = g_strsplit(public_ip ? public_ip : "", ";", -1);
    for (unsigned i = 0; announced[i]; i++)
        config.public_ip[i] = announced[i];
    if (sfu_create(&config, &sfu, &what) < 0)
        g_error("%s", what);
    return sfu;
}

static sfu_room_id open_room(struct sfu *sfu)
{
    sfu_room_id room;
    g_assert_cmpint(sfu_room_open(sfu, &room), ==, 0);
    return room;
}

static gint by_text(gconstpointer a, gconstpointer b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* The addresses that are announced, sorted: the system has an order of its own. */
static char *announced(struct sfu *sfu)
{
    struct sfu_candidate candidates[SFU_MAX_CANDIDATES];
    size_t count = sfu_room_candidates(sfu, open_room(sfu), candidates);
    g_autoptr(GPtrArray) texts = g_ptr_array_new();
    for (size_t i = 0; i < count; i++)
        g_ptr_array_add(texts, candidates[i].address);
    g_ptr_array_sort(texts, by_text);
    g_ptr_array_add(texts, NULL);
    return g_strjoinv(" ", (char **)texts->pdata);
}

static void expect_announced(const char *first, const char *second, const char *public_ip,
                             const char *expected)
{
    struct sfu *sfu = start(first, second, public_ip);
    g_autofree char *got = announced(sfu);
    g_assert_cmpstr(got, ==, expected);
    sfu_destroy(sfu);
}

static void test_candidates(void)
{
    if (!in_namespace) {
        g_test_skip("no namespace of our own here");
        return;
    }
    /* Neither loopback nor what is deprecated. */
    expect_announced("0.0.0.0", "::", NULL, "10.77.0.1 10.77.0.2 fd77::1 fd77::2");
    expect_announced("0.0.0.0", NULL, NULL, "10.77.0.1 10.77.0.2");
    expect_announced("::", NULL, NULL, "fd77::1 fd77::2");
    expect_announced("10.77.0.2", "fd77::1", NULL, "10.77.0.2 fd77::1");
    expect_announced("0.0.0.0", "::", "203.0.113.9", "203.0.113.9 fd77::1 fd77::2");
    expect_announced("10.77.0.1", "fd77::2", "2001:db8::9", "10.77.0.1 2001:db8::9");
    expect_announced("0.0.0.0", "::", "203.0.113.9;2001:db8::9;203.0.113.10",
                     "2001:db8::9 203.0.113.10 203.0.113.9");
}

/* public_ip without a socket of its family would be announced in vain. */
static void test_public_ip_refused(void)
{
    static const char *const wrong[] = {"2001:db8::9", "somewhere"};
    for (unsigned i = 0; i < G_N_ELEMENTS(wrong); i++) {
        struct sfu_config config = {.listen = {"127.0.0.1"},
                                    .public_ip = {wrong[i]},
                                    .workers = 1,
                                    .max_rooms = 1,
                                    .max_peers = 1,
                                    .media_timeout_ms = 5000,
                                    .consent_timeout_ms = 30000};
        struct sfu *sfu = NULL;
        g_autofree char *what = NULL;
        g_assert_cmpint(sfu_create(&config, &sfu, &what), ==, -EINVAL);
        g_assert_nonnull(strstr(what, wrong[i]));
    }
}

static socklen_t to_sockaddr(const char *ip, uint16_t port, struct sockaddr_storage *ret)
{
    struct sockaddr_in in = {.sin_family = AF_INET, .sin_port = htons(port)};
    struct sockaddr_in6 in6 = {.sin6_family = AF_INET6, .sin6_port = htons(port)};
    memset(ret, 0, sizeof *ret);
    if (inet_pton(AF_INET, ip, &in.sin_addr) == 1) {
        memcpy(ret, &in, sizeof in);
        return sizeof in;
    }
    g_assert_cmpint(inet_pton(AF_INET6, ip, &in6.sin6_addr), ==, 1);
    memcpy(ret, &in6, sizeof in6);
    return sizeof in6;
}

/* One check from a connected socket, which hears nothing but the address that it asked. The answer says
 * whom it saw: the socket's own address, in its own family. */
static void check_at(const struct sfu_ice *ice, const char *ip, uint16_t port)
{
    struct sockaddr_storage to, own, mapped;
    socklen_t to_len = to_sockaddr(ip, port, &to), own_len = sizeof own, mapped_len = sizeof mapped;
    uint8_t request[1500], reply[1500];
    StunAgent agent;
    StunMessage message;
    g_autofree char *username = g_strdup_printf("%s:them", ice->ufrag);
    int fd = socket(to.ss_family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    g_assert_cmpint(connect(fd, (struct sockaddr *)&to, to_len), ==, 0);
    g_assert_cmpint(getsockname(fd, (struct sockaddr *)&own, &own_len), ==, 0);
    stun_agent_init(&agent, known, STUN_COMPATIBILITY_RFC5389,
                    STUN_AGENT_USAGE_SHORT_TERM_CREDENTIALS | STUN_AGENT_USAGE_USE_FINGERPRINT);
    size_t len = stun_usage_ice_conncheck_create(
        &agent, &message, request, sizeof request, (const uint8_t *)username, strlen(username),
        (const uint8_t *)ice->pwd, strlen(ice->pwd), true, true, 1, 2, NULL,
        STUN_USAGE_ICE_COMPATIBILITY_RFC5245);
    g_assert_cmpint(send(fd, request, len, 0), ==, (ssize_t)len);
    if (!wait_readable(fd, WAIT_US))
        g_error("no answer from %s", ip);
    ssize_t n = recv(fd, reply, sizeof reply, 0);
    g_assert_cmpint(n, >, 0);
    g_assert_cmpint(stun_agent_validate(&agent, &message, reply, (size_t)n, NULL, NULL), ==,
                    STUN_VALIDATION_SUCCESS);
    g_assert_cmpint(stun_usage_ice_conncheck_process(&message, &mapped, &mapped_len,
                                                     STUN_USAGE_ICE_COMPATIBILITY_RFC5245),
                    ==, STUN_USAGE_ICE_RETURN_SUCCESS);
    g_assert_cmpint(mapped.ss_family, ==, own.ss_family);
    if (own.ss_family == AF_INET)
        g_assert_cmpmem(&mapped, 8, &own, 8); /* family, port, address */
    close(fd);
}

static void expect_answers(const char *const *ips)
{
    struct sfu *sfu = start("0.0.0.0", "::", NULL);
    sfu_room_id room = open_room(sfu);
    struct sfu_negotiation negotiation = {0};
    struct sfu_candidate candidates[SFU_MAX_CANDIDATES];
    sfu_peer_id peer;
    sfu_ice_make(sfu, room, &negotiation.local);
    g_assert_cmpint(sfu_peer_open(sfu, room, 1, &peer), ==, 0);
    g_assert_cmpint(sfu_peer_negotiate(sfu, peer, &negotiation), ==, 0);
    size_t count = sfu_room_candidates(sfu, room, candidates);
    for (; *ips; ips++) {
        uint16_t port = 0; /* each family's socket has its own: the system chose */
        bool wants6 = strchr(*ips, ':') != NULL;
        for (size_t i = 0; i < count && !port; i++)
            if ((strchr(candidates[i].address, ':') != NULL) == wants6)
                port = candidates[i].port;
        g_assert_cmpuint(port, !=, 0);
        check_at(&negotiation.local, *ips, port);
    }
    sfu_destroy(sfu);
}

static void test_answers(void)
{
    static const char *const all[] = {"10.77.0.1", "10.77.0.2", "127.0.0.1",
                                      "fd77::2",   "fd77::1",   NULL};
    static const char *const loopback[] = {"127.0.0.2", "127.0.0.1", NULL};
    struct sfu *sfu;
    struct sfu_config config = {.listen = {"0.0.0.0", "::"},
                                .workers = 1,
                                .max_rooms = 1,
                                .max_peers = 1,
                                .media_timeout_ms = 5000,
                                .consent_timeout_ms = 30000};
    if (in_namespace) {
        expect_answers(all);
        return;
    }
    if (sfu_create(&config, &sfu, NULL) < 0) {
        g_test_skip("no IPv6 here");
        return;
    }
    sfu_destroy(sfu);
    expect_answers(loopback);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    in_namespace = make_network();
    g_test_add_func("/sfu/network/candidates", test_candidates);
    g_test_add_func("/sfu/network/public-ip-refused", test_public_ip_refused);
    g_test_add_func("/sfu/network/answers", test_answers);
    return g_test_run();
}
