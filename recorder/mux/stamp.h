/* Mends a finished file in place. Takes out what differs from run to run, random ids and the time of
 * writing, so that two renderings of one journal are the same bytes; and puts right in a WebM
 * what matroskamux gets wrong: how long it is, and that the voice's blocks are places to start from. */
#ifndef RECORDER_MUX_STAMP_H
#define RECORDER_MUX_STAMP_H

#include <stddef.h>
#include <stdint.h>

/* In place: the segment's id is made from `seed`, track ids are numbers, the date is `wall_us`, and a WebM
 * lasts `length_us`. What is not found is left as it is. 0 or a negative errno of the file. */
int rec_stamp_file(const char *path, const char *seed, int64_t wall_us, int64_t length_us);

/* The same on the bytes themselves; which of the two they are shows. */
void rec_stamp_bytes(uint8_t *data, size_t len, const char *seed, int64_t wall_us,
                     int64_t length_us);

#endif
