/* The daemon's way out (docs/operations.md): nobody new comes in, the calls that run may end by themselves until a
 * deadline, then they are ended, the pages are sent away and the sockets closed. Control thread. */
#ifndef SIGNALING_DRAIN_H
#define SIGNALING_DRAIN_H

#include <glib.h>
#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

struct hall_window;
struct sig_daemon;
struct sig_identity;

struct sig_drain {
    int64_t deadline_us;    /* monotonic; 0: not draining */
    int64_t deadline_at_us; /* wall clock */
    bool leaving; /* the calls were ended; the pages hear from the hall what that means for them */
    bool goodbye; /* the pages were sent away: only goodbyes are written */
    int64_t given_up_us; /* monotonic: when those are not waited for any longer */
    guint timer;
    void (*finished)(void *user);
    void *user;
};

/* Begins: new tickets, sessions and people are refused (`server.draining`), ready windows are put to not_ready, everybody
 * hears `server.draining`. `finished` is called once, from the main loop, when the daemon may be destroyed: as soon as no
 * call runs, `after_ms` from now at the latest, and a moment for the goodbyes. Begun already: may bring the deadline nearer,
 * never puts it off. */
void sig_drain_begin(struct sig_daemon *daemon, unsigned after_ms, void (*finished)(void *user),
                     void *user);

/* How long calls would have after sig_drain_begin() with `after_ms`. */
unsigned sig_drain_within_ms(const struct sig_daemon *daemon, unsigned after_ms);

/* Does not wait for calls any longer: ends them (reason server_restart), closes the recordings, sends the pages away. */
void sig_drain_hurry(struct sig_daemon *daemon);

void sig_drain_finish(struct sig_drain *drain);

/* The hall says how a window stands. One that is free again meanwhile calls nobody. */
void sig_drain_window_seen(struct sig_daemon *daemon, const struct hall_window *window);

/* Sessions that are connecting, active or held. */
unsigned sig_drain_calls(const struct sig_daemon *daemon);

/* Whether somebody who says hello while the daemon drains was here before: in a call, in the queue or at a window. */
bool sig_drain_knows(struct sig_daemon *daemon, const struct sig_identity *identity);

/* When it makes sense to come again. */
int64_t sig_drain_retry_ms(const struct sig_daemon *daemon);

/* `d` of the event server.draining. */
json_t *sig_drain_view(const struct sig_daemon *daemon);

#endif
