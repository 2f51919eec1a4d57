/* shipinbanctl: asks a running daemon, through its control socket. */
#include <gio/gio.h>
#include <gio/gunixsocketaddress.h>
#include <glib.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/id.h"
#include "signaling/config.h"
#include "signaling/ctl/control.h"

enum { EXIT_PROBLEM = 1, EXIT_USAGE = 2, EXIT_STOPPED = 3, WITHIN_S = 10 };

static const char *const usage =
    "status              how the daemon does\n"
    "  sessions            the sessions that are open\n"
    "  end SESSION         ends one of them (reason closed)\n"
    "  drain [MS]          lets nobody new in and ends when no call runs, after MS at the latest\n"
    "  check               0 when all is well, else 1 and what is not\n"
    "\nEnds with 0; 1: refused, or check found something; 2: used wrongly; 3: no daemon answers.";

static json_t *ask(const char *path, json_t *request, char **ret_what)
{
    g_autoptr(GSocketClient) client = g_socket_client_new();
    g_autoptr(GSocketAddress) address = g_unix_socket_address_new(path);
    g_autoptr(GError) error = NULL, unsent = NULL;
    g_socket_client_set_timeout(client, WITHIN_S);
    g_autoptr(GSocketConnection) connection =
        g_socket_client_connect(client, G_SOCKET_CONNECTABLE(address), NULL, &error);
    if (!connection) {
        *ret_what = g_strdup_printf("no daemon answers at %s: %s", path, error->message);
        return NULL;
    }
    g_autofree char *text = json_dumps(request, JSON_COMPACT);
    g_autofree char *line = g_strconcat(text, "\n", NULL);
    GOutputStream *out = g_io_stream_get_output_stream(G_IO_STREAM(connection));
    /* A daemon that is busy answers without listening: what it says counts more than that nothing could be sent. */
    (void)g_output_stream_write_all(out, line, strlen(line), NULL, NULL, &unsent);
    g_autoptr(GDataInputStream) in =
        g_data_input_stream_new(g_io_stream_get_input_stream(G_IO_STREAM(connection)));
    g_autofree char *answer = g_data_input_stream_read_line(in, NULL, NULL, &error);
    json_t *body = answer ? json_loads(answer, 0, NULL) : NULL;
    if (!body)
        *ret_what = g_strdup_printf("%s: %s", path,
                                    unsent  ? unsent->message
                                    : error ? error->message
                                            : "no answer came");
    return body;
}

/* One line a member; an object's members come indented below it. */
static void object_print(const json_t *object, const char *indent)
{
    const char *key;
    json_t *value;
    json_object_foreach((json_t *)object, key, value)
    {
        if (json_is_object(value)) {
            printf("%s%s\n", indent, key);
            object_print(value, "  ");
        } else {
            g_autofree char *text = json_is_string(value)
                                        ? g_strdup(json_string_value(value))
                                        : json_dumps(value, JSON_ENCODE_ANY | JSON_COMPACT);
            printf("%s%-16s %s\n", indent, key, text);
        }
    }
}

/* "citizen tcp, clerk udp" */
static void ways_print(const json_t *ways)
{
    size_t i;
    json_t *one;
    json_array_foreach(ways, i, one)
        printf("%s%s %s", i ? ", " : "", json_string_value(json_object_get(one, "role")),
               json_string_value(json_object_get(one, "way")));
    printf("\n");
}

static void sessions_print(const json_t *list)
{
    size_t i;
    json_t *one;
    printf("%-26s %-10s %-6s %-7s %6s %6s %-10s %s\n", "SESSION", "STATE", "MATTER", "NUMBER",
           "WINDOW", "PEOPLE", "RECORDING", "MEDIA");
    json_array_foreach(list, i, one)
    {
        printf("%-26s %-10s %-6s %-7s %6lld %6lld %-10s ",
               json_string_value(json_object_get(one, "session")),
               json_string_value(json_object_get(one, "state")),
               json_string_value(json_object_get(one, "matter")),
               json_string_value(json_object_get(one, "number")),
               (long long)json_integer_value(json_object_get(one, "window")),
               (long long)json_integer_value(json_object_get(one, "participants")),
               json_string_value(json_object_get(one, "recording")));
        ways_print(json_object_get(one, "ways"));
    }
}

static void print(const json_t *body, bool as_json)
{
    const json_t *sessions = json_object_get(body, "sessions");
    if (as_json) {
        g_autofree char *text = json_dumps(body, JSON_INDENT(2));
        printf("%s\n", text);
    } else if (json_is_array(sessions)) {
        sessions_print(sessions);
    } else {
        object_print(body, "");
    }
}

static json_t *drain_request(const char *text)
{
    guint64 after_ms;
    g_autoptr(GError) error = NULL;
    if (g_ascii_string_to_unsigned(text, 10, 0, SIG_CONTROL_DRAIN_MAX_MS, &after_ms, &error))
        return json_pack("{s:s, s:I}", "command", "drain", "after_ms", (json_int_t)after_ms);
    fprintf(stderr, "shipinbanctl: MS: %s\n", error->message);
    return NULL;
}

static json_t *end_request(const char *session)
{
    if (strlen(session) < ID_BYTES)
        return json_pack("{s:s, s:s}", "command", "end", "session", session);
    fprintf(stderr, "shipinbanctl: SESSION has at most %d characters\n", ID_BYTES - 1);
    return NULL;
}

/* NULL: used wrongly. */
static json_t *request_of(int argc, char **argv)
{
    const char *command = argc > 1 ? argv[1] : "";
    bool alone = !strcmp(command, "status") || !strcmp(command, "sessions") ||
                 !strcmp(command, "check") || !strcmp(command, "drain");
    if (alone && argc == 2)
        return json_pack("{s:s}", "command", command);
    if (!strcmp(command, "end") && argc == 3)
        return end_request(argv[2]);
    return !strcmp(command, "drain") && argc == 3 ? drain_request(argv[2]) : NULL;
}

/* Where the daemon of this configuration listens; NULL: the configuration is wrong. */
static char *socket_of(const char *config_path)
{
    struct sig_config *config = NULL;
    g_autofree char *what = NULL;
    if (sig_config_load(config_path, &config, &what) < 0) {
        fprintf(stderr, "shipinbanctl: %s\n", what);
        return NULL;
    }
    char *path = g_strdup(config->server.control);
    sig_config_destroy(config);
    return path;
}

static int run(const char *path, json_t *request, bool as_json)
{
    g_autofree char *what = NULL;
    json_t *body = ask(path, request, &what);
    if (!body) {
        fprintf(stderr, "shipinbanctl: %s\n", what);
        return EXIT_STOPPED;
    }
    const char *fault = json_string_value(json_object_get(body, "error"));
    if (fault)
        fprintf(stderr, "shipinbanctl: %s\n", fault);
    else
        print(body, as_json);
    bool bad = fault || json_is_false(json_object_get(body, "ok"));
    json_decref(body);
    return bad ? EXIT_PROBLEM : EXIT_SUCCESS;
}

int main(int argc, char **argv)
{
    g_autofree char *config = NULL, *path = NULL;
    gboolean as_json = FALSE;
    const GOptionEntry entries[] = {
        {"config", 'c', 0, G_OPTION_ARG_FILENAME, &config, "the daemon's configuration", "FILE"},
        {"socket", 's', 0, G_OPTION_ARG_FILENAME, &path, "its control socket", "PATH"},
        {"json", 'j', 0, G_OPTION_ARG_NONE, &as_json, "print JSON", NULL},
        {NULL},
    };
    g_autoptr(GOptionContext) context = g_option_context_new("COMMAND");
    g_autoptr(GError) error = NULL;
    g_option_context_add_main_entries(context, entries, NULL);
    g_autofree char *summary = g_strconcat("Commands:\n  ", usage, NULL);
    g_option_context_set_summary(context, summary);
    if (!g_option_context_parse(context, &argc, &argv, &error)) {
        fprintf(stderr, "shipinbanctl: %s\n", error->message);
        return EXIT_USAGE;
    }
    json_t *request = request_of(argc, argv);
    if (!request) {
        g_autofree char *help = g_option_context_get_help(context, TRUE, NULL);
        fputs(help, stderr);
        return EXIT_USAGE;
    }
    if (!path)
        path = config ? socket_of(config) : g_strdup("/run/shipinban/control.sock");
    int status = path ? run(path, request, as_json) : EXIT_USAGE;
    json_decref(request);
    return status;
}
