/* A session's folder in the spool, as the watcher sees it. */
#ifndef RECORDER_MUX_CANDIDATE_H
#define RECORDER_MUX_CANDIDATE_H

#include <gio/gio.h>
#include <stdbool.h>
#include <stdint.h>

struct rec_candidate {
    char *session;
    char *folder;
    GFileMonitor *monitor;     /* owned; tells of `closed` */
    int64_t unlocked_since_us; /* monotonic: nobody has held the lock since; 0: somebody does */
    int64_t retry_us;          /* monotonic: not before this; 0: at once */
    unsigned failures;
};

/* Looks at the folder: may it be rendered now? In good order at once, and when the daemon has given it
 * up; else when nobody took its lock for the grace. */
bool rec_candidate_is_ready(struct rec_candidate *candidate, int64_t grace_us, int64_t now_us);

/* A rendering failed: the next try comes later each time, from a minute up to an hour. */
void rec_candidate_failed(struct rec_candidate *candidate, int64_t now_us);

struct rec_candidate *rec_candidate_create(const char *spool_dir, const char *session);
void rec_candidate_destroy(struct rec_candidate *candidate);

#endif
