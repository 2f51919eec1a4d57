/* From the sequence numbers of a source to those of a slot: an offset that changes where a packet
 * of the source is left out, so that the slot's numbers stay without a hole. A number below the
 * start, or so old that its offset is forgotten, has no counterpart: that is what keeps one slot
 * number from ever standing for two packets. One thread; nothing allocates. */
#ifndef SFU_FORWARD_RENUMBER_H
#define SFU_FORWARD_RENUMBER_H

#include <stdbool.h>
#include <stdint.h>

enum { RENUMBER_SEGMENTS = 64 }; /* where every second picture is left out: some four seconds */

struct renumber_segment {
    int64_t from;   /* first source number this offset is for */
    int64_t offset; /* slot number - source number */
};

struct renumber {
    unsigned count; /* segments in use, oldest first */
    struct renumber_segment segments[RENUMBER_SEGMENTS];
};

/* Source number `from` becomes `to`; nothing older has a counterpart. */
void renumber_start(struct renumber *renumber, int64_t from, int64_t to);

/* Leaves out source number `number`, which must be above all that were mapped so far. */
void renumber_leave_out(struct renumber *renumber, int64_t number);

/* The slot's number for a source number; false: too old. */
bool renumber_map(const struct renumber *renumber, int64_t number, int64_t *ret_number);

#endif
