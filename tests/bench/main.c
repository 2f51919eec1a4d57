/* The load tool; docs/benchmarks.md tells what its numbers mean.
 *
 *     bench run ADAPTER [OPTION…]       so many sessions at once for so long
 *     bench churn ADAPTER [OPTION…]     so many sessions, one after the other, some at a time */
#include "tests/bench/run.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>

static int usage(GOptionContext *context)
{
    g_autofree char *text = g_option_context_get_help(context, TRUE, NULL);
    fputs(text, stderr);
    return 2;
}

int main(int argc, char **argv)
{
    struct options o = {.sessions = 20,
                        .seconds = 10,
                        .warm_up_ms = 2000,
                        .join_every_ms = 150,
                        .parallel = 20,
                        .growth_percent = 5};
    const GOptionEntry entries[] = {
        {"sessions", 'n', 0, G_OPTION_ARG_INT, &o.sessions, "sessions of two (20)", "N"},
        {"seconds", 's', 0, G_OPTION_ARG_INT, &o.seconds, "measured time (10)", "S"},
        {"warm-up", 0, 0, G_OPTION_ARG_INT, &o.warm_up_ms, "before it (2000)", "MS"},
        {"join-every", 0, 0, G_OPTION_ARG_INT, &o.join_every_ms, "a session joins (150)", "MS"},
        {"parallel", 0, 0, G_OPTION_ARG_INT, &o.parallel, "churn: sessions at a time (20)", "N"},
        {"address", 0, 0, G_OPTION_ARG_STRING, &o.address,
         "of the server and of the load (127.0.0.1)", "IPv4"},
        {"port", 0, 0, G_OPTION_ARG_INT, &o.port, "of its signaling", "PORT"},
        {"pid", 0, 0, G_OPTION_ARG_INT, &o.pid, "of the server, for CPU and memory", "PID"},
        {"key-file", 0, 0, G_OPTION_ARG_FILENAME, &o.key_file, "API key (shipinban)", "FILE"},
        {"matter", 0, 0, G_OPTION_ARG_STRING, &o.matter, "of the sessions (SB01)", "CODE"},
        {"record-folder", 0, 0, G_OPTION_ARG_FILENAME, &o.record_folder, "(janus)", "FOLDER"},
        {"unrecorded", 0, 0, G_OPTION_ARG_NONE, &o.unrecorded, "record nothing", NULL},
        {"growth-percent", 0, 0, G_OPTION_ARG_INT, &o.growth_percent,
         "churn: what memory may grow by after the first sessions (5)", "PERCENT"},
        {"loss", 0, 0, G_OPTION_ARG_DOUBLE, &o.loss_percent, "lost in either direction", "PERCENT"},
        {"json", 0, 0, G_OPTION_ARG_FILENAME, &o.json_file, "write the figures here", "FILE"},
        {0}};
    g_autoptr(GOptionContext) context =
        g_option_context_new("run|churn shipinban|janus|direct - load for a media server");
    g_autoptr(GError) error = NULL;
    g_option_context_add_main_entries(context, entries, NULL);
    signal(SIGPIPE, SIG_IGN);
    far_peer_destroy(far_peer_create(NULL)); /* libsrtp starts before there are threads */
    setvbuf(stdout, NULL, _IOLBF, 0);
    if (!g_option_context_parse(context, &argc, &argv, &error)) {
        fprintf(stderr, "%s\n", error->message);
        return 2;
    }
    const struct adapter *adapter = argc == 3 ? adapter_find(argv[2]) : NULL;
    if (!adapter || o.sessions < 1 || o.seconds < 0 || o.parallel < 1)
        return usage(context);
    if (!o.address)
        o.address = g_strdup("127.0.0.1");
    if (!o.matter)
        o.matter = g_strdup("SB01");
    if (!strcmp(argv[1], "run"))
        return run(adapter, &o);
    if (!strcmp(argv[1], "churn"))
        return churn(adapter, &o);
    return usage(context);
}
