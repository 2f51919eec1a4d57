/* Waiting for something to become true, with a bound: tests never sleep. */
#ifndef TESTS_HARNESS_WAIT_H
#define TESTS_HARNESS_WAIT_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

typedef bool (*wait_predicate)(void *data);

/* Runs `context` (NULL: the default one) until `predicate` is true or `timeout_us` have passed. Returns
 * what the predicate said last. It is asked after everything the context dispatches, and every few
 * milliseconds for what another thread or process does without waking this context. The thread that owns
 * the context. */
bool wait_until(GMainContext *context, wait_predicate predicate, void *data, int64_t timeout_us);

/* Waits until `fd` is readable, without running any context. False at the timeout. */
bool wait_readable(int fd, int64_t timeout_us);

#endif
