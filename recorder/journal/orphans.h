/* Journals that a former run left open and that nobody goes on with. */
#ifndef RECORDER_JOURNAL_ORPHANS_H
#define RECORDER_JOURNAL_ORPHANS_H

#include <stddef.h>

/* Leaves the marker `orphan` in every session's folder but `kept`. Blocking file calls. 0, or the last negative errno:
 * the renderer then waits until its grace is over. */
int rec_orphans_mark(const char *spool_dir, const char *const *kept, size_t count);

#endif
