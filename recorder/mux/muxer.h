/* Writes a leg's file with GStreamer: WebM for VP8 and for voice alone, MP4 for H.264. Passthrough. */
#ifndef RECORDER_MUX_MUXER_H
#define RECORDER_MUX_MUXER_H

#include "recorder/mux/leg.h"

/* Once, before rec_muxer_write(). 0 or -ENOTSUP; `ret_what` says which element is missing. */
int rec_muxer_start(char **ret_what);

/* Writes `path` anew; the leg has at least one sample. 0, or -EIO with `ret_what` in words (g_free()
 * it). Blocks until the file is complete. */
int rec_muxer_write(const struct rec_leg *leg, const char *path, char **ret_what);

#endif
