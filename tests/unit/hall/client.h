/* A control thread for the tests of hall/: asks, waits for the reply, remembers the events. */
#ifndef TESTS_UNIT_HALL_CLIENT_H
#define TESTS_UNIT_HALL_CLIENT_H

#include <glib.h>

#include "hall/hall.h"

#define CLIENT_WAIT_US (120 * (int64_t)G_USEC_PER_SEC)

/* A copy of a reply. */
struct said {
    char code[64]; /* "" done */
    char message[200];
    int64_t retry_us, deadline_at_us;
    bool has_ticket, has_window, has_staff, has_session;
    struct hall_ticket ticket;
    struct hall_window window;
    struct hall_staff staff;
    struct hall_session session;
    GArray *tickets;  /* struct hall_ticket, NULL: none */
    GArray *sessions; /* struct hall_session */
    size_t session_total;
};

/* A copy of an event. */
struct happened {
    enum hall_event_type type;
    char cause[64];
    struct hall_ticket ticket; /* number "" where the event has none */
    struct hall_window window;
    struct id session;
    int64_t deadline_at_us;
};

struct client {
    struct hall *hall;
    char *database; /* path */
    struct hall_config config;
    unsigned replies;
    struct said said; /* the last reply */
    GArray *events;   /* struct happened */
};

/* A hall over a fresh database with the demo's data and staff. `config` may be NULL; its files are set here. */
struct client *client_create(const struct hall_config *config);
void client_destroy(struct client *client);

/* Ends the hall and starts one over the same database. */
void client_restart(struct client *client);

/* A fresh citizen's id; the harness of GLib owns nothing: a value. */
struct id client_citizen(void);
/* The password of a staff number, from the accounts file. */
const char *client_password(const char *staff_no);
/* Every staff member's hall data is made once; this is the folder with accounts.txt. */
const char *client_accounts_file(void);

/* `posted` is what the request returned. Waits for its reply. */
const struct said *client_wait_reply(struct client *client, int posted);
void client_reply(const struct hall_reply *reply, void *user);

/* hall_<name>(hall, arguments …) and its reply. */
#define ASK(client, name, ...) \
    client_wait_reply(client, hall_##name((client)->hall, __VA_ARGS__, client_reply, client))

/* Waits for an event and returns it, taking it and those before it out. `number` NULL: any ticket. */
struct happened client_expect(struct client *client, enum hall_event_type type, const char *cause,
                              const char *number);
/* Runs what is there; whether such an event has come so far. Takes nothing out. */
bool client_has_event(struct client *client, enum hall_event_type type, const char *cause);
void client_forget_events(struct client *client);

#define assert_done(said) g_assert_cmpstr((said)->code, ==, "")
#define assert_refused(said, expected) g_assert_cmpstr((said)->code, ==, expected)
#define assert_state(said, expected)                                  \
    g_assert_cmpstr(hall_ticket_state_name((said)->ticket.state), ==, \
                    hall_ticket_state_name(expected))

/* Steps that many tests begin with. */
void client_open(struct client *client, unsigned window);
struct hall_ticket client_draw(struct client *client, const char *citizen, const char *matter,
                               bool elder);
/* Drawn, called by `window`, entered: the session's id. */
struct id client_connect(struct client *client, const char *citizen, const char *matter,
                         unsigned window);
/* And started. */
struct id client_talk(struct client *client, const char *citizen, const char *matter,
                      unsigned window);

#endif
