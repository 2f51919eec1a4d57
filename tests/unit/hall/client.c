#include "tests/unit/hall/client.h"

#include <stdio.h>
#include <string.h>

#include "tests/harness/file.h"
#include "tests/harness/temp.h"
#include "tests/harness/wait.h"

static void event_copy(const struct hall_event *event, void *user)
{
    struct client *client = user;
    struct happened happened = {
        .type = event->type,
        .session = event->session,
        .deadline_at_us = event->deadline_at_us,
    };
    g_strlcpy(happened.cause, event->cause ? event->cause : "", sizeof happened.cause);
    if (event->ticket)
        happened.ticket = *event->ticket;
    if (event->window)
        happened.window = *event->window;
    g_array_append_val(client->events, happened);
}

/* An answer of another test's request must not be taken for this one's: each test waits for all. */
void client_reply(const struct hall_reply *reply, void *user)
{
    struct client *client = user;
    struct said *said = &client->said;
    g_clear_pointer(&said->tickets, g_array_unref);
    g_clear_pointer(&said->sessions, g_array_unref);
    memset(said, 0, sizeof *said);
    g_strlcpy(said->code, reply->code ? reply->code : "", sizeof said->code);
    g_strlcpy(said->message, reply->message ? reply->message : "", sizeof said->message);
    said->retry_us = reply->retry_us;
    said->deadline_at_us = reply->deadline_at_us;
    if ((said->has_ticket = reply->ticket))
        said->ticket = *reply->ticket;
    if ((said->has_window = reply->window))
        said->window = *reply->window;
    if ((said->has_staff = reply->staff))
        said->staff = *reply->staff;
    if ((said->has_session = reply->session))
        said->session = *reply->session;
    if (reply->tickets) {
        said->tickets = g_array_new(FALSE, FALSE, sizeof(struct hall_ticket));
        g_array_append_vals(said->tickets, reply->tickets, (guint)reply->ticket_count);
    }
    if (reply->sessions) {
        said->sessions = g_array_new(FALSE, FALSE, sizeof(struct hall_session));
        g_array_append_vals(said->sessions, reply->sessions, (guint)reply->session_count);
        said->session_total = reply->session_total;
    }
    client->replies++;
}

const char *client_accounts_file(void)
{
    static char *path;
    if (!path)
        path = g_build_filename(temp_dir(), "accounts.txt", NULL);
    return path;
}

/* A seeded database, made once: hashing ten passwords takes a while. */
static const char *template_path(void)
{
    static char *path;
    if (path)
        return path;
    path = g_build_filename(temp_dir(), "template.db", NULL);
    struct hall_config config = {
        .database = path,
        .seed_dir = HALL_SEED_DIR,
        .demo_accounts_file = client_accounts_file(),
        .always_open = true,
    };
    struct hall *hall;
    g_autofree char *what = NULL;
    if (hall_create(&config, &hall, &what) < 0)
        g_error("%s", what);
    hall_destroy(hall);
    return path;
}

static void hall_start(struct client *client)
{
    g_autofree char *what = NULL;
    if (hall_create(&client->config, &client->hall, &what) < 0)
        g_error("%s", what);
    hall_observe(client->hall, event_copy, client);
}

struct client *client_create(const struct hall_config *config)
{
    struct client *client = g_new0(struct client, 1);
    if (config)
        client->config = *config;
    else
        client->config.always_open = true;
    client->database = g_build_filename(temp_dir(), "hall.db", NULL);
    size_t len;
    g_autofree char *seeded = file_read(template_path(), &len);
    file_write(client->database, seeded, len);
    client->config.database = client->database;
    client->config.seed_dir = HALL_SEED_DIR;
    client->config.demo_accounts_file = NULL;
    client->events = g_array_new(FALSE, FALSE, sizeof(struct happened));
    hall_start(client);
    return client;
}

void client_destroy(struct client *client)
{
    hall_destroy(client->hall);
    g_clear_pointer(&client->said.tickets, g_array_unref);
    g_clear_pointer(&client->said.sessions, g_array_unref);
    g_array_unref(client->events);
    g_free(client->database);
    g_free(client);
}

void client_restart(struct client *client)
{
    hall_destroy(client->hall);
    client_forget_events(client);
    hall_start(client);
}

struct id client_citizen(void)
{
    return id_random();
}

const char *client_password(const char *staff_no)
{
    static GHashTable *passwords;
    (void)template_path();
    if (!passwords) {
        passwords = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
        g_autofree char *text = file_read(client_accounts_file(), NULL);
        g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
        for (unsigned i = 0; lines[i]; i++) {
            char no[16], role[16], password[64];
            if (sscanf(lines[i], "%15s %15s %63s", no, role, password) == 3 && *no != '#')
                g_hash_table_insert(passwords, g_strdup(no), g_strdup(password));
        }
    }
    return g_hash_table_lookup(passwords, staff_no);
}

const struct said *client_wait_reply(struct client *client, int posted)
{
    g_assert_cmpint(posted, ==, 0);
    unsigned before = client->replies;
    while (client->replies == before) {
        if (!wait_readable(hall_fd(client->hall), CLIENT_WAIT_US))
            g_error("no reply");
        hall_dispatch(client->hall);
    }
    return &client->said;
}

static bool event_fits(const struct happened *happened, enum hall_event_type type,
                       const char *cause, const char *number)
{
    return happened->type == type && !strcmp(happened->cause, cause) &&
           (!number || !strcmp(happened->ticket.number, number));
}

struct happened client_expect(struct client *client, enum hall_event_type type, const char *cause,
                              const char *number)
{
    for (;;) {
        for (guint i = 0; i < client->events->len; i++) {
            struct happened happened = g_array_index(client->events, struct happened, i);
            if (!event_fits(&happened, type, cause, number))
                continue;
            g_array_remove_range(client->events, 0, i + 1);
            return happened;
        }
        if (!wait_readable(hall_fd(client->hall), CLIENT_WAIT_US))
            g_error("no event %s of %s", cause, number ? number : "any ticket");
        hall_dispatch(client->hall);
    }
}

bool client_has_event(struct client *client, enum hall_event_type type, const char *cause)
{
    hall_dispatch(client->hall);
    for (guint i = 0; i < client->events->len; i++) {
        if (event_fits(&g_array_index(client->events, struct happened, i), type, cause, NULL))
            return true;
    }
    return false;
}

void client_forget_events(struct client *client)
{
    g_array_set_size(client->events, 0);
}

void client_open(struct client *client, unsigned window)
{
    g_autofree char *staff_no = g_strdup_printf("%u", 3000 + window);
    assert_done(ASK(client, window_open, staff_no, window));
}

struct hall_ticket client_draw(struct client *client, const char *citizen, const char *matter,
                               bool elder)
{
    const char *sha256 = hall_notice(client->hall)->sha256;
    const struct said *said = ASK(client, ticket_create, citizen, matter, sha256, elder);
    assert_done(said);
    g_assert_true(said->has_ticket);
    return said->ticket;
}

struct id client_connect(struct client *client, const char *citizen, const char *matter,
                         unsigned window)
{
    client_draw(client, citizen, matter, false);
    const struct said *said = ASK(client, ticket_next, window);
    assert_done(said);
    g_assert_cmpstr(said->ticket.citizen.text, ==, citizen);
    said = ASK(client, ticket_enter, citizen);
    assert_done(said);
    g_assert_true(said->has_session);
    return said->session.id;
}

struct id client_talk(struct client *client, const char *citizen, const char *matter,
                      unsigned window)
{
    struct id session = client_connect(client, citizen, matter, window);
    assert_done(ASK(client, session_started, session.text));
    return session;
}
