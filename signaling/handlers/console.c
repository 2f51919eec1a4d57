#include "signaling/handlers/console.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "signaling/daemon.h"
#include "signaling/session/client.h"
#include "signaling/session/view.h"
#include "signaling/wire/json.h"
#include "signaling/wire/request.h"

/* A delta may carry every row, and the removal of as many others: both fit into one frame. */
enum { STIR_MS = 200, MAX_ROWS = 200, ROWS_BYTES = 56 * 1024 };

struct row {
    json_t *json;
    char *text; /* GRefString: the consoles that were told it share it */
};

/* One reading of the queue, laid out once for all consoles: the rows are nobody's (`mine` and `callable` false), and, as
 * soon as a console needs them, those of the windows that may call them. */
struct sheet {
    const struct hall_reply *reply;
    struct row rows[MAX_ROWS], callable[MAX_ROWS]; /* callable: json NULL where none was needed */
    size_t count;
    int64_t now_us;
};

static void row_init(struct row *row, const struct hall_ticket *ticket, unsigned window)
{
    row->json = sig_view_queue_row(ticket, window);
    char *text = sig_json_text(row->json, NULL);
    row->text = g_ref_string_new(text);
    free(text);
}

static void row_finish(struct row *row)
{
    json_decref(row->json);
    g_ref_string_release(row->text);
}

/* The first MAX_ROWS rows that ROWS_BYTES hold. */
static void sheet_init(struct sheet *sheet, const struct hall_reply *reply)
{
    size_t bytes = 0;
    *sheet = (struct sheet){.reply = reply, .now_us = clock_wall_us()};
    for (size_t i = 0; i < reply->ticket_count && i < MAX_ROWS; i++) {
        struct row row;
        row_init(&row, &reply->tickets[i], 0);
        bytes += g_ref_string_length(row.text) + 1;
        if (bytes > ROWS_BYTES) {
            row_finish(&row);
            break;
        }
        sheet->rows[sheet->count++] = row;
    }
}

/* A row as this window sees it; the caller finishes it. */
static struct row row_for(struct sheet *sheet, size_t i, unsigned window)
{
    const struct hall_ticket *ticket = &sheet->reply->tickets[i];
    struct row *shared = &sheet->rows[i];
    if (window && ticket->window == window) {
        struct row own;
        row_init(&own, ticket, window);
        return own;
    }
    if (hall_ticket_is_for(ticket, window)) {
        shared = &sheet->callable[i];
        if (!shared->json)
            row_init(shared, ticket, window);
    }
    return (struct row){json_incref(shared->json), g_ref_string_acquire(shared->text)};
}

static void sheet_finish(struct sheet *sheet)
{
    for (size_t i = 0; i < sheet->count; i++) {
        row_finish(&sheet->rows[i]);
        if (sheet->callable[i].json)
            row_finish(&sheet->callable[i]);
    }
}

/* {…, waiting, longest_ms, at}: of all that this window may call. */
static json_t *figures_add(json_t *d, const struct sheet *sheet, unsigned window)
{
    int waiting = 0;
    int64_t longest_us = 0;
    for (size_t i = 0; i < sheet->reply->ticket_count; i++) {
        const struct hall_ticket *ticket = &sheet->reply->tickets[i];
        if (!hall_ticket_is_for(ticket, window))
            continue;
        waiting++;
        longest_us = MAX(longest_us, sheet->now_us - ticket->created_at_us);
    }
    json_object_set_new(d, "waiting", json_integer(waiting));
    json_object_set_new(d, "longest_ms", json_integer((json_int_t)(longest_us / 1000)));
    json_object_set_new(d, "at", json_integer((json_int_t)(sheet->now_us / 1000)));
    return d;
}

/* The ids that the console has and the sheet has not. */
static void removals_find(GHashTable *before, GHashTable *fresh, json_t *removed)
{
    GHashTableIter iter;
    gpointer id;
    g_hash_table_iter_init(&iter, before);
    while (g_hash_table_iter_next(&iter, &id, NULL))
        if (!g_hash_table_contains(fresh, id))
            json_array_append_new(removed, json_string(id));
}

/* Lays the sheet beside what the console has; rows that differ go to `upsert`, ids that went to `remove`. */
static void difference(struct sig_client *client, struct sheet *sheet, json_t *upsert,
                       json_t *removed)
{
    unsigned window = client->identity.window;
    GHashTable *before = client->queue,
               *fresh = g_hash_table_new_full(g_str_hash, g_str_equal, g_free,
                                              (GDestroyNotify)g_ref_string_release);
    for (size_t i = 0; i < sheet->count; i++) {
        const struct hall_ticket *ticket = &sheet->reply->tickets[i];
        struct row row = row_for(sheet, i, window);
        const char *known = before ? g_hash_table_lookup(before, ticket->id.text) : NULL;
        if (!known || strcmp(known, row.text))
            json_array_append(upsert, row.json);
        g_hash_table_insert(fresh, g_strdup(ticket->id.text), g_ref_string_acquire(row.text));
        row_finish(&row);
    }
    if (before) {
        removals_find(before, fresh, removed);
        g_hash_table_unref(before);
    }
    client->queue = fresh;
}

void sig_console_subscribed(const struct hall_reply *reply, void *user)
{
    struct sig_request *request = user;
    struct sig_client *client = sig_request_client(request);
    if (sig_request_refused(request, reply))
        return;
    struct sheet sheet;
    sheet_init(&sheet, reply);
    g_autoptr(json_t) removed = json_array();
    json_t *rows = json_array();
    if (client) {
        g_clear_pointer(&client->queue, g_hash_table_unref);
        difference(client, &sheet, rows, removed);
    }
    sig_request_answer(request, figures_add(json_pack("{s:o}", "tickets", rows), &sheet,
                                            client ? client->identity.window : 0));
    sheet_finish(&sheet);
}

static void console_tell(struct sig_client *client, struct sheet *sheet)
{
    json_t *upsert = json_array(), *removed = json_array();
    difference(client, sheet, upsert, removed);
    json_t *d = json_pack("{s:o, s:o}", "upsert", upsert, "remove", removed);
    if (json_array_size(upsert) || json_array_size(removed))
        sig_client_event(client, "queue.delta",
                         json_incref(figures_add(d, sheet, client->identity.window)));
    json_decref(d);
}

static void read_again(const struct hall_reply *reply, void *user)
{
    struct sig_daemon *daemon = user;
    GHashTableIter iter;
    gpointer client;
    if (reply->code)
        return;
    struct sheet sheet;
    sheet_init(&sheet, reply);
    g_hash_table_iter_init(&iter, daemon->clients);
    while (g_hash_table_iter_next(&iter, NULL, &client))
        if (((struct sig_client *)client)->queue)
            console_tell(client, &sheet);
    sheet_finish(&sheet);
}

/* Somebody who looks at the queue, NULL: nobody does. */
static struct sig_client *subscriber(struct sig_daemon *daemon)
{
    GHashTableIter iter;
    gpointer client;
    g_hash_table_iter_init(&iter, daemon->clients);
    while (g_hash_table_iter_next(&iter, NULL, &client))
        if (((struct sig_client *)client)->queue && ((struct sig_client *)client)->identity.window)
            return client;
    return NULL;
}

/* Every window reads the same rows: one reading serves all. */
static gboolean stirred(gpointer data)
{
    struct sig_daemon *daemon = data;
    const struct sig_client *client = subscriber(daemon);
    daemon->queue_timer = 0;
    if (client && hall_queue_read(daemon->hall, client->identity.window, read_again, daemon) < 0)
        sig_console_stir(daemon);
    return G_SOURCE_REMOVE;
}

void sig_console_stir(struct sig_daemon *daemon)
{
    if (!daemon->queue_timer)
        daemon->queue_timer = g_timeout_add(STIR_MS, stirred, daemon);
}
