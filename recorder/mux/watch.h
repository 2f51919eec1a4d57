/* Watches the spool and has every journal that ended rendered, one after the other, each in a process
 * of its own: one that makes the renderer crash stops no other. */
#ifndef RECORDER_MUX_WATCH_H
#define RECORDER_MUX_WATCH_H

/* Runs until SIGTERM or SIGINT. 0, or a negative errno when the configuration is no good (said in the
 * log). */
int rec_watch_run(const char *config_path);

#endif
