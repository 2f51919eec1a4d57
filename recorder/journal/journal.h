/* A journal as the writer thread sees it: a segment that grows, the folder it lies in, and what is to
 * be told about it. Writer thread only. */
#ifndef RECORDER_JOURNAL_JOURNAL_H
#define RECORDER_JOURNAL_JOURNAL_H

#include "recorder/journal/command.h"
#include "recorder/journal/health.h"
#include "recorder/journal/record.h"
#include "recorder/journal/segment.h"
#include "recorder/journal/syncer.h"

#include <stdbool.h>
#include <stdint.h>

/* What all journals of a writer share; borrowed. */
struct rec_journal_env {
    struct mailbox *events;
    struct rec_health *health;
    struct rec_syncer *syncer;
    uint64_t segment_bytes;
};

enum rec_journal_state {
    REC_JOURNAL_OPENING, /* no file yet: blocks gather in memory */
    REC_JOURNAL_WRITING,
    REC_JOURNAL_FAILED, /* told; takes nothing any more */
};

struct rec_journal {
    const struct rec_journal_env *env;
    rec_journal_id id;
    enum rec_journal_state state;
    char session[ID_BYTES];
    int64_t wall_offset_us;
    struct rec_segment segment;
    struct rec_opened place; /* -1 and 0 while OPENING */
    unsigned sync_flags;     /* for the next sync */
    int64_t dirty_since_us;  /* oldest record not yet handed to the syncer; 0: none */
    uint64_t counted_bytes;  /* of the segment's total: already in the health figures */
    uint64_t packets;
    uint64_t lost_packets;
    struct rec_loss backlog_loss; /* while OPENING: what found the backlog full */
    bool awaiting;                /* the opener's answer */
    bool closing;                 /* close came before that */
    char reason[REC_REASON_BYTES];
};

/* NULL when there is no memory for the digest. */
struct rec_journal *rec_journal_create(const struct rec_journal_env *env,
                                       const struct rec_command *open);

/* Hands the files to the syncer, which tells CLOSED; in good order unless the journal has failed. */
void rec_journal_end(struct rec_journal *journal, int64_t now_us);

/* The opener's answers. The first takes the descriptors over. */
void rec_journal_opened(struct rec_journal *journal, const struct rec_opened *opened,
                        int64_t now_us);
void rec_journal_failed(struct rec_journal *journal, int error);

/* A tap's record with `len` bytes behind its head. */
void rec_journal_record(struct rec_journal *journal, const struct rec_record *record, size_t len);
/* An event made by the control thread. */
void rec_journal_block(struct rec_journal *journal, const struct rec_block *block);

/* Writes out what has gathered, so that the death of this process takes nothing with it. */
void rec_journal_flush(struct rec_journal *journal);
/* Ends the interval: chain, flush, and over to the syncer. Nothing when nothing was written, or while
 * the last sync is still running. */
void rec_journal_sync(struct rec_journal *journal, int64_t now_us);

#endif
