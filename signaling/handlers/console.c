#include "signaling/handlers/console.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "signaling/daemon.h"
#include "signaling/session/client.h"
#include "signaling/session/view.h"
#include "signaling/wire/json.h"
#include "signaling/wire/request.h"

enum { STIR_MS = 200, MAX_ROWS = 200 };

/* Who waits for a fresh reading of the queue. */
struct reading {
    struct sig_daemon *daemon;
    struct id sid;
};

static bool is_waiting(const struct hall_ticket *ticket)
{
    return ticket->state == HALL_WAITING || ticket->state == HALL_TICKETED;
}

/* {tickets, waiting, longest_ms, at}: the counts are of all, the rows of the first MAX_ROWS. */
static json_t *figures_add(json_t *d, const struct hall_reply *reply)
{
    int64_t now_us = clock_wall_us(), oldest_us = now_us;
    int waiting = 0;
    for (size_t i = 0; i < reply->ticket_count; i++) {
        if (!is_waiting(&reply->tickets[i]))
            continue;
        waiting++;
        oldest_us = MIN(oldest_us, reply->tickets[i].created_at_us);
    }
    json_object_set_new(d, "waiting", json_integer(waiting));
    json_object_set_new(d, "longest_ms", json_integer((json_int_t)((now_us - oldest_us) / 1000)));
    json_object_set_new(d, "at", json_integer((json_int_t)(now_us / 1000)));
    return d;
}

/* Lays the reading beside what the console has; rows that differ go to `upsert`, ids that went to `remove`. */
static void difference(struct sig_client *client, const struct hall_reply *reply, json_t *upsert,
                       json_t *removed)
{
    GHashTable *fresh = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, free);
    for (size_t i = 0; i < reply->ticket_count && i < MAX_ROWS; i++) {
        const struct hall_ticket *ticket = &reply->tickets[i];
        json_t *row = sig_view_queue_row(ticket, client->identity.window);
        char *text = sig_json_text(row, NULL);
        const char *before =
            client->queue ? g_hash_table_lookup(client->queue, ticket->id.text) : NULL;
        if (!before || strcmp(before, text))
            json_array_append(upsert, row);
        json_decref(row);
        g_hash_table_insert(fresh, g_strdup(ticket->id.text), text);
    }
    GHashTableIter iter;
    gpointer id;
    if (client->queue) {
        g_hash_table_iter_init(&iter, client->queue);
        while (g_hash_table_iter_next(&iter, &id, NULL))
            if (!g_hash_table_contains(fresh, id))
                json_array_append_new(removed, json_string(id));
        g_hash_table_unref(client->queue);
    }
    client->queue = fresh;
}

void sig_console_subscribed(const struct hall_reply *reply, void *user)
{
    struct sig_request *request = user;
    struct sig_client *client = sig_request_client(request);
    if (sig_request_refused(request, reply))
        return;
    g_autoptr(json_t) removed = json_array();
    json_t *rows = json_array();
    if (client) {
        g_clear_pointer(&client->queue, g_hash_table_unref);
        difference(client, reply, rows, removed);
    }
    sig_request_answer(request, figures_add(json_pack("{s:o}", "tickets", rows), reply));
}

static void read_again(const struct hall_reply *reply, void *user)
{
    struct reading *reading = user;
    struct sig_client *client = sig_client_by_sid(reading->daemon, reading->sid.text);
    if (client && client->queue && !reply->code) {
        json_t *upsert = json_array(), *removed = json_array();
        difference(client, reply, upsert, removed);
        json_t *d = json_pack("{s:o, s:o}", "upsert", upsert, "remove", removed);
        if (json_array_size(upsert) || json_array_size(removed))
            sig_client_event(client, "queue.delta", json_incref(figures_add(d, reply)));
        json_decref(d);
    }
    g_hash_table_remove(reading->daemon->pending, reading);
}

static void reading_start(struct sig_client *client)
{
    struct reading *reading = g_new(struct reading, 1);
    *reading = (struct reading){client->daemon, client->sid};
    g_hash_table_add(client->daemon->pending, reading);
    if (hall_queue_read(client->daemon->hall, client->identity.window, read_again, reading) < 0) {
        g_hash_table_remove(client->daemon->pending, reading);
        sig_console_stir(client->daemon);
    }
}

static gboolean stirred(gpointer data)
{
    struct sig_daemon *daemon = data;
    GHashTableIter iter;
    gpointer value;
    daemon->queue_timer = 0;
    g_hash_table_iter_init(&iter, daemon->clients);
    while (g_hash_table_iter_next(&iter, NULL, &value))
        if (((struct sig_client *)value)->queue)
            reading_start(value);
    return G_SOURCE_REMOVE;
}

void sig_console_stir(struct sig_daemon *daemon)
{
    if (!daemon->queue_timer)
        daemon->queue_timer = g_timeout_add(STIR_MS, stirred, daemon);
}
