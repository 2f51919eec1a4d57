/* impair: a UDP relay with a bad network in it, told what to do by lines on its standard input.
 *
 *   impair --to ADDRESS:PORT [--listen ADDRESS] [--seed N]
 *
 * prints "listening ADDRESS:PORT". Lines, each answered by "ok …" or "error …":
 *   up|down|both NAME=VALUE …   loss burst_begin burst_end reorder duplicate (shares, 0 to 1), delay_ms jitter_ms
 *                               reorder_ms queue_ms, rate_bps, black (0 or 1); what is not named stays
 *   dark MS                     nothing passes for so long; answered when it is over, and so are later lines
 *   rebind                      other source ports towards the server
 *   forget                      counters from zero
 *   stats                       the counters of both directions as JSON
 * It ends with its standard input. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <gio/gio.h>
#include <gio/gunixinputstream.h>

#include "tests/harness/impair/relay.h"

struct program {
    GMainLoop *loop;
    struct relay *relay;
    GDataInputStream *lines;
};

static void next_line(struct program *program);

static bool share_set(double *ret_share, double value)
{
    if (value < 0 || value > 1)
        return false;
    *ret_share = value;
    return true;
}

static bool duration_set(int64_t *ret_us, double ms)
{
    if (ms < 0 || ms > 600000)
        return false;
    *ret_us = (int64_t)(ms * 1000);
    return true;
}

static bool setting_apply(struct link_config *config, const char *name, double value)
{
    const struct {
        const char *name;
        double *share;
        int64_t *duration_us;
    } settings[] = {
        {"loss", &config->loss, NULL},           {"burst_begin", &config->burst_begin, NULL},
        {"burst_end", &config->burst_end, NULL}, {"reorder", &config->reorder, NULL},
        {"duplicate", &config->duplicate, NULL}, {"delay_ms", NULL, &config->delay_us},
        {"jitter_ms", NULL, &config->jitter_us}, {"reorder_ms", NULL, &config->reorder_us},
        {"queue_ms", NULL, &config->queue_us},
    };

    for (size_t i = 0; i < G_N_ELEMENTS(settings); i++) {
        if (strcmp(name, settings[i].name) == 0) {
            return settings[i].share ? share_set(settings[i].share, value)
                                     : duration_set(settings[i].duration_us, value);
        }
    }
    if (strcmp(name, "rate_bps") == 0 && value >= 0 && value <= 1e12) {
        config->rate_bps = (uint64_t)value;
        return true;
    }
    if (strcmp(name, "black") == 0 && (value == 0 || value == 1)) {
        config->black = value == 1;
        return true;
    }
    return false;
}

static gboolean on_light(gpointer user)
{
    struct program *program = user;

    relay_up(program->relay)->config.black = false;
    relay_down(program->relay)->config.black = false;
    printf("ok\n");
    fflush(stdout);
    next_line(program);
    return G_SOURCE_REMOVE;
}

/* Whether it is dark now: then the next line is read when it is over. */
static bool dark_begin(struct program *program, const char *duration)
{
    char *end = NULL;
    const unsigned long ms = duration ? strtoul(duration, &end, 10) : 0;

    if (ms == 0 || ms > 600000 || *end) {
        printf("error dark wants 1 to 600000 milliseconds\n");
        fflush(stdout);
        return false;
    }
    relay_up(program->relay)->config.black = true;
    relay_down(program->relay)->config.black = true;
    g_timeout_add((guint)ms, on_light, program);
    return true;
}

/* Whether all words were understood; else nothing is changed and `ret_bad` is the first that was not. */
static bool settings_apply(struct link *link, char **words, const char **ret_bad)
{
    struct link_config config = link->config;

    for (; *words; words++) {
        g_auto(GStrv) parts = g_strsplit(*words, "=", 2);
        char *end = NULL;
        const double value = parts[0] && parts[1] ? g_ascii_strtod(parts[1], &end) : 0;
        if (!end || end == parts[1] || *end || !setting_apply(&config, parts[0], value)) {
            *ret_bad = *words;
            return false;
        }
    }
    link->config = config;
    return true;
}

static void link_print(const char *name, const struct link *link)
{
    const struct link_counts *counts = &link->counts;

    printf("\"%s\":{\"offered\":%" PRIu64 ",\"passed\":%" PRIu64 ",\"lost\":%" PRIu64
           ",\"queue_full\":%" PRIu64 ",\"black\":%" PRIu64 ",\"duplicated\":%" PRIu64
           ",\"reordered\":%" PRIu64 ",\"bytes\":%" PRIu64
           ",\"queue_p50_ms\":%u,\"queue_p95_ms\":%u}",
           name, counts->offered, counts->passed, counts->lost, counts->queue_full, counts->black,
           counts->duplicated, counts->reordered, counts->bytes, link_waited_ms(link, 0.5),
           link_waited_ms(link, 0.95));
}

static void stats_print(struct relay *relay)
{
    printf("ok {");
    link_print("up", relay_up(relay));
    printf(",");
    link_print("down", relay_down(relay));
    printf(",\"refused\":%" PRIu64 "}\n", relay_refused(relay));
}

static void links_set(struct relay *relay, char **words)
{
    const bool is_both = strcmp(words[0], "both") == 0;
    struct link *first = strcmp(words[0], "down") == 0 ? relay_down(relay) : relay_up(relay);
    const char *bad = NULL;

    if (!settings_apply(first, words + 1, &bad) ||
        (is_both && !settings_apply(relay_down(relay), words + 1, &bad)))
        printf("error '%s' is no NAME=VALUE of the link, or out of range\n", bad);
    else
        printf("ok\n");
}

static void line_do(struct relay *relay, const char *line)
{
    g_auto(GStrv) words = g_strsplit(line, " ", 32);
    const char *verb = words[0] ? words[0] : "";

    if (strcmp(verb, "up") == 0 || strcmp(verb, "down") == 0 || strcmp(verb, "both") == 0) {
        links_set(relay, words);
    } else if (strcmp(verb, "rebind") == 0) {
        relay_rebind(relay);
        printf("ok\n");
    } else if (strcmp(verb, "forget") == 0) {
        link_forget(relay_up(relay));
        link_forget(relay_down(relay));
        printf("ok\n");
    } else if (strcmp(verb, "stats") == 0) {
        stats_print(relay);
    } else {
        printf("error '%s' is none of up, down, both, dark, rebind, forget, stats\n", verb);
    }
    fflush(stdout);
}

static void on_line(GObject *source, GAsyncResult *result, gpointer user)
{
    struct program *program = user;
    g_autofree char *line =
        g_data_input_stream_read_line_finish_utf8(G_DATA_INPUT_STREAM(source), result, NULL, NULL);

    if (!line) {
        g_main_loop_quit(program->loop);
        return;
    }
    g_strstrip(line);
    if (g_str_has_prefix(line, "dark")) {
        if (dark_begin(program, line[4] == ' ' ? line + 5 : NULL))
            return;
    } else {
        line_do(program->relay, line);
    }
    next_line(program);
}

static void next_line(struct program *program)
{
    g_data_input_stream_read_line_async(program->lines, G_PRIORITY_DEFAULT, NULL, on_line, program);
}

/* "ADDRESS:PORT" or "[ADDRESS]:PORT"; NULL when it is none. */
static GSocketAddress *address_parse(const char *text, bool has_port)
{
    if (!has_port)
        return g_inet_socket_address_new_from_string(text, 0);
    const char *colon = strrchr(text, ':');
    char *end = NULL;
    const unsigned long port = colon ? strtoul(colon + 1, &end, 10) : 0;
    if (!colon || !end || *end || port == 0 || port > 65535)
        return NULL;
    g_autofree char *host = text[0] == '[' && colon > text && colon[-1] == ']'
                                ? g_strndup(text + 1, (gsize)(colon - text) - 2)
                                : g_strndup(text, (gsize)(colon - text));
    return g_inet_socket_address_new_from_string(host, (guint)port);
}

static int run(const char *to, const char *listen, uint64_t seed)
{
    g_autoptr(GSocketAddress) server = address_parse(to, true);
    g_autoptr(GSocketAddress) local = address_parse(listen, false);
    g_autoptr(GError) error = NULL;

    if (!server || !local) {
        fprintf(stderr, "impair: '%s' is no %s\n", server ? listen : to,
                server ? "address" : "ADDRESS:PORT");
        return 2;
    }
    struct program program = {
        .relay = relay_create(
            &(struct relay_config){.server = server, .listen = local, .seed = seed}, &error)};
    if (!program.relay) {
        fprintf(stderr, "impair: %s\n", error->message);
        return 1;
    }
    g_autofree char *address = relay_address(program.relay);
    printf("listening %s\n", address);
    fflush(stdout);

    g_autoptr(GInputStream) input = g_unix_input_stream_new(0, FALSE);
    program.lines = g_data_input_stream_new(input);
    program.loop = g_main_loop_new(NULL, FALSE);
    next_line(&program);
    g_main_loop_run(program.loop);
    g_main_loop_unref(program.loop);
    g_object_unref(program.lines);
    relay_destroy(program.relay);
    return 0;
}

int main(int argc, char **argv)
{
    g_autofree char *to = NULL, *listen = NULL;
    gint64 seed = 1;
    const GOptionEntry options[] = {
        {"to", 0, 0, G_OPTION_ARG_STRING, &to, "the server's address", "ADDRESS:PORT"},
        {"listen", 0, 0, G_OPTION_ARG_STRING, &listen, "own address (127.0.0.1)", "ADDRESS"},
        {"seed", 0, 0, G_OPTION_ARG_INT64, &seed, "of the dice (1)", "N"},
        {NULL},
    };
    g_autoptr(GOptionContext) context =
        g_option_context_new("- a UDP relay with a bad network in it");
    g_autoptr(GError) error = NULL;

    g_option_context_add_main_entries(context, options, NULL);
    if (!g_option_context_parse(context, &argc, &argv, &error) || !to) {
        fprintf(stderr, "impair: %s\n", error ? error->message : "--to is missing");
        return 2;
    }
    return run(to, listen ? listen : "127.0.0.1", (uint64_t)seed);
}
