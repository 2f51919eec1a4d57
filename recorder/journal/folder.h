/* A session's folder in the spool: making it, locking it, numbering its segments. Blocking file calls:
 * not for the writer's or a worker's thread, but for rec_folder_create_segment(). */
#ifndef RECORDER_JOURNAL_FOLDER_H
#define RECORDER_JOURNAL_FOLDER_H

#include "recorder/journal/command.h"

#include <stdbool.h>

#define REC_LOCK_NAME "lock"
#define REC_CLOSED_NAME "closed"
#define REC_ORPHAN_NAME "orphan"
#define REC_SEGMENT_NAME_BYTES 24 /* "0001.pcapng" and NUL, with room */

enum { REC_SEGMENT_NUMBER_MAX = 9999 };

/* Makes spool/<session> if it is not there, takes its lock, withdraws `closed` and `orphan`, digests the last
 * segment and creates the next; all entries are on disk afterwards. -EWOULDBLOCK: somebody else holds
 * the lock (try again); -ENFILE: no number is left; else a negative errno. `spool_fd` is the spool. */
int rec_folder_open(int spool_fd, const char *session, struct rec_opened *ret_opened);

/* Creates segment `number`, which must not be there. The folder's entry is not yet on disk. 0 or a
 * negative errno. */
int rec_folder_create_segment(int dir_fd, unsigned number, int *ret_fd);

/* The number of a segment's file name, 0 when it is none. */
unsigned rec_folder_segment_number(const char *name);

void rec_opened_close(struct rec_opened *opened);

#endif
