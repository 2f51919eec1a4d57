#include "tests/harness/impair/relay.h"

#include <string.h>

#include <glib-unix.h>

/* A client's address and its socket to the server. */
struct flow {
    struct relay *relay;
    unsigned no;
    GSocketAddress *client;
    GSocket *socket;
    guint source;
};

/* A packet on its way. It names its flow by number: a rebind in between changes the socket under it. */
struct parcel {
    int64_t due_us;
    unsigned flow;
    bool is_up;
    size_t len;
    uint8_t data[];
};

struct relay {
    GSocket *socket;
    GSocketAddress *server;
    guint source;
    struct link up, down;
    struct flow flows[RELAY_MAX_CLIENTS];
    unsigned flow_count;
    GQueue queue; /* of struct parcel, by due */
    guint timer;
    uint64_t refused;
};

static gboolean on_due(gpointer user);

static void timer_set(struct relay *relay)
{
    const struct parcel *first = relay->queue.head ? relay->queue.head->data : NULL;

    if (relay->timer)
        g_source_remove(relay->timer);
    relay->timer = 0;
    if (!first)
        return;
    GSource *source = g_timeout_source_new(0);
    g_source_set_priority(source, G_PRIORITY_HIGH);
    g_source_set_ready_time(source, first->due_us);
    g_source_set_callback(source, on_due, relay, NULL);
    relay->timer = g_source_attach(source, NULL);
    g_source_unref(source);
}

static void deliver(struct relay *relay, const struct parcel *parcel)
{
    const struct flow *flow = &relay->flows[parcel->flow];

    /* A full socket loses the packet, as a network does. */
    if (parcel->is_up)
        g_socket_send(flow->socket, (const char *)parcel->data, parcel->len, NULL, NULL);
    else
        g_socket_send_to(relay->socket, flow->client, (const char *)parcel->data, parcel->len, NULL,
                         NULL);
}

static gboolean on_due(gpointer user)
{
    struct relay *relay = user;
    const int64_t now_us = g_get_monotonic_time();

    while (relay->queue.head && ((struct parcel *)relay->queue.head->data)->due_us <= now_us) {
        g_autofree struct parcel *parcel = g_queue_pop_head(&relay->queue);
        deliver(relay, parcel);
    }
    relay->timer = 0;
    timer_set(relay);
    return G_SOURCE_REMOVE;
}

/* Nearly always it is the last: looked for from the end. */
static void enqueue(struct relay *relay, struct parcel *parcel)
{
    GList *before = relay->queue.tail;

    while (before && ((struct parcel *)before->data)->due_us > parcel->due_us)
        before = before->prev;
    if (before)
        g_queue_insert_after(&relay->queue, before, parcel);
    else
        g_queue_push_head(&relay->queue, parcel);
}

static void pass(struct relay *relay, const struct flow *flow, bool is_up, const uint8_t *data,
                 size_t len)
{
    int64_t due_us[LINK_COPIES];
    const unsigned copies =
        link_pass(is_up ? &relay->up : &relay->down, len, g_get_monotonic_time(), due_us);

    for (unsigned i = 0; i < copies; i++) {
        if (relay->queue.length >= RELAY_MAX_QUEUED) {
            relay->refused++;
            return;
        }
        struct parcel *parcel = g_malloc(sizeof *parcel + len);
        *parcel =
            (struct parcel){.due_us = due_us[i], .flow = flow->no, .is_up = is_up, .len = len};
        memcpy(parcel->data, data, len);
        enqueue(relay, parcel);
    }
    timer_set(relay);
}

static gboolean on_server_packet(gint fd, GIOCondition condition, gpointer user)
{
    struct flow *flow = user;
    uint8_t data[RELAY_DATAGRAM_BYTES];

    (void)fd;
    (void)condition;
    for (;;) {
        const gssize len = g_socket_receive(flow->socket, (char *)data, sizeof data, NULL, NULL);
        if (len <= 0)
            return G_SOURCE_CONTINUE;
        pass(flow->relay, flow, false, data, (size_t)len);
    }
}

/* A socket to the server in place of the one before. */
static bool flow_open(struct flow *flow, GError **error)
{
    struct relay *relay = flow->relay;
    GSocket *fresh = g_socket_new(g_socket_address_get_family(relay->server),
                                  G_SOCKET_TYPE_DATAGRAM, G_SOCKET_PROTOCOL_UDP, error);

    if (!fresh)
        return false;
    g_socket_set_blocking(fresh, FALSE);
    if (!g_socket_connect(fresh, relay->server, NULL, error)) {
        g_object_unref(fresh);
        return false;
    }
    if (flow->source)
        g_source_remove(flow->source);
    g_clear_object(&flow->socket);
    flow->socket = fresh;
    flow->source = g_unix_fd_add(g_socket_get_fd(fresh), G_IO_IN, on_server_packet, flow);
    return true;
}

static bool is_same(GSocketAddress *a, GSocketAddress *b)
{
    GInetSocketAddress *one = G_INET_SOCKET_ADDRESS(a), *other = G_INET_SOCKET_ADDRESS(b);

    return g_inet_socket_address_get_port(one) == g_inet_socket_address_get_port(other) &&
           g_inet_address_equal(g_inet_socket_address_get_address(one),
                                g_inet_socket_address_get_address(other));
}

/* NULL: there are too many. */
static struct flow *flow_of(struct relay *relay, GSocketAddress *client)
{
    for (unsigned i = 0; i < relay->flow_count; i++) {
        if (is_same(relay->flows[i].client, client))
            return &relay->flows[i];
    }
    if (relay->flow_count == RELAY_MAX_CLIENTS)
        return NULL;
    struct flow *flow = &relay->flows[relay->flow_count];
    *flow = (struct flow){.relay = relay, .no = relay->flow_count};
    if (!flow_open(flow, NULL))
        return NULL;
    flow->client = g_object_ref(client);
    relay->flow_count++;
    return flow;
}

static gboolean on_client_packet(gint fd, GIOCondition condition, gpointer user)
{
    struct relay *relay = user;
    uint8_t data[RELAY_DATAGRAM_BYTES];

    (void)fd;
    (void)condition;
    for (;;) {
        g_autoptr(GSocketAddress) client = NULL;
        const gssize len =
            g_socket_receive_from(relay->socket, &client, (char *)data, sizeof data, NULL, NULL);
        if (len <= 0)
            return G_SOURCE_CONTINUE;
        struct flow *flow = flow_of(relay, client);
        if (flow)
            pass(relay, flow, true, data, (size_t)len);
        else
            relay->refused++;
    }
}

struct relay *relay_create(const struct relay_config *config, GError **error)
{
    g_autoptr(GSocket) socket = g_socket_new(g_socket_address_get_family(config->listen),
                                             G_SOCKET_TYPE_DATAGRAM, G_SOCKET_PROTOCOL_UDP, error);

    if (!socket || !g_socket_bind(socket, config->listen, FALSE, error))
        return NULL;
    g_socket_set_blocking(socket, FALSE);
    struct relay *relay = g_new0(struct relay, 1);
    relay->socket = g_steal_pointer(&socket);
    relay->server = g_object_ref(config->server);
    link_init(&relay->up, config->seed);
    link_init(&relay->down, config->seed + 1);
    g_queue_init(&relay->queue);
    relay->source = g_unix_fd_add(g_socket_get_fd(relay->socket), G_IO_IN, on_client_packet, relay);
    return relay;
}

void relay_destroy(struct relay *relay)
{
    if (!relay)
        return;
    g_source_remove(relay->source);
    if (relay->timer)
        g_source_remove(relay->timer);
    for (unsigned i = 0; i < relay->flow_count; i++) {
        g_source_remove(relay->flows[i].source);
        g_object_unref(relay->flows[i].socket);
        g_object_unref(relay->flows[i].client);
    }
    g_queue_clear_full(&relay->queue, g_free);
    g_object_unref(relay->server);
    g_object_unref(relay->socket);
    g_free(relay);
}

char *relay_address(const struct relay *relay)
{
    g_autoptr(GSocketAddress) address = g_socket_get_local_address(relay->socket, NULL);

    return address ? g_socket_connectable_to_string(G_SOCKET_CONNECTABLE(address)) : NULL;
}

struct link *relay_up(struct relay *relay)
{
    return &relay->up;
}

struct link *relay_down(struct relay *relay)
{
    return &relay->down;
}

void relay_rebind(struct relay *relay)
{
    for (unsigned i = 0; i < relay->flow_count; i++) {
        /* Without another socket the old one stays: the test will not see what it waits for. */
        flow_open(&relay->flows[i], NULL);
    }
}

uint64_t relay_refused(const struct relay *relay)
{
    return relay->refused;
}
