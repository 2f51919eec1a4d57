/* Commands to the media workers and the recorder that must be carried out: one that finds a full mailbox waits here, with
 * those after it in their order, and is tried again until it is taken. Control thread. */
#ifndef SIGNALING_SESSION_ERRANDS_H
#define SIGNALING_SESSION_ERRANDS_H

#include <stdbool.h>
#include <stdint.h>

#include "hall/hall.h"

enum { SIG_ERRAND_RETRY_MS = 50 };

struct sig_daemon;
struct sig_errands;

enum sig_errand_kind {
    SIG_ERRAND_GATE,
    SIG_ERRAND_FEED,
    SIG_ERRAND_PEER_CLOSE,
    SIG_ERRAND_ROOM_CLOSE,
    SIG_ERRAND_JOURNAL_CLOSE,
};

struct sig_errand {
    enum sig_errand_kind kind;
    uint64_t object;  /* the peer, room or journal */
    unsigned section; /* GATE, FEED: of the peer */
    struct {
        bool to_slots, to_sink;
    } gate;
    struct {
        uint64_t peer; /* 0: nothing */
        unsigned section;
    } source;                     /* FEED */
    char reason[HALL_NAME_BYTES]; /* JOURNAL_CLOSE */
};

/* Does it once: 0, -EAGAIN (nothing was done) or what makes it pointless. */
typedef int (*sig_errand_fn)(const struct sig_errand *errand, void *user);

struct sig_errands *sig_errands_create(sig_errand_fn run, void *user);
/* Forgets what waits: the end of the daemon takes rooms and journals along. NULL is fine. */
void sig_errands_destroy(struct sig_errands *errands);

/* 0: done, or it will be; else what `run` returned. A gate or feed that waits is replaced by a newer one of the same
 * section. */
int sig_errands_add(struct sig_errands *errands, const struct sig_errand *errand);
unsigned sig_errands_waiting(const struct sig_errands *errands);

/* The daemon's own `run`; `user` is the struct sig_daemon. */
int sig_errand_run(const struct sig_errand *errand, void *user);

int sig_errand_gate(struct sig_daemon *daemon, uint64_t peer, unsigned section, bool to_slots,
                    bool to_sink);
int sig_errand_feed(struct sig_daemon *daemon, uint64_t peer, unsigned section, uint64_t source,
                    unsigned source_section);
int sig_errand_peer_close(struct sig_daemon *daemon, uint64_t peer);
int sig_errand_room_close(struct sig_daemon *daemon, uint64_t room);
int sig_errand_journal_close(struct sig_daemon *daemon, uint64_t journal, const char *reason);

#endif
