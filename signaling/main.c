/* shipinban: the daemon. */
#include <glib-unix.h>
#include <glib.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "base/heap.h"
#include "base/log.h"
#include "base/notify.h"
#include "signaling/config.h"
#include "signaling/ctl/control.h"
#include "signaling/daemon.h"
#include "signaling/version.h"
#include "signaling/wire/listen.h"
#include "signaling/wire/server.h"

struct run {
    GMainLoop *loop;
    struct sig_daemon *daemon;
    unsigned signals;
};

static void drained(void *user)
{
    g_main_loop_quit(((struct run *)user)->loop);
}

static void told_to_drain(unsigned after_ms, void *user)
{
    struct run *run = user;
    log_info("main", "an operator stops it");
    sig_drain_begin(run->daemon, after_ms, drained, run);
}

/* The first signal lets calls end by themselves, the second ends them, the third does not wait for goodbyes either. */
static gboolean told_to_stop(gpointer user)
{
    struct run *run = user;
    switch (++run->signals) {
    case 1:
        log_info("main", "stopping");
        sig_drain_begin(run->daemon, run->daemon->config->server.drain_ms, drained, run);
        break;
    case 2:
        log_info("main", "stopping at once");
        sig_drain_hurry(run->daemon);
        break;
    default: g_main_loop_quit(run->loop); break;
    }
    return G_SOURCE_CONTINUE;
}

static gboolean told_to_reload(gpointer user)
{
    sig_server_reload(((struct run *)user)->daemon->server);
    return G_SOURCE_CONTINUE;
}

/* A socket a page and a few files each session: more than the usual soft limit of 1024. */
static void descriptors_allow(const struct sig_config *config)
{
    struct rlimit limit;
    rlim_t wanted = 4 * (rlim_t)config->server.max_sockets + 1024;
    if (getrlimit(RLIMIT_NOFILE, &limit) < 0 || limit.rlim_cur >= wanted)
        return;
    limit.rlim_cur = MIN(wanted, limit.rlim_max);
    if (setrlimit(RLIMIT_NOFILE, &limit) < 0 || limit.rlim_cur < wanted)
        log_warning("main", "only %lu files may be open, %lu are wanted",
                    (unsigned long)limit.rlim_cur, (unsigned long)wanted);
}

static int run(const struct sig_config *config)
{
    struct run state = {.loop = g_main_loop_new(NULL, FALSE)};
    g_autofree char *what = NULL;
    descriptors_allow(config);
    if (sig_daemon_create(config, &state.daemon, &what) < 0) {
        log_error("main", "%s", what ? what : "cannot start");
        g_main_loop_unref(state.loop);
        return EXIT_FAILURE;
    }
    /* A full quota and a closed pipe are errors of write(), not reasons to die. */
    signal(SIGXFSZ, SIG_IGN);
    signal(SIGPIPE, SIG_IGN);
    g_unix_signal_add(SIGHUP, told_to_reload, &state);
    g_unix_signal_add(SIGTERM, told_to_stop, &state);
    g_unix_signal_add(SIGINT, told_to_stop, &state);
    bool all = !strcmp(config->server.listen, "0.0.0.0") || !strcmp(config->server.listen, "::");
    const char *address = all ? "127.0.0.1" : config->server.listen;
    g_autofree char *url =
        sig_listen_url(config->server.tls, address, address, sig_server_port(state.daemon->server));
    printf("listening %s\n", url);
    fflush(stdout);
    log_info("main", "shipinban %s serves %s", SIG_VERSION, state.daemon->public_url);
    sig_control_on_stop(state.daemon->control, told_to_drain, &state);
    notify_ready();
    g_main_loop_run(state.loop);
    sig_daemon_destroy(state.daemon);
    g_main_loop_unref(state.loop);
    log_info("main", "stopped");
    return EXIT_SUCCESS;
}

int main(int argc, char **argv)
{
    g_autofree char *path = NULL, *what = NULL;
    gboolean version = FALSE, check = FALSE;
    const GOptionEntry entries[] = {
        {"config", 'c', 0, G_OPTION_ARG_FILENAME, &path,
         "the configuration file (docs/configuration.md)", "FILE"},
        {"check-config", 0, 0, G_OPTION_ARG_NONE, &check,
         "only read the configuration, and say what is wrong", NULL},
        {"version", 0, 0, G_OPTION_ARG_NONE, &version, "print the version", NULL},
        {NULL},
    };
    g_autoptr(GOptionContext) context =
        g_option_context_new("- media server of remote service windows");
    g_autoptr(GError) error = NULL;
    struct sig_config *config = NULL;

    g_option_context_add_main_entries(context, entries, NULL);
    if (!g_option_context_parse(context, &argc, &argv, &error) || argc > 1) {
        fprintf(stderr, "shipinban: %s\n", error ? error->message : "too many arguments");
        return 2;
    }
    if (version) {
        printf("shipinban %s\n", SIG_VERSION);
        return EXIT_SUCCESS;
    }
    if (!path || sig_config_load(path, &config, &what) < 0) {
        fprintf(stderr, "shipinban: %s\n", what ? what : "--config FILE is missing");
        return 2;
    }
    heap_prepare();
    log_init(config->server.log_level);
    int status = check ? EXIT_SUCCESS : run(config);
    sig_config_destroy(config);
    return status;
}
