#include "tests/fuzz/web.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/log.h"
#include "signaling/wire/wire_private.h"
#include "tests/harness/file.h"
#include "tests/harness/temp.h"
#include "tests/harness/wait.h"

enum { ANSWER_WITHIN_US = 5000000 };

static const char config_text[] = "[server]\n"
                                  "listen = 127.0.0.1\n"
                                  "port = 0\n"
                                  "hostname = localhost\n"
                                  "log_level = error\n"
                                  "web_root = pages\n"
                                  "[media]\n"
                                  "listen = 127.0.0.1\n"
                                  "udp_port = 0\n"
                                  "[hall]\n"
                                  "database = :memory:\n"
                                  "seed_dir = %s\n"
                                  "demo_accounts_file = accounts\n"
                                  "always_open = true\n"
                                  "[recorder]\n"
                                  "reserve_mib = 0\n";

static char *config_write(void)
{
    const char *folder = temp_dir();
    g_autofree char *pages = g_build_filename(folder, "pages", NULL);
    g_autofree char *page = g_build_filename(pages, "index.html", NULL);
    char *path = g_build_filename(folder, "shipinban.conf", NULL);
    g_assert_cmpint(g_mkdir_with_parents(pages, 0700), ==, 0);
    file_write(page, "<!doctype html>", 15);
    g_autofree char *seed = file_data_path("../../hall/seed");
    g_autofree char *text = g_strdup_printf(config_text, seed);
    file_write(path, text, strlen(text));
    return path;
}

/* At the end of the program, before the leak checker looks. */
static struct sig_config *config;
static struct sig_daemon *daemon_made;

static void end(void)
{
    sig_daemon_destroy(daemon_made);
    sig_config_destroy(config);
}

struct sig_daemon *web_daemon(void)
{
    if (daemon_made)
        return daemon_made;
    g_autofree char *path = config_write(), *what = NULL;
    log_init(LOG_AT_ERROR);
    signal(SIGPIPE, SIG_IGN);
    if (sig_config_load(path, &config, &what) < 0 ||
        sig_daemon_create(config, &daemon_made, &what) < 0)
        g_error("%s", what);
    atexit(end);
    return daemon_made;
}

static void work(void)
{
    while (g_main_context_iteration(NULL, FALSE))
        continue;
}

int web_connect(void)
{
    int ends[2];
    lws_sock_file_fd_type fd;
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends) < 0)
        g_error("socketpair: %s", g_strerror(errno));
    fd.sockfd = ends[1];
    if (!lws_adopt_descriptor_vhost(web_daemon()->server->vhost, LWS_ADOPT_HTTP | LWS_ADOPT_SOCKET,
                                    fd, NULL, NULL))
        g_error("the web server does not take the connection over");
    return ends[0];
}

uint64_t web_last_conn(void)
{
    return web_daemon()->server->next_id;
}

/* False: closed. */
static bool answer_read(int fd, GByteArray *answer)
{
    guint8 piece[4096];
    ssize_t n;
    while ((n = recv(fd, piece, sizeof piece, 0)) > 0)
        if (answer)
            g_byte_array_append(answer, piece, (guint)n);
    return n < 0 && errno == EAGAIN;
}

bool web_say(int fd, const void *data, size_t len, GByteArray *answer)
{
    const uint8_t *at = data;
    bool open = true;
    while (len && open) {
        ssize_t n = send(fd, at, len, MSG_NOSIGNAL);
        if (n < 0 && errno != EAGAIN)
            return false;
        if (n > 0) {
            at += n;
            len -= (size_t)n;
        }
        work();
        open = answer_read(fd, answer);
    }
    work();
    return answer_read(fd, answer) && open;
}

struct expectation {
    int fd;
    GByteArray *answer;
    const char *mark;
    bool open;
};

static bool is_met(void *data)
{
    struct expectation *e = data;
    e->open = answer_read(e->fd, e->answer);
    return !e->open ||
           (e->answer->len && memmem(e->answer->data, e->answer->len, e->mark, strlen(e->mark)));
}

bool web_expect(int fd, GByteArray *answer, const char *mark)
{
    struct expectation e = {fd, answer, mark, true};
    return wait_until(NULL, is_met, &e, ANSWER_WITHIN_US) && e.open;
}

void web_close(int fd)
{
    close(fd);
    work();
}
