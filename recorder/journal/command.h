/* What the writer is told, by the control thread and by the opener. Copied through a mailbox. */
#ifndef RECORDER_JOURNAL_COMMAND_H
#define RECORDER_JOURNAL_COMMAND_H

#include "base/crypto/digest.h"
#include "base/id.h"
#include "recorder/journal/previous.h"
#include "recorder/recorder.h"

#include <stddef.h>
#include <stdint.h>

enum { REC_REASON_BYTES = 64 };

enum rec_command_type {
    REC_COMMAND_OPEN,        /* control: session, wall_offset_us */
    REC_COMMAND_OPENED,      /* opener: opened */
    REC_COMMAND_OPEN_FAILED, /* opener: error */
    REC_COMMAND_BLOCK,       /* control: block */
    REC_COMMAND_CLOSE,       /* control: reason */
    REC_COMMAND_PULSE,       /* control: pulse, to be answered in the health figures */
};

/* A journal's place on disk. The descriptors belong to whoever holds this. */
struct rec_opened {
    int fd;      /* the fresh segment */
    int dir_fd;  /* the session's folder */
    int lock_fd; /* held by flock() */
    unsigned number;
    struct rec_previous previous;
};

struct rec_block {
    int64_t monotonic_us;
    size_t len;
    uint8_t *data; /* g_malloc()ed; the writer frees it */
};

struct rec_command {
    enum rec_command_type type;
    rec_journal_id journal;
    union {
        struct {
            char session[ID_BYTES];
            int64_t wall_offset_us; /* wall clock minus monotonic clock, taken once */
        } open;
        struct rec_opened opened;
        int error;
        uint64_t pulse;
        struct rec_block block;
        char reason[REC_REASON_BYTES];
    };
};

/* The low half of an id is its place in the tables, from 1 on; the high half its generation. */
static inline unsigned rec_journal_index(rec_journal_id journal)
{
    return (unsigned)(uint32_t)journal - 1;
}

#endif
