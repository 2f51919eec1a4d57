/* A child process of a test. What it writes goes to files in a temporary folder, so that it never blocks
 * on a full pipe. It is killed when the test program dies, and what it started (its process group) when
 * it ends: nothing of a test stays behind. One thread a child. */
#ifndef TESTS_HARNESS_CHILD_H
#define TESTS_HARNESS_CHILD_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

struct child;

/* Starts argv[0] (looked up in PATH; `argv` ends with NULL) with "NAME=value" additions to the environment
 * (`env` ends with NULL, or is NULL). The caller owns the child. 0 or a negative errno. */
int child_start(const char *const argv[], const char *const env[], struct child **ret_child);

/* Kills what still runs. NULL is fine. */
void child_destroy(struct child *child);

pid_t child_pid(const struct child *child);
bool child_is_running(struct child *child);

/* Waits for the end. The exit code, or 128 + the signal; -ETIMEDOUT while it still runs. May be asked
 * again after the end. */
int child_wait(struct child *child, int64_t timeout_us);

/* SIGTERM, then as child_wait(); what has not ended at the timeout is killed, and that is -ETIMEDOUT. */
int child_stop(struct child *child, int64_t timeout_us);

/* What it wrote so far to stdout and to stderr; g_free() it. */
char *child_output(const struct child *child);
char *child_errors(const struct child *child);

/* Runs the default GMainContext until stdout or stderr holds `text`, or until the timeout or the end of
 * the child (false). */
bool child_wait_text(struct child *child, const char *text, int64_t timeout_us);

/* child_start(), child_wait() and the two outputs at once; `ret_output` and `ret_errors` may be NULL. What
 * has not ended at the timeout is killed. As child_wait(), or the negative errno of child_start(). */
int child_run(const char *const argv[], int64_t timeout_us, char **ret_output, char **ret_errors);

#endif
