/* The thread that owns the journals: it empties the workers' rings, takes the control thread's events
 * and writes both to the journals' segments.
 *
 * It looks at the rings on a timer and nobody wakes it for a packet: a ring holds seconds, a tick is
 * 20 ms, so a wake could only matter when the writer is already held up by the disk, and then it would
 * not help. The taps are spared the system call. Without an open journal the writer sleeps. */
#ifndef RECORDER_JOURNAL_WRITER_H
#define RECORDER_JOURNAL_WRITER_H

#include "base/mailbox.h"
#include "base/ring.h"
#include "recorder/journal/command.h"
#include "recorder/journal/health.h"
#include "recorder/journal/syncer.h"

#include <stdint.h>

struct rec_writer;

struct rec_writer_config {
    const char *spool_dir;
    unsigned max_journals;
    unsigned sync_interval_ms;
    uint64_t segment_bytes;
    struct ring **rings; /* one a worker */
    unsigned ring_count;
};

/* Control thread. Everything is borrowed (the rings' array too) and outlives the writer. 0 or a
 * negative errno. */
int rec_writer_create(const struct rec_writer_config *config, struct mailbox *events,
                      struct rec_health *health, struct rec_syncer *syncer,
                      struct rec_writer **ret_writer);

/* Control thread, when no tap writes any more. Ends every journal (reason "shutdown"), joins. NULL is
 * fine. */
void rec_writer_destroy(struct rec_writer *writer);

/* Control thread. Copies the command; a block's memory passes over on success. 0 or -EAGAIN. */
int rec_writer_post(struct rec_writer *writer, const struct rec_command *command);

#endif
