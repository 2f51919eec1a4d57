/* What the threads of the recorder tell about themselves: atomics, each written by the thread named
 * and read by any. */
#ifndef RECORDER_JOURNAL_HEALTH_H
#define RECORDER_JOURNAL_HEALTH_H

#include "base/mailbox.h"
#include "recorder/recorder.h"

#include <stdatomic.h>
#include <stdint.h>

struct rec_health {
    _Atomic uint64_t written_bytes;   /* writer */
    _Atomic uint64_t written_packets; /* writer */
    _Atomic uint64_t lost_packets;    /* taps and writer */
    _Atomic int64_t
        waiting_since_us; /* writer: oldest record not yet handed to the syncer; 0: none */
    _Atomic int64_t syncing_since_us; /* syncer: oldest record of what it is syncing; 0: none */
    _Atomic uint64_t free_bytes;      /* syncer */
    _Atomic int spool_error; /* negative errno of the last fault of the volume; 0: it works */
    _Atomic unsigned open_journals; /* writer */
    _Atomic uint64_t pulse;         /* writer: the last question for a sign of life */
};

/* Posts what happened to the control thread. The mailbox holds every event that must arrive; only
 * repeated OVERFLOW can find it full and is then left out (the journal has the gap all the same). */
static inline void rec_event_tell(struct mailbox *events, const struct rec_event *event)
{
    (void)mailbox_post(events, event);
}

#endif
