/* A client: one page over all its sockets (`sid`). It keeps what a lost socket may have swallowed: a ring of
 * events and the answers to the last requests. daemon.clients owns it. Control thread. */
#ifndef SIGNALING_SESSION_CLIENT_H
#define SIGNALING_SESSION_CLIENT_H

#include <glib.h>
#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/id.h"
#include "signaling/session/answers.h"
#include "signaling/session/auth.h"
#include "signaling/session/ring.h"

struct sig_conn;
struct sig_daemon;

struct sig_client {
    struct sig_daemon *daemon;
    struct id sid, key; /* key "": the daemon died since it was told, its digest is known */
    char key_sha256[HALL_SHA256_HEX_BYTES];
    bool is_revived; /* of a former run and not back yet: nothing of what it was sent is there */
    struct sig_identity identity;
    struct sig_conn *conn; /* NULL: lost, the grace timer runs */
    struct sig_ring ring;
    struct sig_answers answers;
    guint grace_timer;

    struct id ticket; /* a citizen's, as told last; "" none */
    enum hall_ticket_state ticket_state;
    GHashTable *
        queue; /* a clerk who subscribed: ticket id -> row's text as told last; NULL: not subscribed */
    bool has_left;    /* a helper who hung up: a resume does not bring the seat back */
    int64_t stats_us; /* when media.stats came last */
};

/* What hash tables of people are keyed by: "citizen/<id>". g_free() it. */
char *sig_identity_key(enum hall_role role, const char *subject);

struct sig_client *sig_client_create(struct sig_daemon *daemon,
                                     const struct sig_identity *identity);
/* A page of a former run, that may come back with its key; NULL: nobody knows the key. Its grace time begins. */
void sig_client_restore(struct sig_daemon *daemon, const char *sid, const char *key_sha256,
                        const struct sig_identity *identity);
/* The hall keeps what a resume after a restart needs. An auditor's page is not kept. */
void sig_client_remember(const struct sig_client *client);
/* It is gone for good, for the hall too; destroys it. */
void sig_client_forget(struct sig_client *client);
/* Takes it out of the tables and frees it; its socket, if any, is left without a client. */
void sig_client_destroy(struct sig_client *client);

/* NULL: unknown. */
struct sig_client *sig_client_by_sid(struct sig_daemon *daemon, const char *sid);
struct sig_client *sig_client_of(struct sig_daemon *daemon, enum hall_role role,
                                 const char *subject);
/* The console at a window, NULL: nobody. */
struct sig_client *sig_client_at_window(struct sig_daemon *daemon, unsigned window);

/* Whether `key` is this client's: compared in constant time. One of a former run learns it then. */
bool sig_client_owns_key(struct sig_client *client, const char *key);

/* Puts the client on a socket; an older one is told `replaced` and closed. */
void sig_client_attach(struct sig_client *client, struct sig_conn *conn);
/* The socket is gone: the grace time begins. */
void sig_client_detach(struct sig_client *client);
/* A newer page of the same person takes over: its socket is told `replaced`. Then destroy it. */
void sig_client_replace(struct sig_client *client);

/* Sends an event; steals `d`. A statistic is not kept for a resume. */
void sig_client_event(struct sig_client *client, const char *name, json_t *d);
void sig_client_statistic(struct sig_client *client, const char *name, json_t *d);

/* Sends what the ring holds after `last_seq`. */
void sig_client_replay(struct sig_client *client, uint64_t last_seq);

#endif
