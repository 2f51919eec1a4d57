#include "signaling/ctl/control.h"

#include <errno.h>
#include <gio/gio.h>
#include <gio/gunixsocketaddress.h>
#include <glib/gstdio.h>
#include <jansson.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/log.h"
#include "signaling/ctl/answer.h"
#include "signaling/daemon.h"
#include "signaling/wire/json.h"

enum { LAST_TURNS = 100 };

struct sig_control {
    struct sig_daemon *daemon;
    char *path;
    GSocketService *service;
    GHashTable *clients; /* struct client, owned */
    sig_control_stop_fn stop;
    void *stop_user;
};

struct client {
    struct sig_control *control;
    GSocketConnection *connection;
    GCancellable *cancel;
    guint timer;
    char line[SIG_CONTROL_LINE_BYTES];
    gsize len;
    char *answer;
};

static void client_destroy(gpointer data)
{
    struct client *client = data;
    g_clear_handle_id(&client->timer, g_source_remove);
    (void)g_io_stream_close(G_IO_STREAM(client->connection), NULL, NULL);
    g_object_unref(client->connection);
    g_object_unref(client->cancel);
    g_free(client->answer);
    g_free(client);
}

/* An operation that is under way still owns the client's memory: it is freed in its callback. */
static void client_end(struct client *client)
{
    if (client->control)
        g_hash_table_steal(client->control->clients, client);
    client_destroy(client);
}

static void written(GObject *stream, GAsyncResult *result, gpointer user)
{
    (void)g_output_stream_write_all_finish(G_OUTPUT_STREAM(stream), result, NULL, NULL);
    client_end(user);
}

static void answer(struct client *client)
{
    struct sig_control *control = client->control;
    g_autoptr(json_t) request = sig_json_parse(client->line, client->len, sizeof client->line);
    struct sig_control_wish wish = {0};
    json_t *body = sig_control_answer(control->daemon, request, &wish);
    g_autofree char *text = json_dumps(body, JSON_COMPACT);
    json_decref(body);
    client->answer = g_strconcat(text, "\n", NULL);
    g_output_stream_write_all_async(g_io_stream_get_output_stream(G_IO_STREAM(client->connection)),
                                    client->answer, strlen(client->answer), G_PRIORITY_DEFAULT,
                                    client->cancel, written, client);
    if (wish.stop && control->stop)
        control->stop(wish.after_ms, control->stop_user);
}

static void line_read(struct client *client);

static void came(GObject *stream, GAsyncResult *result, gpointer user)
{
    struct client *client = user;
    gssize n = g_input_stream_read_finish(G_INPUT_STREAM(stream), result, NULL);
    if (n <= 0) {
        client_end(client);
        return;
    }
    client->len += (gsize)n;
    if (memchr(client->line, '\n', client->len))
        answer(client);
    else if (client->len == sizeof client->line)
        client_end(client);
    else
        line_read(client);
}

static void line_read(struct client *client)
{
    g_input_stream_read_async(g_io_stream_get_input_stream(G_IO_STREAM(client->connection)),
                              client->line + client->len, sizeof client->line - client->len,
                              G_PRIORITY_DEFAULT, client->cancel, came, client);
}

static gboolean too_late(gpointer user)
{
    struct client *client = user;
    client->timer = 0;
    g_cancellable_cancel(client->cancel);
    return G_SOURCE_REMOVE;
}

/* A fresh socket has room for it: this does not wait. */
static gboolean busy_say(GSocketConnection *connection)
{
    static const char words[] =
        "{\"error\":\"busy: too many clients at the control socket, try again in some seconds\"}\n";
    (void)g_socket_send(g_socket_connection_get_socket(connection), words, sizeof words - 1, NULL,
                        NULL);
    return TRUE;
}

static gboolean incoming(GSocketService *service, GSocketConnection *connection, GObject *source,
                         gpointer user)
{
    struct sig_control *control = user;
    if (g_hash_table_size(control->clients) >= SIG_CONTROL_CLIENTS)
        return busy_say(connection); /* it is closed when it is let go of */
    struct client *client = g_new0(struct client, 1);
    client->control = control;
    client->connection = g_object_ref(connection);
    client->cancel = g_cancellable_new();
    client->timer = g_timeout_add_seconds(SIG_CONTROL_WITHIN_S, too_late, client);
    g_hash_table_add(control->clients, client);
    line_read(client);
    return TRUE;
}

/* Whether somebody listens there now. Not waited for: one who is stuck has a full queue (EAGAIN), and is there. */
static bool is_alive(const struct sockaddr_un *address)
{
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    bool alive = fd >= 0 && (connect(fd, (const struct sockaddr *)(const void *)address,
                                     sizeof *address) == 0 ||
                             errno == EAGAIN);
    if (fd >= 0)
        close(fd);
    return alive;
}

/* The mode is the socket's before it has a name: nobody else finds it open for a moment. */
static int listen_at(const char *path, int *ret_fd)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    struct stat status;
    if (g_strlcpy(address.sun_path, path, sizeof address.sun_path) >= sizeof address.sun_path)
        return -ENAMETOOLONG;
    if (is_alive(&address))
        return -EADDRINUSE;
    if (g_lstat(path, &status) == 0) {
        if (!S_ISSOCK(status.st_mode))
            return -EEXIST;
        (void)g_unlink(path);
    }
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0)
        return -errno;
    if (fchmod(fd, 0600) < 0 ||
        bind(fd, (const struct sockaddr *)(const void *)&address, sizeof address) < 0 ||
        listen(fd, SIG_CONTROL_CLIENTS) < 0) {
        int r = -errno;
        close(fd);
        return r;
    }
    *ret_fd = fd;
    return 0;
}

int sig_control_create(struct sig_daemon *daemon, const char *path,
                       struct sig_control **ret_control, char **ret_what)
{
    int fd = -1;
    int r = listen_at(path, &fd);
    if (r < 0) {
        *ret_what = g_strdup_printf("%s: %s", path,
                                    r == -EADDRINUSE ? "another daemon answers there"
                                    : r == -EEXIST   ? "something else than a socket is there"
                                                     : g_strerror(-r));
        return r;
    }
    struct sig_control *control = g_new0(struct sig_control, 1);
    g_autoptr(GSocket) listener = g_socket_new_from_fd(fd, NULL);
    control->daemon = daemon;
    control->path = g_strdup(path);
    control->clients = g_hash_table_new_full(NULL, NULL, client_destroy, NULL);
    control->service = g_socket_service_new();
    g_socket_listener_add_socket(G_SOCKET_LISTENER(control->service), listener, NULL, NULL);
    g_signal_connect(control->service, "incoming", G_CALLBACK(incoming), control);
    *ret_control = control;
    return 0;
}

void sig_control_on_stop(struct sig_control *control, sig_control_stop_fn fn, void *user)
{
    if (!control)
        return;
    control->stop = fn;
    control->stop_user = user;
}

void sig_control_destroy(struct sig_control *control)
{
    if (!control)
        return;
    GHashTableIter iter;
    gpointer client;
    g_socket_service_stop(control->service);
    g_socket_listener_close(G_SOCKET_LISTENER(control->service));
    g_hash_table_iter_init(&iter, control->clients);
    while (g_hash_table_iter_next(&iter, &client, NULL)) {
        ((struct client *)client)->control = NULL; /* its callback frees it */
        g_cancellable_cancel(((struct client *)client)->cancel);
        g_hash_table_iter_steal(&iter);
    }
    /* The callbacks of what was cancelled; nothing else is to come of it. */
    for (int i = 0; i < LAST_TURNS && g_main_context_iteration(NULL, FALSE); i++)
        continue;
    g_object_unref(control->service);
    g_hash_table_unref(control->clients);
    (void)g_unlink(control->path);
    g_free(control->path);
    g_free(control);
}
