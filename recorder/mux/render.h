/* One rendering: a spool folder becomes a recording in the archive. */
#ifndef RECORDER_MUX_RENDER_H
#define RECORDER_MUX_RENDER_H

/* How `shipinban-recorder --render` ends. */
enum rec_render_result {
    REC_RENDER_DONE = 0,
    REC_RENDER_FAILED = 1, /* archive/<session>.failed says why */
    REC_RENDER_BUSY = 3,   /* the daemon writes there: try again later */
};

/* `ret_text` (g_free() it; never NULL) says what was done, or why it failed. */
enum rec_render_result rec_render(const char *spool_folder, const char *archive_dir,
                                  char **ret_text);

#endif
