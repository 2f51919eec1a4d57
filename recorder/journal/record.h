/* What a tap puts into a worker's ring and the writer takes out: one fixed head, then the packet. */
#ifndef RECORDER_JOURNAL_RECORD_H
#define RECORDER_JOURNAL_RECORD_H

#include "recorder/recorder.h"

#include <stdint.h>

enum rec_record_kind {
    REC_RECORD_RTP,
    REC_RECORD_SENDER_REPORT,
    REC_RECORD_LOSS, /* `struct rec_loss` instead of a packet */
};

struct rec_record {
    rec_journal_id journal;
    int64_t arrival_us; /* monotonic */
    uint32_t tag;
    uint16_t section;
    uint16_t kind; /* enum rec_record_kind */
    uint8_t data[];
};

/* Packets that found the ring full. Of `tag` and `section` in the record's head. */
struct rec_loss {
    uint64_t packets;
    int64_t start_us, end_us; /* monotonic */
};

#endif
