/* From the spool to the archive in one step: the recording is built beside its place, synced, renamed,
 * and only then the spool's folder goes. A crash at any moment leaves one or the other whole. */
#ifndef RECORDER_MUX_PUBLISH_H
#define RECORDER_MUX_PUBLISH_H

#include "recorder/mux/segments.h"

#include <stdbool.h>

struct rec_publish {
    char *spool_folder;
    char *archive_dir;
    char *final;  /* archive/<session> */
    char *tmp;    /* archive/.<session>.tmp: where the recording is built */
    char *failed; /* archive/<session>.failed */
};

/* `spool_folder` is named as its session. 0 or -EINVAL. Nothing is touched yet. */
int rec_publish_init(struct rec_publish *publish, const char *spool_folder,
                     const char *archive_dir);
void rec_publish_finish(struct rec_publish *publish);

/* Maps the segments to render: those of the spool, behind those of an earlier recording of the same
 * session. `ret_done`: the archive holds them all already (a crash came before the spool's folder was
 * removed). -EBUSY while the daemon writes. */
int rec_publish_load(const struct rec_publish *publish, struct rec_segments *segments,
                     bool *ret_done);

/* Makes the folder `tmp` anew, with the journal in it. */
int rec_publish_begin(const struct rec_publish *publish, const struct rec_segments *segments);

/* Puts the finished folder in place and removes the spool's. -EBUSY when the daemon has opened the
 * session again meanwhile: nothing has happened then. */
int rec_publish_commit(const struct rec_publish *publish, const struct rec_segments *segments);

/* The rest of a commit, for rec_publish_load()'s `ret_done`. */
int rec_publish_clean(const struct rec_publish *publish);

/* Says in words why there is no recording. */
void rec_publish_fail(const struct rec_publish *publish, const char *reason);

#endif
