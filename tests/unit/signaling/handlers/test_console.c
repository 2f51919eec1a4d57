#include "signaling/handlers/console.h"

#include <glib.h>
#include <string.h>

#include "signaling/daemon.h"
#include "signaling/session/client.h"
#include "signaling/wire/json.h"
#include "signaling/wire/request.h"

enum { TICKETS = 300, WINDOW = 3, MINE = 7 };

struct fixture {
    struct sig_daemon daemon;
    struct sig_client *console;
    struct hall_matter matter;
    struct hall_ticket tickets[TICKETS];
    struct hall_reply reply;
    json_t *answer;
};

static void fixture_init(struct fixture *fixture, size_t name_chars)
{
    const struct sig_identity clerk = {.role = HALL_CLERK, .subject = "3003", .window = WINDOW};
    memset(fixture, 0, sizeof *fixture);
    fixture->daemon.clients = g_hash_table_new(g_str_hash, g_str_equal);
    fixture->daemon.identities = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    fixture->daemon.pending = g_hash_table_new_full(NULL, NULL, g_free, NULL);
    fixture->console = sig_client_create(&fixture->daemon, &clerk);
    g_strlcpy(fixture->matter.code, "SB01", sizeof fixture->matter.code);
    memset(fixture->matter.name, '"', name_chars); /* two bytes each in JSON */
    for (int i = 0; i < TICKETS; i++) {
        struct hall_ticket *ticket = &fixture->tickets[i];
        ticket->id = id_random();
        ticket->matter = &fixture->matter;
        ticket->state = HALL_WAITING;
        g_snprintf(ticket->number, sizeof ticket->number, "A%03d", i);
        ticket->window_count = 2; /* every other one is for this console's window */
        ticket->windows[0] = WINDOW + 1;
        ticket->windows[1] = i % 2 ? WINDOW : WINDOW + 2;
    }
    fixture->tickets[MINE].window = WINDOW;
    fixture->reply = (struct hall_reply){.tickets = fixture->tickets, .ticket_count = TICKETS};
}

static void fixture_finish(struct fixture *fixture)
{
    g_clear_pointer(&fixture->answer, json_decref);
    sig_client_destroy(fixture->console);
    g_hash_table_unref(fixture->daemon.clients);
    g_hash_table_unref(fixture->daemon.identities);
    g_hash_table_unref(fixture->daemon.pending);
}

/* The whole answer to queue.subscribe. */
static const json_t *subscribe(struct fixture *fixture, int64_t id)
{
    GBytes *frame = NULL;
    gsize len;
    sig_answers_begin(&fixture->console->answers, id, &frame);
    sig_console_subscribed(&fixture->reply, sig_request_create(fixture->console, id));
    g_assert_cmpint(sig_answers_begin(&fixture->console->answers, id, &frame), ==, SIG_KEPT);
    const char *text = g_bytes_get_data(frame, &len);
    g_assert_cmpuint(len, <=, SIG_FRAME_BYTES);
    g_clear_pointer(&fixture->answer, json_decref);
    fixture->answer = sig_json_parse(text, len, SIG_FRAME_BYTES);
    const json_t *d = json_object_get(fixture->answer, "d");
    g_assert_nonnull(d);
    return d;
}

static void test_first_rows(void)
{
    g_autofree struct fixture *fixture = g_new(struct fixture, 1);
    fixture_init(fixture, 8);
    const json_t *d = subscribe(fixture, 1), *rows = json_object_get(d, "tickets");
    g_assert_cmpuint(json_array_size(rows), ==, 200);
    g_assert_cmpint(sig_json_integer(d, "waiting", 0), ==, TICKETS / 2);
    for (size_t i = 0; i < 200; i++) {
        const json_t *row = json_array_get(rows, i);
        g_assert_cmpstr(sig_json_string(row, "number", ""), ==, fixture->tickets[i].number);
        g_assert_true(sig_json_bool(row, "mine", false) == (i == MINE));
        g_assert_true(sig_json_bool(row, "callable", false) == (i % 2 == 1));
    }
    fixture_finish(fixture);
}

/* Long names: fewer rows, never a frame that cannot be sent. */
static void test_rows_fit_a_frame(void)
{
    g_autofree struct fixture *fixture = g_new(struct fixture, 1);
    fixture_init(fixture, HALL_NAME_BYTES - 1);
    const json_t *d = subscribe(fixture, 1), *rows = json_object_get(d, "tickets");
    g_assert_cmpuint(json_array_size(rows), >, 50);
    g_assert_cmpuint(json_array_size(rows), <, 200);
    g_assert_cmpint(sig_json_integer(d, "waiting", 0), ==, TICKETS / 2);
    g_assert_cmpuint(g_hash_table_size(fixture->console->queue), ==, json_array_size(rows));
    fixture_finish(fixture);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/signaling/console/first_rows", test_first_rows);
    g_test_add_func("/signaling/console/rows_fit_a_frame", test_rows_fit_a_frame);
    return g_test_run();
}
