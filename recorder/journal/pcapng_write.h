/* Blocks of a journal segment, as bytes: pcapng (draft-ietf-opsawg-pcapng), little-endian whatever the
 * machine. Each function appends one whole block or, when it does not fit, nothing (the writer is then
 * bad). Any thread; nothing is kept. docs/recording-format.md says what the blocks mean. */
#ifndef RECORDER_JOURNAL_PCAPNG_WRITE_H
#define RECORDER_JOURNAL_PCAPNG_WRITE_H

#include "base/bytes.h"
#include "recorder/recorder.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    REC_PACKET_MAX_BYTES = 2048,       /* of RTP or RTCP; more is no packet of ours */
    REC_PACKET_BLOCK_EXTRA_BYTES = 64, /* what a block adds to its packet at most */
    REC_EVENT_MAX_BYTES = 8192,        /* names and values of an event's own fields */
    REC_EVENT_MAX_FIELDS = 48,
    REC_EVENT_NAME_MAX_CHARS = 32,
    /* A whole event block at most: the fields (a bad byte becomes three), the framing of each, the
     * fields of every event. */
    REC_EVENT_BLOCK_MAX_BYTES = 3 * REC_EVENT_MAX_BYTES + REC_EVENT_MAX_FIELDS * 12 + 512,
};

struct rec_pcapng_packet {
    int64_t wall_us;  /* arrival, since 1970 */
    uint32_t tag;     /* 24 bits: the source address */
    unsigned section; /* below 1000: the source port */
    bool rtcp;
    const uint8_t *data; /* borrowed for the call */
    size_t len;          /* at most REC_PACKET_MAX_BYTES */
};

/* Section header and interface description: what every segment begins with. */
void rec_pcapng_put_preamble(struct bytes_writer *w);

void rec_pcapng_put_packet(struct bytes_writer *w, const struct rec_pcapng_packet *packet);

struct rec_pcapng_event {
    int64_t wall_us;
    int64_t monotonic_us;
    const char *type;
    const struct rec_field *fields;
    size_t count;
};

/* 0, -EINVAL (a name that is no field name, no type, too many fields), -EMSGSIZE (over
 * REC_EVENT_MAX_BYTES, or no room in `w`). Nothing is appended on failure. Values that are no UTF-8
 * are written with their bad bytes replaced. */
int rec_pcapng_put_event(struct bytes_writer *w, const struct rec_pcapng_event *event);

#endif
