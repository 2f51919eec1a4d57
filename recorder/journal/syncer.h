/* The thread that waits for the disk, so that nobody else does: what the writer has written becomes
 * durable here, in groups, and what is durable is told to the control thread. */
#ifndef RECORDER_JOURNAL_SYNCER_H
#define RECORDER_JOURNAL_SYNCER_H

#include "base/mailbox.h"
#include "recorder/journal/command.h"
#include "recorder/journal/health.h"

#include <stdbool.h>
#include <stdint.h>

struct rec_syncer;

enum rec_sync_flag {
    REC_SYNC_DIR = 1 << 0,     /* the folder has a new entry: fsync(dir_fd) */
    REC_SYNC_DURABLE = 1 << 1, /* tell REC_EVENT_DURABLE */
    REC_SYNC_CLOSE = 1 << 2,   /* this segment is full: close fd */
    REC_SYNC_LAST = 1 << 3,    /* the journal ends: close all three, tell REC_EVENT_CLOSED */
    REC_SYNC_GOOD = 1 << 4,    /* with LAST: in good order, leave the marker `closed` */
};

struct rec_sync {
    rec_journal_id journal;
    int fd, dir_fd, lock_fd; /* borrowed, but for what CLOSE and LAST hand over; -1: none */
    int64_t since_us;        /* monotonic: oldest record among what is to be synced */
    unsigned flags;
};

/* Control thread. `events` and `health` are borrowed and outlive the syncer. 0 or a negative errno. */
int rec_syncer_create(const char *spool_dir, unsigned max_journals, struct mailbox *events,
                      struct rec_health *health, struct rec_syncer **ret_syncer);

/* Control thread, when the writer has ended. Syncs what is still waiting, then joins. NULL is fine. */
void rec_syncer_destroy(struct rec_syncer *syncer);

/* Writer thread. 0 or -ENOSPC: too much of this journal is waiting already (nothing was taken over);
 * never with REC_SYNC_LAST. */
int rec_syncer_post(struct rec_syncer *syncer, const struct rec_sync *sync);

/* Writer thread. Whether something of this journal is still being synced. */
bool rec_syncer_is_busy(const struct rec_syncer *syncer, rec_journal_id journal);

/* Writer thread. The negative errno of a failed sync since the last call, or 0. */
int rec_syncer_take_error(struct rec_syncer *syncer, rec_journal_id journal);

#endif
