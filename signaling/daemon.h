/* The daemon's parts and what they share. One object, made by main.c; everything here belongs to the control
 * thread (GLib's default main loop). */
#ifndef SIGNALING_DAEMON_H
#define SIGNALING_DAEMON_H

#include <glib.h>
#include <stdint.h>

#include "hall/hall.h"
#include "recorder/recorder.h"
#include "sfu/sfu.h"
#include "signaling/config.h"
#include "signaling/drain.h"
#include "signaling/tally.h"

struct sig_server;
struct sig_claims;
struct sig_addresses;
struct sig_errands;
struct sig_turn;
struct sig_diags;
struct sig_watchdog;
struct sig_control;
struct sig_proxies;

struct sig_daemon {
    const struct sig_config *config; /* borrowed, outlives the daemon */
    struct sfu *sfu;
    struct hall *hall;
    struct rec *rec;
    struct sig_server *server;
    struct sig_claims *claims;
    struct sig_addresses *addresses;
    struct sig_errands *errands; /* commands that found a full mailbox */
    struct sig_proxies *proxies;
    struct sig_proxies *metrics_from; /* who may read the figures */
    struct sig_diags *diags;
    struct sig_turn *turn; /* NULL: no relay */
    char *api_key, *public_url;
    char *
        public_path; /* of public_url: "/video"; "" when it has none. Stands before every path that we tell */
    int64_t started_us; /* monotonic */
    bool draining;
    struct sig_drain drain;
    struct sig_watchdog *watchdog;
    struct sig_control *control;
    struct sig_tally tally;

    GHashTable *clients;    /* sid -> struct sig_client, owned */
    GHashTable *identities; /* "role/subject" -> struct sig_client, borrowed from clients */
    GHashTable *sessions;   /* id -> struct sig_session, owned */
    GHashTable *seats;      /* "role/subject" -> struct sig_participant, owned by its session */
    GHashTable *windows;    /* number -> struct sig_window, what the hall told last, owned */
    GHashTable *pending;   /* memory of those who wait for the hall's reply, g_free()d at the end */
    GHashTable *reports;   /* what the hall has not confirmed yet, see session/reports.h, owned */
    GHashTable *greetings; /* "role/subject/window" -> how many hellos wait for the hall */
    GSource *sources[3];   /* of the event descriptors of hall, sfu and rec */
    guint queue_timer;     /* consoles are to be told of the queue; 0 none */
    guint trim_timer;      /* of trim.h; 0 none */
};

/* Builds all parts in order. 0 or a negative errno; `ret_what` as in sfu_create(). */
int sig_daemon_create(const struct sig_config *config, struct sig_daemon **ret_daemon,
                      char **ret_what);

/* Ends sessions (reason server_restart), closes sockets and takes the parts apart. NULL is fine. */
void sig_daemon_destroy(struct sig_daemon *daemon);

#endif
